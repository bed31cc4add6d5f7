"""A work store in a SQLite file, as the server opens it."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.work.sqlite import open_writer
from bot.work.sqlite_store import SqliteStore
from bot.work.store import WorkStore
from bot.worker import ATTEMPTS


async def open_sqlite(
    path: Path, *, clock: Callable[[], float] = time.time, attempts: int = ATTEMPTS
) -> WorkStore:
    """Open or create the store; `attempts` deaths of the process in a run park its row."""
    return SqliteStore(await open_writer(path), clock=clock, attempts=attempts)
