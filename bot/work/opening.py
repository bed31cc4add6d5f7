"""Which of the two databases it is: the only place that asks."""

from pathlib import Path

from bot.settings import Postgres
from bot.work.clocks import Clock, steady
from bot.work.database import Database
from bot.work.sqlite import open_file


async def open_database(
    where: Path | Postgres, clock: Clock | None = None, *, works: bool = True
) -> Database:
    """Open the database, its tables in place, for a server or a worker.

    Time is SQLite's machine's or PostgreSQL's own, unless a *clock* is given. A process that does
    not *work* off the queue takes no name in PostgreSQL, and hears no wake-ups. Raises
    `StoreLocked` if another process has the file open, `StoreUnavailable` if it cannot be used.
    """
    if isinstance(where, Path):
        return await open_file(where, clock or steady())
    from bot.work.postgres import open_postgres  # asyncpg is loaded where it is needed alone

    return await open_postgres(where.url, clock, works=works)
