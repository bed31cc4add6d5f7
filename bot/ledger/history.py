"""What was decided over time in an owner's repositories, a page at a time: for reports."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from bot.ledger.port import Audit
from bot.ledger.schema import audit, decision, linked

PAGE: Final = 1_000  # rows at once; each page is a statement of its own, so none takes long


class Blocking(NamedTuple):
    """A decision that blocks, without its record."""

    id: str
    at: float
    repository: str
    number: int
    conclusion: str
    title: str


def entries(connection: Connection, owner: str) -> Iterator[Audit]:
    """Yield the whole audit log of an owner's repositories, oldest first."""
    query = select(audit).where(_of(audit.c.repository, owner)).order_by(audit.c.id).limit(PAGE)
    last = 0
    while rows := connection.execute(query.where(audit.c.id > last)).all():
        yield from (Audit(*row) for row in rows)
        last = rows[-1].id


def blocking(
    connection: Connection, owner: str, since: float, conclusions: Sequence[str]
) -> Iterator[list[Blocking]]:
    """Yield pages of the decisions of such conclusions from *since* on, and of those that stand."""
    query = (
        select(*(decision.c[name] for name in Blocking._fields))
        .where(
            _of(decision.c.repository, owner),
            decision.c.conclusion.in_(conclusions),
            (decision.c.at >= since) | decision.c.stands,
        )
        .order_by(decision.c.id)
        .limit(PAGE)
    )
    last = ""
    while rows := connection.execute(query.where(decision.c.id > last)).all():
        yield [Blocking(*row) for row in rows]
        last = rows[-1].id


def records(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the records of those decisions that are still there, at most a page of them."""
    found = connection.execute(
        select(decision.c.id, decision.c.facts).where(decision.c.id.in_(ids))
    )
    return {row.id: row.facts for row in found}


def states(connection: Connection, owner: str) -> Iterator[tuple[str, int, str]]:
    """Yield what became of an owner's pull requests: repository, number, state."""
    query = (
        select(linked.c.subject, linked.c.repository, linked.c.number, linked.c.state)
        .where(_of(linked.c.repository, owner))
        .order_by(linked.c.subject)
        .limit(PAGE)
    )
    last = ""
    while rows := connection.execute(query.where(linked.c.subject > last)).all():
        for row in rows:
            if row.subject.startswith("pull "):  # a merge group ends as its pull requests do
                yield row.repository, row.number, str(row.state)
        last = rows[-1].subject


def _of(repository: ColumnElement[str], owner: str) -> ColumnElement[bool]:
    """Whether it is the owner's, whose login GitHub takes in any case."""
    prefix = f"{owner.lower()}/"
    begun: ColumnElement[str] = func.lower(func.substr(repository, 1, len(prefix)))
    return begun == prefix
