"""How much waits, counted for those who watch. It changes nothing."""

from sqlalchemy import Connection, bindparam, func, select

from bot.work.model import Census, State
from bot.work.schema import tenant, work

_rows = select(work.c.state, func.count().label("number")).group_by(work.c.state)
_backfill = (
    select(func.count()).select_from(work).where(work.c.state == State.READY, work.c.backfill)
)
# An installation that rests waits for GitHub, not for us.
_oldest = (
    select(func.min(work.c.due))
    .join(tenant, tenant.c.id == work.c.tenant)
    .where(work.c.state == State.READY, tenant.c.not_before <= bindparam("now"))
)


def count(connection: Connection, now: float) -> Census:
    """Count the rows by state, and say how long the oldest that is due has waited."""
    found = {row.state: row.number for row in connection.execute(_rows)}
    oldest: float | None = connection.scalar(_oldest, {"now": now})
    waited = 0.0 if oldest is None else max(now - oldest, 0.0)
    backfill: int = connection.scalars(_backfill).one()
    return Census(dict.fromkeys(State, 0) | found, waited, backfill)
