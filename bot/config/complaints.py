"""What msgspec complains about, in words that say what to write instead, and where."""

import difflib
import re
import typing
from collections.abc import Collection, Mapping, Sequence

import msgspec

from bot.config.schema import Config
from bot.config.source import ConfigError, Places, placed

Root = type[Config]

_KEY = "key` in `"
_INVALID = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "str | null": "text or null",
    "str": "text",
    "int": "a whole number",
    "bool": "a boolean",
    "null": "nothing",
}


def explain(fault: str, value: object, root: Root, places: Places) -> ConfigError:
    """Turn a complaint (`… - at `$.plans.paths``) about *value* as a *root* into ours."""
    what, _, path = fault.partition(" - at `")
    path = path.removesuffix("`") or "$"
    if path.startswith(_KEY):
        return _explain_key(what, path.removeprefix(_KEY), root, places)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        name = unknown[1]
        known = _type_at(path, root).__struct_fields__
        return placed(f"{path}.{name}", places, f"Unknown key `{name}`{did_you_mean(name, known)}")
    if wrong := _INVALID.fullmatch(what):
        what = _not_one_of(wrong[1], typing.get_args(_type_at(path, root)))
    elif "matching regex" in what:
        what = f"Expected {_description(_type_at(path, root))}"
    if "[...]" in path:  # msgspec does not say which entry of a mapping it is
        path = _first_bad_entry(value, path, root)
    what = _in_words(what)
    name = path.removeprefix("$.")
    return placed(path, places, f"`{name}`: {what[0].lower()}{what[1:]}" if name != "$" else what)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A closing clause for a complaint about *word*: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f": did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(known))}"


def _explain_key(what: str, path: str, root: Root, places: Places) -> ConfigError:
    wrong = _INVALID.fullmatch(what)
    written = wrong[1] if wrong else ""
    text = _not_one_of(written, typing.get_args(typing.get_args(_type_at(path, root))[0]))
    key = written.strip("'")
    return placed(f"{path}.{key}", places, f"`{path.removeprefix('$.')}`: {text}")


def _not_one_of(written: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(written.strip("'"), choices, n=1)
    tail = f"; did you mean {near[0]}?" if near else ""
    return f"{written} is not one of {', '.join(choices)}{tail}"


def _in_words(what: str) -> str:
    what = what.replace("Expected `bool`", "Expected true or false")
    for word, plain in _WORDS.items():
        what = what.replace(f"`{word}`", plain)
    what = re.sub(r"of length <= (\d+)", r"of at most \1 entries", what)
    return what.replace(">= ", "of at least ").replace("<= ", "of at most ")


def _first_bad_entry(value: object, path: str, root: Root) -> str:
    """Say which entry of a mapping `[...]` stands for: the first that is not of its type."""
    parent, _, rest = path.partition("[...]")
    wanted = _type_at(f"{parent}[...]", root)
    entries = value
    for name in parent.split(".")[1:]:
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    for key, entry in entries.items() if isinstance(entries, Mapping) else ():
        try:
            msgspec.convert(entry, wanted)
        except msgspec.ValidationError:
            return f"{parent}.{key}{rest}"
    return parent


def _type_at(path: str, root: Root) -> typing.Any:
    """The type of what stands at a path of msgspec's: `$.key`, `[...]` in a mapping, `[0]`."""
    hint: typing.Any = root
    for name, index in re.findall(r"\.(\w+)|\[(.*?)\]", path):
        if name:
            hint = typing.get_type_hints(hint, include_extras=True)[name]
        else:
            hint = getattr(hint, "__origin__", hint) if hasattr(hint, "__metadata__") else hint
            hint = typing.get_args(hint)[1 if index == "..." else 0]
    return hint


def _description(hint: typing.Any) -> str:
    """What a text that must match a pattern is meant to be; each such type in the schema says."""
    metas = [meta for part in (hint, *typing.get_args(hint)) for meta in _metas(part)]
    return next(str(meta.description) for meta in metas if meta.description)


def _metas(hint: typing.Any) -> tuple[msgspec.Meta, ...]:
    return getattr(hint, "__metadata__", ())
