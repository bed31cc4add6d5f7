"""What a rollback leaves undone of a migration, change by change. In doubt it is undone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from bot.plan.changes import Change, Kind, Object, Verb
from bot.plan.sql_tokens import quote_name

_RELATIONS = (Kind.TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)
# What is told apart by its table; the others have a name of their own within a schema.
_ON_A_TABLE = frozenset({Kind.COLUMN, Kind.CONSTRAINT, Kind.TRIGGER, Kind.POLICY, Kind.RULE})
# What can go with something else that is dropped with CASCADE.
_DEPENDENTS = frozenset({*_ON_A_TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW} - {Kind.COLUMN})
# What CREATE OR REPLACE can give its former form back.
_REPLACEABLE = frozenset(
    {Kind.VIEW, Kind.FUNCTION, Kind.PROCEDURE, Kind.AGGREGATE, Kind.TRIGGER, Kind.RULE}
)

# What stands before the last part of a name, of which each can be quoted.
_QUALIFIER = re.compile(r'(?:(?:"(?:[^"]|"")*"|[^".]+)\.)*')


def find_undone(migration: Sequence[Change], rollback: Sequence[Change]) -> Iterator[int]:
    """Yield the indexes of the changes of a migration that its rollback does not take back.

    What belongs to an object that the migration itself creates goes with that object, and what it
    creates and drops again needs nothing.
    """
    names = _Names([*migration, *rollback])
    back = _read_rollback(names, rollback)
    first: dict[Object, Verb] = {}  # what is first, and last, done to an object: CREATE or DROP
    last: dict[Object, Verb] = {}
    for change in migration:
        if change.verb in (Verb.CREATE, Verb.DROP):
            key = names.key(change.object)
            first.setdefault(key, change.verb)
            last[key] = change.verb
    new = {key for key, verb in first.items() if verb is Verb.CREATE}
    gone = {key for key, verb in last.items() if verb is Verb.DROP}
    asked: set[tuple[Object, str]] = set()
    for index, change in enumerate(migration):
        key = names.key(change.object)
        topic = key, change.aspect
        owners = names.owners(change.object, change.columns)
        goes_along = (key in new and change.verb is not Verb.CREATE) or owners & new
        if goes_along or topic in asked:
            continue
        if not back.undoes(change, key, owners, is_new=key in new, is_gone=key in gone):
            asked.add(topic)
            yield index


def write_undo(change: Change) -> str:
    """Write the statement that takes a change back, as far as the change tells.

    >>> write_undo(Change(Verb.CREATE, Object(Kind.COLUMN, "paid", "invoice", "paid", "invoice")))
    'ALTER TABLE invoice DROP COLUMN paid'
    """
    thing = change.object
    kind, label, on = thing.kind, thing.label, thing.on
    in_table = kind in (Kind.COLUMN, Kind.CONSTRAINT)
    qualifier, name = _qualify(label)
    to = quote_name(change.to)
    match change.verb:
        case Verb.CREATE if in_table:
            return f"ALTER TABLE {on} DROP {kind} {label}"
        case Verb.CREATE if kind is Kind.INDEX:  # it is in the schema of its table
            return f"DROP INDEX CONCURRENTLY {_qualify(on)[0]}{label}"
        case Verb.CREATE:
            return f"DROP {kind} {label}{f' ON {on}' if on else ''}"
        case Verb.DROP if in_table:
            return f"ALTER TABLE {on} ADD {kind} {label} …"
        case Verb.DROP if kind is Kind.INDEX:
            return f"CREATE INDEX CONCURRENTLY {label} …"
        case Verb.DROP:
            return f"CREATE {kind} {label} …"
        case Verb.RENAME if in_table:
            return f"ALTER TABLE {on} RENAME {kind} {to} TO {label}"
        case Verb.RENAME:
            where = f" ON {on}" if on else ""
            return f"ALTER {kind} {qualifier}{to}{where} RENAME TO {name}"
        case _:
            return f"ALTER TABLE {on} ALTER COLUMN {label} {change.to}"


def find_inverses(migration: Sequence[Change], undone: Iterable[int]) -> dict[int, str]:
    """Return, by their indexes, the statements that take changes back, where these are plain.

    What is dropped or was altered tells nothing of its former form. What is renamed more than once,
    or after it was created, has another name by the time it is undone.
    """
    from bot.plan.sql import read_statement

    names = Counter(
        (change.object.kind, name)
        for change in migration
        if change.verb is Verb.RENAME
        for name in (change.object.name, change.to)
    )
    inverses = {}
    for index in undone:
        change = migration[index]
        if _is_plain(change, names):
            inverse = write_undo(change)
            back = () if "\n" in inverse else read_statement(inverse).changes
            if not any(True for _ in find_undone([change], back)):
                inverses[index] = inverse
    return inverses


def _is_plain(change: Change, names: Mapping[tuple[Kind, str], int]) -> bool:
    kind, name = change.object.kind, change.object.name
    match change.verb:
        case Verb.CREATE:
            return not names[kind, name]
        case Verb.RENAME:
            return names[kind, name] == names[kind, change.to] == 1
        case _:
            return change.aspect == "not null"


def _qualify(name: str) -> tuple[str, str]:
    """Split a written name into what stands before its last part, dot included, and that part."""
    match = _QUALIFIER.match(name)
    end = match.end() if match else 0
    return name[:end], name[end:]


class _Rollback(NamedTuple):
    """What a rollback does, by key."""

    created: frozenset[Object]
    dropped: frozenset[Object]
    altered: frozenset[tuple[Object, str]]
    renamed: frozenset[tuple[Kind, str]]  # the old names and the new ones
    cascades: bool

    def undoes(
        self, change: Change, key: Object, owners: Set[Object], *, is_new: bool, is_gone: bool
    ) -> bool:
        """Tell whether it takes back a change of an object that is new, or gone, afterwards."""
        dropped = key in self.dropped or not owners.isdisjoint(self.dropped)
        created = key in self.created or not owners.isdisjoint(self.created)
        match change.verb:
            case Verb.TRUNCATE:
                return True
            case Verb.ALTER:
                return dropped or created or (key, change.aspect) in self.altered
            case Verb.RENAME:
                names = {(key.kind, change.object.name), (key.kind, change.to)}
                return is_gone or dropped or created or not names.isdisjoint(self.renamed)
            case Verb.CREATE | Verb.DROP if is_new:
                cascaded = self.cascades and key.kind in _DEPENDENTS
                replaced = created and key.kind in _REPLACEABLE
                return is_gone or dropped or cascaded or replaced
            case Verb.CREATE | Verb.DROP:
                return created or (dropped and not is_gone)


def _read_rollback(names: "_Names", changes: Iterable[Change]) -> _Rollback:
    made: dict[Verb, set[Object]] = {verb: set() for verb in Verb}
    altered: set[tuple[Object, str]] = set()
    renamed: set[tuple[Kind, str]] = set()
    cascades = False
    for change in changes:
        key = names.key(change.object)
        made[change.verb].add(key)
        if key.kind is Kind.CONSTRAINT:  # its index has the same name
            made[change.verb].add(Object(Kind.INDEX, key.name))
        altered.add((key, change.aspect))
        if change.verb is Verb.RENAME:
            renamed |= {(key.kind, change.object.name), (key.kind, change.to)}
        cascades = cascades or change.cascade
    return _Rollback(
        frozenset(made[Verb.CREATE]),
        frozenset(made[Verb.DROP]),
        frozenset(altered),
        frozenset(renamed),
        cascades,
    )


class _Names:
    """One key for an object, whatever it was renamed to."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._same: dict[Object, Object] = {}
        renames = [change for change in changes if change.verb is Verb.RENAME]
        renames.sort(key=lambda change: change.object.kind in _ON_A_TABLE)  # tables come first
        for change in renames:
            old = self.key(change.object)
            new = self.key(change.object._replace(name=change.to))
            if old != new:
                self._same[new] = old

    def key(self, thing: Object) -> Object:
        """Return the object that stands for all names of this one."""
        table = ""
        if thing.kind in _ON_A_TABLE:
            table = self._find(Object(Kind.TABLE, thing.table)).name
        return self._find(Object(thing.kind, thing.name, table))

    def owners(self, thing: Object, columns: Iterable[str]) -> frozenset[Object]:
        """Return the keys of what an object stands on and is dropped with."""
        if not thing.table:
            return frozenset()
        relations = (self._find(Object(kind, thing.table)) for kind in _RELATIONS)
        parts = (self.key(Object(Kind.COLUMN, each, thing.table)) for each in columns)
        return frozenset((*relations, *parts))

    def _find(self, key: Object) -> Object:
        while key in self._same:
            key = self._same[key]
        return key
