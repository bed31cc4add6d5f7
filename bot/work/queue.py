"""The life of a row as transactions: marked, run, finished or tried again. Whose turn: `turns`.

A row is *dirty* while `wanted > seen`. Marking bumps `wanted`, claiming copies it to `seen`, and
finishing leaves the row idle only where both are still equal: so however marks and runs interleave,
a run starts after the last mark, and ten marks during a run cause one run more, not ten.

A long run may come in several parts. What is marked between two of them stays dirty until the last
has ended, and then all of it begins again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.work.model import Claim, Mark, Row, State
from bot.work.prepared import Prepared
from bot.work.rows import pack, unpacked
from bot.work.schema import tenant, work
from bot.work.sql import insert

_PRUNED_AT_ONCE = 1_000
dirty = work.c.wanted > work.c.seen
_resting = or_(work.c.state == State.IDLE, work.c.state == State.PARKED)
_now: BindParameter[float] = bindparam("now", type_=work.c.due.type)
_then: BindParameter[float] = bindparam("then", type_=work.c.due.type)
_said: BindParameter[str] = bindparam("said")
_came_to: BindParameter[str] = bindparam("came_to", type_=work.c.progress.type)

_enrol = Prepared(
    insert(tenant)
    .from_select(
        ["id", "served", "not_before"], unpacked(tenant.c.id).add_columns(literal(0), literal(0.0))
    )
    .on_conflict_do_nothing()
)

_fresh: dict[Column[Any], object] = {
    work.c.state: State.READY,
    work.c.wanted: 1,
    work.c.seen: 0,
    work.c.attempts: 0,
    work.c.token: 0,
    work.c.progress: "",
    work.c.owner: "",
    work.c.lease: 0.0,
    work.c.error: "",
}
_marked = (work.c.key, work.c.tenant, work.c.backfill, work.c.cause)
_new = insert(work).from_select(
    [*_marked, work.c.due, *_fresh],
    unpacked(*_marked).add_columns(
        _now,
        *(literal(value, column.type) for column, value in _fresh.items()),
    ),
)
_sooner = and_(work.c.attempts == 0, _new.excluded.due < work.c.due)
_mark = Prepared(
    _new.on_conflict_do_update(
        index_elements=[work.c.key],
        set_={
            "tenant": _new.excluded.tenant,  # a repository can move to another installation
            "wanted": work.c.wanted + 1,
            "state": case((_resting, State.READY), else_=work.c.state),
            # A row that waits out a failure goes on waiting: new events do not make GitHub healthy.
            "due": case((or_(_resting, _sooner), _new.excluded.due), else_=work.c.due),
            "attempts": case((_resting, 0), else_=work.c.attempts),
            "backfill": and_(_new.excluded.backfill, or_(_resting, work.c.backfill)),
            "cause": case((_new.excluded.cause != "", _new.excluded.cause), else_=work.c.cause),
        },
    )
)

# A run that lost its row, by `recover` or to a newer claim, must not change it any more.
_ours = and_(
    work.c.key == bindparam("its_key"),
    work.c.token == bindparam("its_token"),
    work.c.state == State.RUNNING,
)
_owned = select(work.c.key).where(_ours, work.c.lease > _now)
my_row = update(work).where(_ours)
_finish = my_row.values(
    state=case((dirty, State.READY), else_=State.IDLE),
    due=_then,
    attempts=0,
    progress="",
    error="",
)
# What is to begin anew in any case does so at once where it was marked meanwhile.
_proceed = my_row.values(
    state=State.READY,
    due=case((and_(dirty, _came_to == ""), _now), else_=_then),
    attempts=0,
    progress=_came_to,
    error="",
)
_retry = my_row.values(state=State.READY, due=_then, attempts=work.c.attempts + 1, error=_said)
_park = my_row.values(
    state=case((dirty, State.READY), else_=State.PARKED),
    due=_then,
    attempts=case((dirty, 0), else_=work.c.attempts + 1),
    progress="",
    error=_said,
)
_release = my_row.values(state=State.READY)
_postpone = my_row.values(state=State.READY, due=_then)

_listing = (
    select(
        work.c.key,
        work.c.tenant,
        work.c.state,
        work.c.wanted,
        work.c.seen,
        work.c.due,
        work.c.attempts,
        work.c.backfill,
        work.c.owner,
        work.c.error,
        func.coalesce(tenant.c.not_before, 0.0).label("rests_until"),
        work.c.cause,
    )
    .select_from(work.outerjoin(tenant, tenant.c.id == work.c.tenant))
    .order_by(work.c.key)
)


def mark(connection: Connection, marks: Sequence[Mark], now: float) -> None:
    """Make each distinct key dirty, once; wake the idle and the parked."""
    if not marks:
        return
    last = {mark.key: mark for mark in marks}
    live = {mark.key for mark in marks if not mark.backfill}
    tenants = {mark.tenant for mark in last.values()}
    rows = [(key, mark.tenant, key not in live, mark.cause) for key, mark in last.items()]
    # Sorted, so that writers, on a database that has several, lock rows in one order.
    _enrol.run(connection, rows=pack((tenant,) for tenant in sorted(tenants)))
    _mark.run(connection, rows=pack(sorted(rows)), now=now)


def finish(connection: Connection, claim: Claim, now: float) -> bool:
    """End a run that succeeded; False, and nothing changed, if it is not ours any more."""
    return _end(connection, _finish, claim, then=now)


def proceed(connection: Connection, claim: Claim, progress: str, now: float, delay: float) -> bool:
    """End one part of a run that came to *progress*; the next starts there, `delay` seconds on.

    Where there is no progress, what was marked meanwhile is not made to wait.
    """
    return _end(connection, _proceed, claim, now=now, then=now + delay, came_to=progress)


def retry(connection: Connection, claim: Claim, due: float, error: str) -> bool:
    """End a run that failed and let it be tried again at `due`."""
    return _end(connection, _retry, claim, then=due, said=error)


def park(connection: Connection, claim: Claim, error: str, now: float) -> bool:
    """End a run that failed for good, unless something changed meanwhile: that starts anew."""
    return _end(connection, _park, claim, then=now, said=error)


def release(connection: Connection, claims: Sequence[Claim]) -> int:
    """Give runs back that never took place, each to its old place in line; say how many."""
    return sum(_end(connection, _release, claim) for claim in claims)


def postpone(connection: Connection, claim: Claim, due: float) -> bool:
    """Give a run back that did not take place, to be tried at `due`: it is no failed attempt."""
    return _end(connection, _postpone, claim, then=due)


def prune(connection: Connection, before: float) -> int:
    """Forget some of the rows that are idle since before then; say how many, 0 when done."""
    oldest = select(work.c.key).where(work.c.state == State.IDLE, work.c.due < before)
    # Said twice, for PostgreSQL: who waited for another's mark looks at that row alone again.
    gone = delete(work).where(
        work.c.state == State.IDLE, work.c.key.in_(oldest.limit(_PRUNED_AT_ONCE))
    )
    return connection.execute(gone).rowcount


def owns(connection: Connection, claim: Claim, now: float) -> bool:
    """Say whether the claim's run is still the row's current one, and its lease not over."""
    return connection.execute(_owned, its(claim) | {"now": now}).first() is not None


def rows(connection: Connection) -> list[Row]:
    """Return the whole queue, by key."""
    return [Row(**row._mapping) for row in connection.execute(_listing)]


def its(claim: Claim) -> dict[str, object]:
    """Return the parameters by which a statement finds the claim's row."""
    return {"its_key": claim.key, "its_token": claim.token}


def _end(connection: Connection, ending: Update, claim: Claim, **values: object) -> bool:
    return connection.execute(ending, its(claim) | values).rowcount == 1
