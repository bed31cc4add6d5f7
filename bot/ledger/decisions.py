"""Decisions as transactions: each is kept once, and each subject has one that stands."""

from dataclasses import asdict, fields

from sqlalchemy import Connection, delete, func, select, update

from bot.ledger import audit
from bot.ledger.port import AuditKind, Decision
from bot.ledger.schema import decision as table
from bot.work.sql import alone, insert

_PRUNED_AT_ONCE = 200  # records are large: keeps the transaction short

_decision = select(*(table.c[field.name] for field in fields(Decision)))
_new = insert(table).values(stands=True)
_record = _new.on_conflict_do_update(
    index_elements=[table.c.id],
    # Its id is made of the facts, so they are the same; the words may be a newer version's.
    set_={name: _new.excluded[name] for name in ("at", "subject", "conclusion", "title", "stands")},
)


def record(connection: Connection, decision: Decision) -> None:
    """Keep a decision as the one that stands; audit it where it says something else than before."""
    alone(connection, f"decision about {decision.subject}")
    standing = (table.c.subject == decision.subject) & table.c.stands
    last = select(table.c.id, table.c.conclusion, table.c.title).where(standing)
    before = connection.execute(last).one_or_none()
    if before is not None and before.id != decision.id:
        connection.execute(update(table).where(standing).values(stands=False))
    connection.execute(_record, asdict(decision))
    said = (decision.conclusion, decision.title)
    if before is None or (before.conclusion, before.title) != said:
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
    row = connection.execute(_decision.where(table.c.id == id)).one_or_none()
    return None if row is None else Decision(*row)


def beginning(connection: Connection, start: str, limit: int) -> list[Decision]:
    """Return the first decisions whose id begins so."""
    # Not as a range: which letter comes last is the database's affair.
    begun = func.substr(table.c.id, 1, len(start)) == start
    found = _decision.where(begun).order_by(table.c.id).limit(limit)
    return [Decision(*row) for row in connection.execute(found)]


def newest(connection: Connection, subject: str | None, limit: int) -> list[Decision]:
    """Return the newest decisions, of one subject or of all, newest first."""
    found = _decision.order_by(table.c.at.desc(), table.c.id).limit(limit)
    if subject is not None:
        found = found.where(table.c.subject == subject)
    return [Decision(*row) for row in connection.execute(found)]


def prune(connection: Connection, before: float, standing_before: float) -> int:
    """Forget some decisions from before then that do not stand; say how many, 0 when done.

    One that was last made before *standing_before* stands no longer: its subject is long gone.
    """
    return _forget(connection, stands=False, before=before) + _forget(
        connection, stands=True, before=min(before, standing_before)
    )


def _forget(connection: Connection, *, stands: bool, before: float) -> int:
    which = (table.c.stands == stands) & (table.c.at < before)
    oldest = select(table.c.id).where(which).order_by(table.c.at).limit(_PRUNED_AT_ONCE)
    # Asked again of each row: it may have been made anew since the oldest were looked for.
    return connection.execute(delete(table).where(table.c.id.in_(oldest), which)).rowcount
