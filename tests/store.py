"""A work store as a server opens it: in a SQLite file, or in PostgreSQL."""

import time
from pathlib import Path

from bot.settings import Postgres
from bot.work.clocks import Clock
from bot.work.kept_store import KeptStore
from bot.work.opening import open_database
from bot.work.sqlite import open_file
from bot.work.store import WorkStore

ATTEMPTS = 8


async def open_store(
    where: Path | Postgres, *, clock: Clock | None = None, attempts: int = ATTEMPTS
) -> WorkStore:
    """Open or create the store; `attempts` deaths of the process in a run park its row."""
    return KeptStore(await open_database(where, clock), attempts=attempts)


async def open_sqlite(
    path: Path, *, clock: Clock = time.time, attempts: int = ATTEMPTS
) -> WorkStore:
    """Open or create the store in a file."""
    return KeptStore(await open_file(path, clock), attempts=attempts)
