"""Who still lives? A run is its process's for as long as that says so, and a while longer.

Recovering a run counts as a failed attempt, and the next claim tells of it: a row may be what kills
its process, and would go on for ever. Which one it is nobody knows, so those that have died before
come again one after another, and ever later: what does no harm gets through between two deaths.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    or_,
    select,
    update,
)

from bot.work.model import Claim, State
from bot.work.queue import its, my_row
from bot.work.schema import tenant, work

LEASE = 60.0  # seconds that a process may be silent before another takes its runs over
LONGEST_DELAY = 60  # seconds until a run that died with its process comes again
DIED = "The process ended during this run."

_now: BindParameter[float] = bindparam("now")

_extend = my_row.values(lease=_now + LEASE)

_dead = (
    select(work.c.key, work.c.token, work.c.attempts)
    .where(
        work.c.state == State.RUNNING,
        or_(work.c.lease <= _now, work.c.owner == bindparam("former")),
    )
    .order_by(work.c.key)
    .with_for_update(skip_locked=True)
)
_recover = my_row.values(
    state=State.READY, due=bindparam("then"), attempts=work.c.attempts + 1, error=DIED
)

# What waits in earnest (a retry, a page of many, a rate limit) waits an hour or two at most.
_far: ColumnElement[float] = _now + 2 * 3_600.0
_unfreeze = (
    update(work).where(work.c.state == State.READY, work.c.due > _far).values(due=_now),
    update(work).where(work.c.state == State.RUNNING, work.c.lease > _far).values(lease=_now),
    update(tenant).where(tenant.c.not_before > _far).values(not_before=_now),
)


def extend(connection: Connection, claims: Sequence[Claim], now: float) -> None:
    """Let the leases of these runs, as far as nobody has taken them over, begin anew."""
    if claims:
        # Sorted, so that writers lock rows in one order.
        rows = sorted(claims, key=lambda claim: claim.key)
        connection.execute(_extend, [its(claim) | {"now": now} for claim in rows])


def recover(connection: Connection, now: float, former: str | None = None) -> int:
    """Make the runs ready again whose lease is over, and all of the *former* owner; say how many.

    Each counts as a failed attempt.
    """
    dead = connection.execute(_dead, {"now": now, "former": former}).all()
    runs = [
        {
            "its_key": key,
            "its_token": token,
            "then": now + min(place * attempts, LONGEST_DELAY),
        }
        for place, (key, token, attempts) in enumerate(dead, start=1)
    ]
    if runs:
        connection.execute(_recover, runs)
    return len(runs)


def unfreeze(connection: Connection, now: float) -> None:
    """Let nothing wait for a time that only a clock that was ahead can have set."""
    for mending in _unfreeze:
        connection.execute(mending, {"now": now})
