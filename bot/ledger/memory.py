"""A bounded memory as transactions: bytes by kind and key, the least recently written given up."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select

from bot.ledger.keys import as_key
from bot.ledger.schema import memory as table
from bot.work.rows import pack, unpacked
from bot.work.sql import insert

_PRUNED_AT_ONCE = 200  # values are large: keeps the transaction short


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of one kind is kept, in values and in their bytes, keys not counted."""

    values: int = 50_000
    bytes: int = 256 << 20


class Place(NamedTuple):
    """Where a value is kept."""

    kind: str
    key: str


_asked = unpacked(table.c.kind, table.c.key).subquery()
_recall = select(table.c.kind, table.c.key, table.c.value).join(
    _asked, and_(table.c.kind == _asked.c.kind, table.c.key == _asked.c.key)
)
_other = table.alias("other")
# A number, not a time: clocks jump. Two that are written at once, on a database that allows it, may
# get the same one: then neither is the older.
_next = (
    select(func.coalesce(func.max(_other.c.written), 0) + 1)
    .where(_other.c.kind == bindparam("its_kind"))
    .scalar_subquery()
)
_new = insert(table).values(written=_next)
_keep = _new.on_conflict_do_update(
    index_elements=[table.c.kind, table.c.key],
    set_={name: _new.excluded[name] for name in ("value", "size", "written")},
)


def recall(connection: Connection, places: Collection[Place]) -> dict[Place, bytes]:
    """Return what was kept at any of the places."""
    asked = {(kind, as_key(key)): Place(kind, key) for kind, key in places}
    found = connection.execute(_recall, {"rows": pack(asked)})
    return {asked[row.kind, row.key]: row.value for row in found}


def keep(connection: Connection, kind: str, key: str, value: bytes) -> None:
    """Keep a value in place of what was there."""
    connection.execute(
        _keep,
        {
            "kind": kind,
            "its_kind": kind,
            "key": as_key(key),
            "value": value,
            "size": len(value),
        },
    )


def forget(connection: Connection, kind: str, key: str) -> None:
    """Keep nothing under that key any more."""
    connection.execute(delete(table).where(table.c.kind == kind, table.c.key == as_key(key)))


def forget_repository(connection: Connection, name: str) -> None:
    """Keep nothing under keys that begin with a repository's name any more."""
    under = or_(*(table.c.key.startswith(f"{name}{end}", autoescape=True) for end in (" ", "#")))
    connection.execute(delete(table).where(under))


def prune(connection: Connection, bounds: Bounds) -> int:
    """Forget some of what is beyond the bounds of its kind; say how many, 0 when done."""
    sizes = select(table.c.kind, func.count(), func.sum(table.c.size)).group_by(table.c.kind)
    return sum(
        _give_up(connection, kind, values - bounds.values, size - bounds.bytes)
        for kind, values, size in connection.execute(sizes).all()
        if values > bounds.values or size > bounds.bytes
    )


def _give_up(connection: Connection, kind: str, values: int, size: int) -> int:
    """Forget the oldest of a kind, until that many values and bytes are gone, or a page is full."""
    of_kind = table.c.kind == kind
    oldest = select(table.c.written, table.c.size).where(of_kind).order_by(table.c.written)
    last = 0
    for written, freed in connection.execute(oldest.limit(_PRUNED_AT_ONCE)):
        if values <= 0 and size <= 0:
            break
        last, values, size = written, values - 1, size - freed
    # By its number, not by its key: what was written anew meanwhile is not old any more.
    gone = delete(table).where(of_kind, table.c.written <= last)
    return connection.execute(gone).rowcount
