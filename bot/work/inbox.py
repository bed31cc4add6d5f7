"""The inbox as transactions: which deliveries came. It does not look at what they said."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from bot.work import queue
from bot.work.model import Delivery, Mark, Receipt
from bot.work.prepared import Prepared
from bot.work.rows import Value, pack, unpacked
from bot.work.schema import delivery as table
from bot.work.schema import volume
from bot.work.sql import insert

ROOM = 1_000 << 20  # bytes that all deliveries may take together
SHARDS = 64  # far more than processes, so that each may choose one at random

_PRUNED_AT_ONCE = 1_000  # keeps the transaction, and so everybody else's wait, short
_OVERHEAD = 120  # bytes that a row takes beside its texts, with its share of the indices

_described = (
    table.c.guid,
    table.c.event,
    table.c.action,
    table.c.outcome,
    table.c.reason,
    table.c.installation,
    table.c.subject,
)
_packed = (*_described, table.c.redelivered, table.c.size)
_new = insert(table).from_select(
    [*_packed, table.c.at],
    unpacked(*_packed).add_columns(bindparam("now", type_=table.c.at.type)),
)
# GitHub redelivers only what somebody asked for, under the GUID of the first time:
# https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
_record = Prepared(
    _new.on_conflict_do_update(
        index_elements=[table.c.guid],
        set_={
            "outcome": _new.excluded.outcome,
            "reason": _new.excluded.reason,
            "installation": _new.excluded.installation,
            "subject": _new.excluded.subject,
            "redelivered": table.c.redelivered + 1 + _new.excluded.redelivered,
            # As `volume` counts it: the sum may not drift.
            "size": table.c.size + _new.excluded.size,
        },
    )
)
_enclose = (
    update(table).where(table.c.guid == bindparam("its_guid")).values(body=bindparam("its_body"))
)

_total = select(func.coalesce(func.sum(volume.c.bytes), 0))
_others = volume.alias()
_shard: BindParameter[int] = bindparam("its_shard", type_=volume.c.shard.type)
_added = insert(volume).values(shard=_shard, bytes=bindparam("more", type_=volume.c.bytes.type))
_weigh = Prepared(
    _added.on_conflict_do_update(
        index_elements=[volume.c.shard], set_={"bytes": volume.c.bytes + _added.excluded.bytes}
    ).returning(
        volume.c.bytes
        + select(func.coalesce(func.sum(_others.c.bytes), 0))
        .where(_others.c.shard != _shard)
        .scalar_subquery()
    )
)

_oldest = (
    select(table.c.guid, table.c.at, table.c.size)
    .order_by(table.c.at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # where several processes make room, each takes others
)
_forget = delete(table).where(table.c.guid.in_(unpacked(table.c.guid)))


def ingest(
    connection: Connection,
    came: Sequence[tuple[Delivery, Sequence[Mark]]],
    now: float,
    *,
    shard: int,
    room: int,
) -> None:
    """Record deliveries and mark what they may have changed, redelivered or not.

    Where all deliveries take more than *room* bytes, the oldest go: so a batch makes room for
    itself. They are counted in a *shard*, the process's own.
    """
    rows, size = _rows([delivery for delivery, _ in came])
    _record.run(connection, rows=pack(rows), now=now)
    bodies = [
        {"its_guid": delivery.guid, "its_body": delivery.body}
        for delivery, _ in came
        if delivery.body is not None
    ]
    if bodies:
        connection.execute(_enclose, bodies)
    queue.mark(connection, [mark for _, marks in came for mark in marks], now)
    total = _count(connection, shard, size)
    if total > room:
        _prune(connection, shard, over=total - room, most=2 * len(rows))


def compressed(delivery: Delivery) -> Delivery:
    """Make the body small, as `ingest` wants it; a large one takes a quarter of a second."""
    return replace(delivery, body=delivery.body and zlib.compress(delivery.body))


def body(connection: Connection, guid: str) -> bytes | None:
    """Return what a delivery said, as it came; `None` where that was not kept."""
    kept = connection.scalar(select(table.c.body).where(table.c.guid == guid))
    return None if kept is None else zlib.decompress(kept)


def deliveries(connection: Connection, limit: int) -> list[Receipt]:
    """Return the newest deliveries without their bodies, newest first."""
    newest = (
        select(*_described, table.c.at, table.c.redelivered)
        .order_by(table.c.at.desc(), table.c.guid)
        .limit(limit)
    )
    return [
        Receipt(Delivery(*described), at, redelivered)
        for *described, at, redelivered in connection.execute(newest)
    ]


def known(connection: Connection, guids: Collection[str]) -> set[str]:
    """Return those of *guids* whose deliveries are kept."""
    return set(connection.scalars(select(table.c.guid).where(table.c.guid.in_(guids))))


def prune(connection: Connection, before: float, *, shard: int, room: int) -> int:
    """Forget the oldest deliveries that came before then, or for which there is no room.

    Says how many, 0 when none is left.
    """
    total: int = connection.scalars(_total).one()
    return _prune(connection, shard, over=total - room, most=_PRUNED_AT_ONCE, before=before)


def _rows(deliveries: Sequence[Delivery]) -> tuple[list[tuple[Value, ...]], int]:
    """Return a row for each GUID, as `_packed` says, in order, and what they weigh together."""
    last = {one.guid: one for one in deliveries}
    weighed: dict[str, tuple[int, int]] = {}  # how often each came again, and what it weighs
    total = 0
    for one in deliveries:
        texts = (one.guid, one.reason, one.subject or "", one.body or b"")
        size = _OVERHEAD + sum(map(len, texts))
        total += size
        again, before = weighed.get(one.guid, (-1, 0))
        weighed[one.guid] = (again + 1, before + size)
    # Sorted, so that writers, on a database that has several, lock rows in one order.
    rows: list[tuple[Value, ...]] = [
        (
            *(guid, one.event, one.action, one.outcome, one.reason, one.installation, one.subject),
            *weighed[guid],
        )
        for guid, one in sorted(last.items())
    ]
    return rows, total


def _count(connection: Connection, shard: int, size: int) -> int:
    """Add to what all deliveries weigh, and return that."""
    total: int = _weigh.run(connection, its_shard=shard, more=size).scalar_one()
    return total


def _prune(connection: Connection, shard: int, *, over: int, most: int, before: float = 0.0) -> int:
    """Forget, of the *most* oldest, those that came before then, and others until *over* is 0."""
    gone, freed = [], 0
    for guid, at, size in connection.execute(_oldest, {"most": most}):
        if at >= before and freed >= over:
            break
        gone.append((guid,))
        freed += size
    if gone:
        connection.execute(_forget, {"rows": pack(gone)})
        _count(connection, shard, -freed)
    return len(gone)
