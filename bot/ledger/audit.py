"""The audit log as transactions: what happened, in order, and nothing ever changed in it.

Readers go on from an id. So ids must be seen in their order, and whoever writes an entry has the
log to himself until he commits: the next id is given after that.
"""

from sqlalchemy import Connection, delete, insert, select

from bot.ledger.port import Audit, AuditKind
from bot.ledger.schema import audit as table
from bot.work.sql import alone

_PRUNED_AT_ONCE = 1_000  # keeps the transaction, and so everybody else's wait, short


def write(
    connection: Connection,
    kind: AuditKind,
    at: float,
    subject: str,
    repository: str,
    number: int,
    head_sha: str,
    *,
    actor: str = "",
    text: str,
) -> None:
    """Add an entry, in the transaction of what it tells, and as the last thing in it."""
    alone(connection, "audit")
    connection.execute(
        insert(table).values(
            at=at,
            kind=kind,
            subject=subject,
            repository=repository,
            number=number,
            head_sha=head_sha,
            actor=actor,
            text=text,
        )
    )


def entries(connection: Connection, after_id: int, limit: int) -> list[Audit]:
    """Return the entries after that one, oldest first."""
    later = select(table).where(table.c.id > after_id).order_by(table.c.id).limit(limit)
    return [Audit(*row) for row in connection.execute(later)]


def prune(connection: Connection, before: float) -> int:
    """Forget some of the entries from before then; say how many, 0 when none is left."""
    oldest = select(table.c.id).where(table.c.at < before).order_by(table.c.at)
    gone = delete(table).where(table.c.id.in_(oldest.limit(_PRUNED_AT_ONCE)))
    return connection.execute(gone).rowcount
