"""Keys as an organisation names them in `locked:`, dotted: which there are, and what each covers.

A lock holds for a key and for all below it. A heading of `sections.aliases` cannot be locked on
its own: it is compared by its words, so the same heading could be written in another way.
"""

import difflib
import typing
from collections.abc import Collection, Iterator, Sequence

import msgspec

from bot.config.checks import complain_about_code
from bot.config.schema import Complexity, Config
from bot.config.source import Places, placed

_RULE = "rules."


def lockable_keys(rules: Collection[str] = ()) -> tuple[str, ...]:
    """Return every key that can be locked, groups included, in the schema's order."""
    sizes = (f"sections.required.{size}" for size in typing.get_args(Complexity))
    return (*_keys(Config()), *sizes, *(f"{_RULE}{code}" for code in rules))


def covers(locked: Collection[str], key: str) -> bool:
    """Whether *key* is locked, itself or by a key that it lies below.

    >>> covers(["gate", "rules.O001"], "gate.exempt_paths"), covers(["gate"], "gates")
    (True, False)
    """
    return any(key == lock or key.startswith(f"{lock}.") for lock in locked)


def check_locks(locked: Sequence[str], rules: Collection[str] | None, places: Places) -> None:
    """Raise `ConfigError` for the first that names no key; without *rules* any code is one."""
    for index, key in enumerate(locked):
        if complaint := _complain(key, rules):
            raise placed(f"$.locked[{index}]", places, complaint)


def _complain(key: str, rules: Collection[str] | None) -> str:
    known = lockable_keys(rules or ())
    if key in known:
        return ""
    if key.startswith(_RULE):
        return complain_about_code(key.removeprefix(_RULE), rules)
    if key == "locked":
        return "`locked` cannot be locked, and need not be: no repository may set it"
    if covers(["sections.aliases"], key):
        return f"`{key}` cannot be locked by itself: lock `sections.aliases`"
    near = difflib.get_close_matches(key, known, n=1)
    tail = f": did you mean `{near[0]}`?" if near else ": docs/configuration.md lists them"
    return f"`locked`: no such key as `{key}`{tail}"


def _keys(group: msgspec.Struct, prefix: str = "") -> Iterator[str]:
    for name in group.__struct_fields__:
        yield f"{prefix}{name}"
        value = getattr(group, name)
        if isinstance(value, msgspec.Struct):
            yield from _keys(value, f"{prefix}{name}.")
