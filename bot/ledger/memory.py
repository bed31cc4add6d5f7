"""A bounded memory as transactions: bytes by kind and key, the least recently written given up."""

from sqlalchemy import Connection, bindparam, delete, func, select

from bot.ledger.schema import memory as table
from bot.work.sql import insert

_PRUNED_AT_ONCE = 1_000

_other = table.alias("other")
# A number, not a time: clocks jump.
_next = (
    select(func.coalesce(func.max(_other.c.written), 0) + 1)
    .where(_other.c.kind == bindparam("its_kind"))
    .scalar_subquery()
)
_new = insert(table).values(written=_next)
_keep = _new.on_conflict_do_update(
    index_elements=[table.c.kind, table.c.key],
    set_={"value": _new.excluded.value, "written": _new.excluded.written},
)


def recall(connection: Connection, kind: str, key: str) -> bytes | None:
    """Return what was kept under that key."""
    value: bytes | None = connection.scalar(
        select(table.c.value).where(table.c.kind == kind, table.c.key == key)
    )
    return value


def keep(connection: Connection, kind: str, key: str, value: bytes) -> None:
    """Keep a value in place of what was there."""
    connection.execute(_keep, {"kind": kind, "its_kind": kind, "key": key, "value": value})


def prune(connection: Connection, most: int) -> int:
    """Forget some of what is beyond *most* of its kind; say how many, 0 when done."""
    kinds = connection.scalars(select(table.c.kind).distinct()).all()
    return sum(_prune_kind(connection, kind, most) for kind in kinds)


def _prune_kind(connection: Connection, kind: str, most: int) -> int:
    of_kind = table.c.kind == kind
    beyond = (
        select(_other.c.written)
        .where(_other.c.kind == kind)
        .order_by(_other.c.written.desc())
        .offset(most)
        .limit(1)
        .scalar_subquery()
    )
    oldest = select(table.c.key).where(of_kind, table.c.written <= beyond).order_by(table.c.written)
    gone = delete(table).where(of_kind, table.c.key.in_(oldest.limit(_PRUNED_AT_ONCE)))
    return connection.execute(gone).rowcount
