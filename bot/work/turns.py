"""Whose turn is it? Claims that are fair between tenants, as transactions.

A turn goes to the tenant with the fewest running rows; of several, to the one longest not served;
and there to the live row longest due, before any that is backfill. The last slots that a process
has are a reserve, for the first live row of a tenant alone. So a backlog of thousands delays nobody
but its own tenant, and there only what nobody waits for: not even by the time that a run takes.
"""

from collections.abc import Mapping
from heapq import heappop, heapreplace

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)

from bot.work.leases import DIED, LEASE
from bot.work.model import Claim, State
from bot.work.schema import tenant, work
from bot.work.sql import insert

_now: BindParameter[float] = bindparam("now")
_moment: BindParameter[int] = bindparam("moment", type_=work.c.token.type)  # in microseconds
_whose: BindParameter[int] = bindparam("whose")
_any: BindParameter[bool] = bindparam("any", type_=Boolean())  # or the first live row alone

_turn = work.alias("turn")  # the same table again, for subqueries about other rows
_ready = _turn.c.state == State.READY
_both = (false(), true())  # live first; the index is asked about each, and answers at once

# The tenants that have something ready, found by leaping through the index from one to the next:
# what waits may be a hundred thousand rows, and the tenants without any may be thousands.
_first = select(func.min(_turn.c.tenant).label("id")).where(_ready).cte("waiting", recursive=True)
_after = select(func.min(_turn.c.tenant)).where(_ready, _turn.c.tenant > _first.c.id)
_waiting = _first.union_all(select(_after.scalar_subquery()).where(_first.c.id.is_not(None)))
_line_up = _waiting.join(tenant, tenant.c.id == _waiting.c.id)


def _earliest(backfill: ColumnElement[bool]) -> ScalarSelect[float]:
    own = and_(_ready, _turn.c.tenant == _waiting.c.id, _turn.c.backfill == backfill)
    return select(func.min(_turn.c.due)).where(own).scalar_subquery()


_runs = select(func.count()).where(_turn.c.tenant == tenant.c.id, _turn.c.state == State.RUNNING)
_running = _runs.scalar_subquery()
_none_live = _runs.where(_turn.c.backfill == false()).scalar_subquery() == 0
_last_ticket = select(func.max(tenant.alias().c.served)).scalar_subquery()
_line = (
    select(
        _running.label("running"), tenant.c.served, tenant.c.id, _last_ticket.label("last_ticket")
    )
    .select_from(_line_up)
    .where(
        tenant.c.not_before <= _now,
        or_(
            and_(_earliest(false()) <= _now, or_(_any, _none_live)),
            and_(_earliest(true()) <= _now, _any),
        ),
    )
    .order_by("running", tenant.c.served, tenant.c.id)
    .limit(bindparam("most"))
)
_oldest = func.coalesce(
    *(
        select(_turn.c.key)
        .where(_ready, _turn.c.tenant == _whose, _turn.c.backfill == backfill, _turn.c.due <= _now)
        .where(or_(~backfill, _any))
        .order_by(_turn.c.due, _turn.c.key)
        .limit(1)
        # Past what another process is claiming or marking just now; SQLite lets nobody else write.
        .with_for_update(skip_locked=True)
        .scalar_subquery()
        for backfill in _both
    )
)
_take = (
    update(work)
    .where(work.c.key == _oldest)
    .values(
        state=State.RUNNING,
        # A run that goes on has not seen what was marked since it began.
        seen=case((work.c.progress == "", work.c.wanted), else_=work.c.seen),
        # By the clock, too. A server that crashes may forget a claim, and while its process goes on
        # with that, the next claim of the row must not get the same token.
        token=case((work.c.token < _moment, _moment), else_=work.c.token + 1),
        owner=bindparam("by"),
        lease=_now + LEASE,
    )
    .returning(
        work.c.key,
        work.c.tenant,
        work.c.token,
        work.c.attempts,
        work.c.backfill,
        work.c.progress,
        work.c.error == DIED,
        work.c.due,
        work.c.cause,
    )
)
_serve = update(tenant).where(tenant.c.id == _whose).values(served=bindparam("ticket"))

_new = insert(tenant).values(served=0)
_pause = _new.on_conflict_do_update(
    index_elements=[tenant.c.id],
    set_={
        "not_before": case(
            (tenant.c.not_before < _new.excluded.not_before, _new.excluded.not_before),
            else_=tenant.c.not_before,
        )
    },
)

_each = union_all(
    *(
        select(_earliest(each).label("due"), tenant.c.not_before).select_from(_line_up)
        for each in _both
    )
).subquery()
_next = select(
    func.min(case((_each.c.due < _each.c.not_before, _each.c.not_before), else_=_each.c.due))
)


def claim(
    connection: Connection, limit: int, now: float, owner: str, reserve: int = 0
) -> list[Claim]:
    """Take up to `limit` due rows, turn by turn; each turn counts for the next.

    The last `reserve` of them are for tenants no live row of which runs, a live one for each.
    """
    by = {"now": now, "moment": int(now * 1e6), "by": owner}
    most = limit - reserve
    tickets: dict[int, int] = {}
    claims = _take_turns(connection, most, tickets, by | {"any": True})
    if len(claims) >= most:
        claims += _take_turns(connection, min(limit, reserve), tickets, by | {"any": False})
    if tickets:
        # Sorted, so that processes lock the tenants' rows in one order.
        connection.execute(
            _serve, [{"whose": whose, "ticket": tickets[whose]} for whose in sorted(tickets)]
        )
    return claims


def _take_turns(
    connection: Connection, most: int, tickets: dict[int, int], by: Mapping[str, object]
) -> list[Claim]:
    """Give out so many turns, and note the tickets of those who got any."""
    if most < 1:
        return []
    # At most so many tenants get a turn, and those are the first in line: a heap, being sorted.
    found = connection.execute(_line, {**by, "most": most}).all()
    line = [(row.running, row.served, row.id) for row in found]
    last_ticket: int = found[0].last_ticket if found else 0
    ticket = max(tickets.values(), default=last_ticket)
    claims: list[Claim] = []
    while line and len(claims) < most:
        running, _, whose = line[0]
        row = connection.execute(_take, {**by, "whose": whose}).one_or_none()
        if row is None:
            heappop(line)
            continue
        claims.append(Claim(*row))
        ticket += 1
        tickets[whose] = ticket
        if by["any"]:
            heapreplace(line, (running + 1, ticket, whose))
        else:
            heappop(line)
    return claims


def pause(connection: Connection, tenant_id: int, until: float) -> None:
    """Claim nothing of the tenant before then. A pause is only ever extended."""
    connection.execute(_pause, {"id": tenant_id, "not_before": until})


def next_due(connection: Connection) -> float | None:
    """Return when a row becomes claimable, pauses considered; None when nothing waits."""
    due: float | None = connection.scalar(_next)
    return due
