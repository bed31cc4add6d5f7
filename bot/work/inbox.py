"""The inbox as transactions: which deliveries came. It neither parses nor keeps what they said."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from bot.work import queue
from bot.work.model import Delivery, Mark, Receipt
from bot.work.schema import delivery as table
from bot.work.sql import insert

_PRUNED_AT_ONCE = 1_000  # keeps the transaction, and so everybody else's wait, short

_new = insert(table)
# GitHub redelivers only what somebody asked for, under the GUID of the first time:
# https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
_record = _new.on_conflict_do_update(
    index_elements=[table.c.guid],
    set_={
        "outcome": _new.excluded.outcome,
        "reason": _new.excluded.reason,
        "redelivered": table.c.redelivered + 1,
    },
)


def ingest(connection: Connection, delivery: Delivery, marks: Sequence[Mark], now: float) -> None:
    """Record the delivery and mark what it may have changed, redelivered or not."""
    connection.execute(
        _record,
        {
            "guid": delivery.guid,
            "at": now,
            "event": delivery.event,
            "action": delivery.action,
            "outcome": delivery.outcome,
            "reason": delivery.reason,
            "redelivered": 0,
            "size": 0,
        },
    )
    queue.mark(connection, marks, now)


def deliveries(connection: Connection, limit: int) -> list[Receipt]:
    """Return the newest deliveries, newest first."""
    newest = select(table).order_by(table.c.at.desc(), table.c.guid).limit(limit)
    return [
        Receipt(
            Delivery(row.guid, row.event, row.action, row.outcome, row.reason),
            row.at,
            row.redelivered,
        )
        for row in connection.execute(newest)
    ]


def prune(connection: Connection, before: float) -> int:
    """Forget the oldest deliveries that came before then; say how many, 0 when none is left."""
    oldest = (
        select(table.c.guid).where(table.c.at < before).order_by(table.c.at).limit(_PRUNED_AT_ONCE)
    )
    return connection.execute(delete(table).where(table.c.guid.in_(oldest))).rowcount
