"""Configuration text to `Config`, strictly: each complaint has a line, a column and a mend."""

import difflib
import re
import typing
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec
import yaml

from bot.config.schema import Config
from bot.errors import PlanGateError

MAX_CHARACTERS = 16 * 1024
MAX_DEPTH = 10
MAX_ID_PATTERN = 100
MAX_GLOBS = 100
MAX_GLOB = 200

_KEY = "key` in `"
_INVALID = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_TYPE_WORDS = {"object": "a mapping", "array": "a list", "str": "text", "int": "a whole number"}

Places = dict[str, tuple[int, int]]


class _Mark(Protocol):
    line: int
    column: int


class ConfigError(PlanGateError):
    """The configuration is unusable; *line* and *column* are 1-based."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.column = column


def parse_config(text: str, *, rules: Collection[str] | None = None) -> Config:
    """Parse `.github/plan-gate.yml`; raises `ConfigError`.

    *rules* are the codes that `rules:` may name; without them any code is accepted.
    """
    places: Places = {"$": (1, 1)}
    value = _plain(_compose(text), "$", places)
    try:
        config = msgspec.convert({} if value is None else value, Config)
    except msgspec.ValidationError as fault:
        raise _explain(str(fault), value, places) from None
    _check_id_pattern(config.plans.id_pattern, places)
    _check_globs(config, places)
    _check_headings(config, places)
    if rules is not None:
        _check_rules(config.rules, rules, places)
    return config


def _compose(text: str) -> yaml.Node | None:
    """The document's nodes, after its size, depth and aliases were found to be bounded."""
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(1, 1, f"Longer than {MAX_CHARACTERS:,} characters: shorten it")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(1, 1, "The file is no proper Unicode: save it as UTF-8")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _at(event.start_mark, "Aliases (`*name`) are not allowed: write it out")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _at(event.start_mark, "Nested too deeply: no key lies that deep")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        raise _at(fault.problem_mark or fault.context_mark, f"Not YAML: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise ConfigError(1, 1, f"Not YAML: {fault}".splitlines()[0]) from None
    except (ValueError, OverflowError):  # an escape or a version that is no number PyYAML can hold
        raise ConfigError(1, 1, "Not YAML: a number or an escape in it is out of range") from None
    return node


def _at(mark: _Mark | None, text: str) -> ConfigError:
    return ConfigError(mark.line + 1, mark.column + 1, text) if mark else ConfigError(1, 1, text)


def _plain(node: yaml.Node | None, path: str, places: Places) -> object:
    """The node as plain values, remembering where each stands.

    Scalars are read as YAML 1.2 does, so that `off` stays a word and is not *false*.
    """
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _at(key_node.start_mark, "A key must be a word")
            key = key_node.value
            if key in mapping:
                raise _at(key_node.start_mark, f"`{key}` stands here twice: keep one")
            places[f"{path}.{key}"] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            mapping[key] = _plain(value_node, f"{path}.{key}", places)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            mark = item.start_mark
            places[f"{path}[{index}]"] = (mark.line + 1, mark.column + 1)
        return [_plain(item, f"{path}[{i}]", places) for i, item in enumerate(node.value)]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    text: str = node.value
    if node.style is not None:
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _explain(fault: str, value: object, places: Places) -> ConfigError:
    """Turn msgspec's complaint (`… - at `$.plans.paths``) into ours, with its place."""
    what, _, path = fault.partition(" - at `")
    path = path.removesuffix("`") or "$"
    if path.startswith(_KEY):
        return _explain_key(what, path.removeprefix(_KEY), places)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        name = unknown[1]
        return _placed(f"{path}.{name}", places, f"Unknown key `{name}`{_hint(name, path)}")
    if wrong := _INVALID.fullmatch(what):
        what = _not_one_of(wrong[1], typing.get_args(_type_at(path)))
    if "[...]" in path:  # msgspec does not say which entry of a mapping it is
        path = _first_bad_entry(value, path)
    for word, plain in _TYPE_WORDS.items():
        what = what.replace(f"`{word}`", plain)
    name = path.removeprefix("$.")
    return _placed(path, places, f"`{name}`: {what[0].lower()}{what[1:]}" if name != "$" else what)


def _explain_key(what: str, path: str, places: Places) -> ConfigError:
    wrong = _INVALID.fullmatch(what)
    written = wrong[1] if wrong else ""
    text = _not_one_of(written, typing.get_args(typing.get_args(_type_at(path))[0]))
    key = written.strip("'")
    return _placed(f"{path}.{key}", places, f"`{path.removeprefix('$.')}`: {text}")


def _not_one_of(written: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(written.strip("'"), choices, n=1)
    tail = f"; did you mean {near[0]}?" if near else ""
    return f"{written} is not one of {', '.join(choices)}{tail}"


def _first_bad_entry(value: object, path: str) -> str:
    """Say which entry of a mapping `[...]` stands for: the first that is not of its type."""
    parent, _, rest = path.partition("[...]")
    wanted = _type_at(f"{parent}[...]")
    entries = value
    for name in parent.split(".")[1:]:
        entries = entries.get(name) if isinstance(entries, Mapping) else None
    for key, entry in entries.items() if isinstance(entries, Mapping) else ():
        try:
            msgspec.convert(entry, wanted)
        except msgspec.ValidationError:
            return f"{parent}.{key}{rest}"
    return parent


def _placed(path: str, places: Places, text: str) -> ConfigError:
    while path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 1)]
    return ConfigError(*places[path], text)


