"""A work store as a server opens it: in a SQLite file, or in PostgreSQL."""

import time
from pathlib import Path

from bot.settings import Postgres
from bot.work.clocks import Clock
from bot.work.kept_store import KeptStore
from bot.work.opening import open_database
from bot.work.sqlite import open_file
from bot.work.store import WorkStore


async def open_store(where: Path | Postgres, *, clock: Clock | None = None) -> WorkStore:
    """Open or create the store."""
    return KeptStore(await open_database(where, clock))


async def open_sqlite(path: Path, *, clock: Clock = time.time) -> WorkStore:
    """Open or create the store in a file."""
    return KeptStore(await open_file(path, clock))
