"""Call on the store while servers work with it: to look, and to change a row or two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import Postgres
from bot.work.clocks import steady
from bot.work.database import Database
from bot.work.kept_store import KeptStore
from bot.work.migrations import require_newest
from bot.work.sqlite import visit_file


@asynccontextmanager
async def visit(where: Path | Postgres) -> AsyncIterator[KeptStore]:
    """Open the store as a guest: it claims and recovers nothing, and makes no tables.

    Raises `StoreUnavailable` if there is no store, or one of another version.
    """
    async with visit_database(where) as database:
        yield KeptStore(database)


@asynccontextmanager
async def visit_database(where: Path | Postgres) -> AsyncIterator[Database]:
    """Open the database as a guest, for all that is kept in it.

    Raises `StoreUnavailable` if it cannot be used, or has tables of another version.
    """
    database = await enter(where)
    try:
        await database.run(require_newest)
        yield database
    finally:
        await database.close()


async def enter(where: Path | Postgres) -> Database:
    """Connect as a guest, whatever is there; raises `StoreUnavailable`."""
    if isinstance(where, Path):
        return visit_file(where, steady())
    from bot.work.postgres import PostgresDatabase  # asyncpg is loaded where it is needed alone

    return PostgresDatabase(where.url)
