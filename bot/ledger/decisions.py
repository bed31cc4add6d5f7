"""Decisions as transactions: each is kept once, and each subject has one that stands."""

from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from bot.ledger import audit
from bot.ledger.port import AuditKind, Decision
from bot.ledger.schema import decision as table
from bot.ledger.schema import standing
from bot.work.sql import insert

_PRUNED_AT_ONCE = 1_000

_new = insert(table)
_record = _new.on_conflict_do_update(index_elements=[table.c.id], set_={"at": _new.excluded.at})
_newer = insert(standing)
_stand = _newer.on_conflict_do_update(
    index_elements=[standing.c.subject],
    set_={
        "decision": _newer.excluded.decision,
        "conclusion": _newer.excluded.conclusion,
        "title": _newer.excluded.title,
    },
)


def record(connection: Connection, decision: Decision) -> None:
    """Keep a decision as the one that stands; audit it where it says something else than before."""
    last = select(standing.c.conclusion, standing.c.title).where(
        standing.c.subject == decision.subject
    )
    before = connection.execute(last).one_or_none()
    connection.execute(_record, asdict(decision))
    connection.execute(
        _stand,
        {
            "subject": decision.subject,
            "decision": decision.id,
            "conclusion": decision.conclusion,
            "title": decision.title,
        },
    )
    if before is None or tuple(before) != (decision.conclusion, decision.title):
        audit.write(
            connection,
            AuditKind.VERDICT,
            decision.at,
            decision.subject,
            decision.repository,
            decision.number,
            decision.head_sha,
            text=f"{decision.conclusion}: {decision.title}",
        )


def find(connection: Connection, id: str) -> Decision | None:  # noqa: A002 - as the port has it
    """Return the decision of that id."""
    row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
    return None if row is None else Decision(*row)


def newest(connection: Connection, subject: str | None, limit: int) -> list[Decision]:
    """Return the newest decisions, of one subject or of all, newest first."""
    found = select(table).order_by(table.c.at.desc(), table.c.id).limit(limit)
    if subject is not None:
        found = found.where(table.c.subject == subject)
    return [Decision(*row) for row in connection.execute(found)]


def prune(connection: Connection, before: float, standing_before: float) -> int:
    """Forget some decisions from before then that do not stand; say how many, 0 when done.

    One that was last made before *standing_before* stands no longer: its subject is long gone.
    """
    gone = (
        select(standing.c.subject)
        .join(table, table.c.id == standing.c.decision)
        .where(table.c.at < standing_before)
        .limit(_PRUNED_AT_ONCE)
    )
    fallen = connection.execute(delete(standing).where(standing.c.subject.in_(gone))).rowcount
    stands = select(standing.c.decision).where(standing.c.decision == table.c.id).exists()
    oldest = select(table.c.id).where(table.c.at < before, ~stands).order_by(table.c.at)
    pruned = delete(table).where(table.c.id.in_(oldest.limit(_PRUNED_AT_ONCE)))
    return fallen + connection.execute(pruned).rowcount
