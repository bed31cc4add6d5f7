"""Configuration files as layers: the organisation's below, a repository's above, one in the end.

A fault in a file is an error of that file. Merging has none: what is valid alone is so together.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bot.config.checks import check
from bot.config.complaints import explain
from bot.config.locks import check_locks, covers
from bot.config.schema import CONFIG_PATH, Config, OrganisationConfig
from bot.config.source import Places, placed, read_yaml


@dataclass(frozen=True, slots=True)
class Layer:
    """One file, valid by itself: the keys that it sets, as plain values, and where they stand.

    *locked* are the keys that an organisation keeps to itself; a repository's file has none.
    """

    keys: Mapping[str, object]
    places: Places
    locked: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """What holds where this file is alone."""
        return msgspec.convert(self.keys, Config)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A key that a repository's configuration sets although the organisation has locked it."""

    key: str
    path: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What holds in a repository, and what its own file sets in vain."""

    config: Config
    overridden: tuple[Overridden, ...] = ()


def parse_layer(text: str, *, rules: Collection[str] | None = None, organisation: bool) -> Layer:
    """Parse `.github/plan-gate.yml` of an organisation or of a repository; raises `ConfigError`.

    Only the *organisation*'s file may lock keys. *rules* as for `parse_config`.
    """
    keys, places = read_yaml(text)
    if "locked" in keys and not organisation:
        raise placed(
            "$.locked",
            places,
            "Only the file in the organisation's `.github` repository may lock keys: remove it",
        )
    root = OrganisationConfig if organisation else Config
    try:
        config = msgspec.convert(keys, root)
    except msgspec.ValidationError as fault:
        raise explain(str(fault), keys, root, places) from None
    check(config, rules, places)
    locked = config.locked if isinstance(config, OrganisationConfig) else ()
    check_locks(locked, rules, places)
    return Layer({key: keys[key] for key in keys if key != "locked"}, places, locked)


def merge(organisation: Layer | None, repository: Layer | None) -> Merged:
    """Lay the repository's keys over the organisation's, but for those that are locked.

    Mappings are merged entry by entry; a list or a single value replaces the one below. A locked
    key that the repository sets is left out and reported, no error: an organisation that locks a
    key must not redden every repository that has set it.
    """
    below = organisation or Layer({}, {})
    above = repository or Layer({}, {})
    found = {key: above.places[f"$.{key}"] for key in _find_locked(above.keys, below.locked)}
    in_vain = sorted(found.items(), key=lambda entry: entry[1])
    return Merged(
        msgspec.convert(_lay_over(below.keys, above.keys, below.locked), Config),
        tuple(Overridden(key, CONFIG_PATH, line, column) for key, (line, column) in in_vain),
    )


def _find_locked(
    keys: Mapping[str, object], locked: Collection[str], group: str = ""
) -> Iterator[str]:
    for name, value in keys.items():
        key = f"{group}{name}"
        if covers(locked, key):
            yield key
        elif isinstance(value, Mapping):
            yield from _find_locked(value, locked, f"{key}.")


def _lay_over(
    below: Mapping[str, object],
    above: Mapping[str, object],
    locked: Collection[str],
    group: str = "",
) -> Mapping[str, object]:
    """Return a *group*'s keys, *above* winning where it is free to.

    Those of *above* come last: of two headings that read alike the plan language takes the last.
    """
    free = {name: value for name, value in above.items() if not covers(locked, f"{group}{name}")}
    merged = {name: value for name, value in below.items() if name not in free}
    for name, value in free.items():
        if isinstance(value, Mapping):
            under = below.get(name)
            under = under if isinstance(under, Mapping) else {}
            merged[name] = _lay_over(under, value, locked, f"{group}{name}.")
        else:
            merged[name] = value
    return merged