def _type_at(path: str) -> typing.Any:
    """The type of what stands at a path of msgspec's: `$.key`, `[...]` in a mapping, `[0]`."""
    hint: typing.Any = Config
    for name, index in re.findall(r"\.(\w+)|\[(.*?)\]", path):
        if name:
            hint = typing.get_type_hints(hint)[name]
        else:
            hint = typing.get_args(hint)[1 if index == "..." else 0]
    return hint


def _hint(name: str, path: str) -> str:
    struct: type[msgspec.Struct] = Config
    for part in path.split(".")[1:]:
        struct = type(getattr(struct(), part))
    return did_you_mean(name, struct.__struct_fields__)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A closing clause for a complaint about *word*: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f": did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(known))}"


def _check_id_pattern(pattern: str, places: Places) -> None:
    """Refuse a pattern that is broken, or one whose matching could take long.

    Without groups and with at most three repetitions it is at worst cubic in a name's length.
    """
    place = places.get("$.plans.id_pattern", (1, 1))
    if len(pattern) > MAX_ID_PATTERN or len(re.findall(r"[*+?]|\{\d*,\d*\}", pattern)) > 3:
        raise ConfigError(*place, "`plans.id_pattern` is too long: at most three repetitions")
    if re.search(r"[()\\]", pattern):
        raise ConfigError(
            *place, "`plans.id_pattern` may hold letters, [classes] and repetitions, no ( ) or \\"
        )
    try:
        empty = re.compile(pattern).fullmatch("")
    except (re.error, OverflowError) as fault:
        raise ConfigError(*place, f"`plans.id_pattern` is no pattern: {fault}") from None
    if empty:
        raise ConfigError(*place, "`plans.id_pattern` matches nothing at all: ask for a character")


def _check_globs(config: Config, places: Places) -> None:
    """Refuse globs that are many, long or wild: they meet paths that anybody may choose."""
    for name, globs in {
        "plans.paths": config.plans.paths,
        "plans.exclude": config.plans.exclude,
        "gate.exempt_paths": config.gate.exempt_paths,
        "gate.base_branches": config.gate.base_branches,
    }.items():
        if len(globs) > MAX_GLOBS:
            raise _placed(f"$.{name}", places, f"`{name}` has more than {MAX_GLOBS} globs")
        for index, glob in enumerate(globs):
            if len(glob) > MAX_GLOB or glob.count("**") > 2 or glob.count("*") > 6:
                raise _placed(
                    f"$.{name}[{index}]",
                    places,
                    f"`{name}`: a glob may have {MAX_GLOB} characters, two `**` and six `*`",
                )


def _check_headings(config: Config, places: Places) -> None:
    """Refuse headings that say nothing: no section could have them."""
    aliases = {heading: f"$.sections.aliases.{heading}" for heading in config.sections.aliases}
    extra = {
        heading: f"$.sections.extra[{index}]" for index, heading in enumerate(config.sections.extra)
    }
    for heading, path in [*aliases.items(), *extra.items()]:
        if not any(character.isalnum() for character in heading) or "\n" in heading:
            raise _placed(path, places, f"{heading!r} is no heading: write the words of one line")


def _check_rules(chosen: Mapping[str, str], known: Collection[str], places: Places) -> None:
    for code in chosen:
        if code not in known:
            hint = difflib.get_close_matches(code, known, n=1)
            tail = f": did you mean {hint[0]}?" if hint else ": see docs/rules/"
            raise _placed(f"$.rules.{code}", places, f"No such rule as `{code}`{tail}")
