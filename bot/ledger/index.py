"""The index of links as transactions: which pull request names which plan and task.

All of it can be read from GitHub again. A subject's rows are replaced together.

Whoever changes links is alone with them, before he looks at those of others: of two pull requests
that claim a task at once, the second finds the first, and marks it.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, select, true

from bot.ledger.keys import as_key
from bot.ledger.port import Linked, Linking, PlanLink, PlanName, PullState, TaskClaim
from bot.ledger.schema import indexed, link, linked
from bot.work import queue
from bot.work.model import Mark
from bot.work.sql import alone, insert

LINKS = "links"

_newer = insert(indexed)
_set_indexed = _newer.on_conflict_do_update(
    index_elements=[indexed.c.repository], set_={"at": _newer.excluded.at}
)


def relink(
    connection: Connection, now: Linked, installation: int, at: float
) -> frozenset[PlanName]:
    """Replace what stood for the subject; mark who has claims where it changes them."""
    now = _folded(now)
    if _read(connection, now.subject) == (now, installation):
        return frozenset()
    alone(connection, LINKS)
    before, _ = _read(connection, now.subject)
    drop(connection, linked.c.subject == now.subject)
    _add(connection, now, installation)
    changed = {plan for plan, *_ in _claims(now) ^ (_claims(before) if before else set())}
    concerned = {mark for plan in changed for mark in _claimants(connection, plan)}
    queue.mark(connection, [mark for mark in concerned if mark.key != now.subject], at)
    return frozenset(changed)


def settle(
    connection: Connection, subject: str, state: PullState, base_ref: str, at: float
) -> bool:
    """Set what became of a pull request, keeping what it links; mark who waits for it."""
    alone(connection, LINKS)
    before, installation = _read(connection, subject)
    if before is None:
        return False
    if before.state is not PullState.MERGED:
        relink(connection, replace(before, state=state, base_ref=base_ref), installation, at)
    return True


def linking(
    connection: Connection,
    repository: str,
    names: Collection[str] | None,
    after: str | None,
    limit: int,
) -> list[Linking]:
    """Return a page of the open pull requests that link any of the plans, by subject."""
    found = (
        select(linked.c.subject, linked.c.repository, linked.c.number, linked.c.installation)
        .join(link, link.c.subject == linked.c.subject)
        .where(
            link.c.plan_repository == as_key(repository.lower()),
            true() if names is None else link.c.plan.in_(map(as_key, names)),
            linked.c.state == PullState.OPEN,
        )
        .distinct()
        .order_by(linked.c.subject)
        .limit(limit)
    )
    if after is not None:
        found = found.where(linked.c.subject > after)
    return [Linking(*row) for row in connection.execute(found)]


def open_subjects(connection: Connection, repository: str) -> list[str]:
    """Return the open pull requests and merge groups of a repository, by subject."""
    found = select(linked.c.subject).where(
        linked.c.repository == repository, linked.c.state == PullState.OPEN
    )
    return [*connection.scalars(found.order_by(linked.c.subject))]


def claims(connection: Connection, repository: str, name: str) -> list[TaskClaim]:
    """Return who claims which task of a plan."""
    found = (
        select(
            linked.c.repository,
            linked.c.number,
            link.c.task,
            linked.c.state,
            linked.c.base_ref,
            linked.c.from_fork,
        )
        .join(link, link.c.subject == linked.c.subject)
        .where(
            link.c.plan_repository == as_key(repository.lower()),
            link.c.plan == as_key(name),
            link.c.task.is_not(None),
        )
        .distinct()
        .order_by(linked.c.repository, linked.c.number, link.c.task)
    )
    return [TaskClaim(*row) for row in connection.execute(found)]


def indexed_at(connection: Connection, repository: str) -> float | None:
    """Return when a repository was last indexed as a whole."""
    at: float | None = connection.scalar(
        select(indexed.c.at).where(indexed.c.repository == repository)
    )
    return at


def set_indexed(connection: Connection, repository: str, at: float) -> None:
    """Remember when a repository was indexed as a whole."""
    connection.execute(_set_indexed, {"repository": repository, "at": at})


def forget_repository(connection: Connection, repository: str) -> None:
    """Drop a repository's pull requests, whatever plans they link."""
    alone(connection, LINKS)
    drop(connection, linked.c.repository == repository)
    connection.execute(delete(indexed).where(indexed.c.repository == repository))


def drop(connection: Connection, which: ColumnElement[bool]) -> None:
    """Drop pull requests, and what they link."""
    gone = select(linked.c.subject).where(which)
    connection.execute(delete(link).where(link.c.subject.in_(gone)))
    connection.execute(delete(linked).where(which))


def _folded(given: Linked) -> Linked:
    """Name each link once, its repository in lower case, and as keys: anybody writes them."""
    links = (
        PlanLink(as_key(repository.lower()), as_key(name), task)
        for repository, name, task in given.links
    )
    return replace(given, links=tuple(dict.fromkeys(links)))


def _add(connection: Connection, one: Linked, installation: int) -> None:
    connection.execute(
        insert(linked).values(
            subject=one.subject,
            repository=one.repository,
            number=one.number,
            installation=installation,
            state=one.state,
            base_ref=one.base_ref,
            from_fork=one.from_fork,
        )
    )
    rows = [
        {
            "subject": one.subject,
            "position": position,
            "plan_repository": plan.repository,
            "plan": plan.name,
            "task": plan.task,
        }
        for position, plan in enumerate(one.links)
    ]
    if rows:
        connection.execute(insert(link), rows)


def _read(connection: Connection, subject: str) -> tuple[Linked | None, int]:
    found = select(
        linked.c.subject,
        linked.c.repository,
        linked.c.number,
        linked.c.state,
        linked.c.base_ref,
        linked.c.from_fork,
        linked.c.installation,
    ).where(linked.c.subject == subject)
    row = connection.execute(found).one_or_none()
    if row is None:
        return None, 0
    *said, from_fork, installation = row
    links = (
        select(link.c.plan_repository, link.c.plan, link.c.task)
        .where(link.c.subject == subject)
        .order_by(link.c.position)
    )
    plans = tuple(PlanLink(*one) for one in connection.execute(links))
    return replace(Linked(*said), links=plans, from_fork=from_fork), installation


def _claims(one: Linked) -> set[tuple[PlanName, int, PullState, str]]:
    return {
        (link.plan, link.task, one.state, one.base_ref)
        for link in one.links
        if link.task is not None
    }


def _claimants(connection: Connection, plan: PlanName) -> list[Mark]:
    """Return the open pull requests that claim a task of the plan, as rows of the queue."""
    found = (
        select(linked.c.subject, linked.c.installation)
        .join(link, link.c.subject == linked.c.subject)
        .where(
            link.c.plan_repository == plan.repository,
            link.c.plan == plan.name,
            link.c.task.is_not(None),
            linked.c.state == PullState.OPEN,
        )
    )
    return [Mark(*row) for row in connection.execute(found)]
