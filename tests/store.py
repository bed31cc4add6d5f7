"""A work store in a SQLite file, as the server opens it."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.work import sqlite
from bot.work.kept_store import KeptStore
from bot.work.store import WorkStore
from bot.worker import ATTEMPTS


async def open_sqlite(
    path: Path, *, clock: Callable[[], float] = time.time, attempts: int = ATTEMPTS
) -> WorkStore:
    """Open or create the store; `attempts` deaths of the process in a run park its row."""
    return KeptStore(await sqlite.open_file(path, clock), attempts=attempts)
