"""Which repositories the App is installed on, as transactions, and since when it no more is.

What is kept of one that was left is forgotten after a time of grace: somebody may come back.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, delete, select, update

from bot.ledger import index, memory
from bot.ledger.schema import decision, enrolled, exemption
from bot.work.sql import insert

_FORGOTTEN_AT_ONCE = 200  # records are large: keeps the transaction short

_new = insert(enrolled)
_enrol = _new.on_conflict_do_update(
    index_elements=[enrolled.c.repository],
    set_={"installation": _new.excluded.installation, "left": None},
)


def present(connection: Connection, installation: int) -> frozenset[str]:
    """Return the repositories that an installation reached when that was last asked."""
    found = select(enrolled.c.repository).where(
        enrolled.c.installation == installation, enrolled.c.left.is_(None)
    )
    return frozenset(connection.scalars(found))


def enrol(
    connection: Connection, installation: int, repositories: Collection[str], at: float
) -> None:
    """Note all repositories that an installation reaches, and that it left the others."""
    before = present(connection, installation)
    here = frozenset(repositories)
    if added := sorted(here - before):
        rows = [{"repository": name, "installation": installation} for name in added]
        connection.execute(_enrol, rows)
    for name in before - here:
        _leave(connection, enrolled.c.repository == name, at)


def leave_all_but(connection: Connection, installations: Collection[int], at: float) -> None:
    """Note that installations other than these are gone, and have left all repositories."""
    _leave(connection, enrolled.c.installation.not_in(installations), at)


def forget_left(connection: Connection, before: float) -> int:
    """Forget some of what is kept of a repository that was left before a moment; 0 when done.

    The audit log stays for its own time: what people did is not undone by leaving.
    """
    left = select(enrolled.c.repository).where(enrolled.c.left < before).limit(1)
    name = connection.scalar(left)
    if name is None:
        return 0
    page = select(decision.c.id).where(decision.c.repository == name).limit(_FORGOTTEN_AT_ONCE)
    some = connection.execute(delete(decision).where(decision.c.id.in_(page))).rowcount
    if some == 0:
        index.forget_repository(connection, name)
        memory.forget_repository(connection, name)
        connection.execute(delete(exemption).where(exemption.c.repository == name))
        connection.execute(delete(enrolled).where(enrolled.c.repository == name))
    return max(some, 1)


def _leave(connection: Connection, which: ColumnElement[bool], at: float) -> None:
    connection.execute(update(enrolled).where(which, enrolled.c.left.is_(None)).values(left=at))
