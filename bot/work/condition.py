"""What state a database is in, found out beside the servers that work with it. Nothing stays."""

from enum import Enum, auto
from pathlib import Path

from sqlalchemy import Connection, delete

from bot.settings import Postgres
from bot.work.migrations import known, revisions
from bot.work.peek import peek
from bot.work.schema import work
from bot.work.visit import enter

_write_nothing = delete(work).where(work.c.key.is_(None))


class Tables(Enum):
    """How the tables stand to this Plan Gate's."""

    MISSING = auto()
    OLDER = auto()
    CURRENT = auto()


def find_tables(where: Path | Postgres) -> Tables:
    """Look which tables there are. A file that is not there has none.

    Raises `StoreUnavailable` where the database cannot be read, or is of a newer Plan Gate.
    """
    if isinstance(where, Path) and not where.exists():
        return Tables.MISSING
    return peek(where, _compare)


async def try_writing(where: Path | Postgres) -> None:
    """Do what a write must be allowed to do, and change nothing; raises `StoreUnavailable`."""
    database = await enter(where)
    try:
        await database.run(lambda connection: connection.execute(_write_nothing).rowcount)
    finally:
        await database.close()


def _compare(connection: Connection) -> Tables:
    found = known(connection)
    if found is None:
        return Tables.MISSING
    return Tables.CURRENT if found == revisions()[-1] else Tables.OLDER
