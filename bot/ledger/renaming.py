"""A repository's new name, carried over in pages: each is a transaction, and all may come again.

What stands under the new name already is newer, and stays. But what is merely remembered under it
may be from a time when the repository had it before, and is forgotten.
"""

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update

from bot.ledger import exemptions, index, memory
from bot.ledger.schema import enrolled, indexed, link, linked
from bot.work.sql import alone

AT_ONCE = 500  # keeps the transaction, and so everybody else's wait, short

_other = linked.alias("other")


def carry_over(connection: Connection, old: str, new: str, at_once: int = AT_ONCE) -> int:
    """Give some of what has the old name the new one; say how much, 0 when done."""
    alone(connection, index.LINKS)
    if pulls := _pulls(connection, old, new, at_once):
        return pulls
    if plans := _plans(connection, old.lower(), new.lower(), at_once):
        return plans
    exemptions.rename_repository(connection, old, new)
    _rename_indexed(connection, old, new)
    connection.execute(delete(enrolled).where(enrolled.c.repository == old))  # it was not left
    memory.forget_repository(connection, new)
    return 0


def _pulls(connection: Connection, old: str, new: str, at_once: int) -> int:
    def renamed(subject: ColumnElement[str]) -> ColumnElement[str]:
        return func.replace(subject, f" {old}#", f" {new}#")

    page = select(linked.c.subject).where(linked.c.repository == old).limit(at_once)
    subjects = connection.scalars(page).all()
    if subjects:
        ours = linked.c.subject.in_(subjects)
        index.drop(connection, ours & exists().where(_other.c.subject == renamed(linked.c.subject)))
        links = update(link).where(link.c.subject.in_(subjects))
        connection.execute(links.values(subject=renamed(link.c.subject)))
        pulls = update(linked).where(ours)
        connection.execute(pulls.values(subject=renamed(linked.c.subject), repository=new))
    return len(subjects)


def _plans(connection: Connection, old: str, new: str, at_once: int) -> int:
    if old == new:  # only its case is another: as a repository of plans it keeps its name
        return 0
    named = link.c.plan_repository == old
    page = select(link.c.subject).where(named).limit(at_once)
    plans = update(link).where(named, link.c.subject.in_(page))
    return connection.execute(plans.values(plan_repository=new)).rowcount


def _rename_indexed(connection: Connection, old: str, new: str) -> None:
    at = index.indexed_at(connection, old)
    connection.execute(delete(indexed).where(indexed.c.repository == old))
    if at is not None and index.indexed_at(connection, new) is None:
        index.set_indexed(connection, new, at)
