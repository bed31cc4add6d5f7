"""The store in one SQLite file, for one process. Who needs several processes needs PostgreSQL."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from bot.work.database import Wakes
from bot.work.errors import StoreUnavailable
from bot.work.lock import exclusive
from bot.work.migrations import prepare
from bot.work.named_locks import NamedLocks
from bot.work.writer import Writer

T = TypeVar("T")

OWNER = "this process"  # there is only one
_OLDEST = (3, 35)  # the first SQLite that has RETURNING


class SqliteDatabase:
    """A `Database` whose transactions run in a `Writer`, for one process."""

    owner = OWNER

    def __init__(self, writer: Writer, clock: Callable[[], float]) -> None:
        self.wake = asyncio.Event()
        self.wake.set()  # the file may hold work already
        self._writer = writer
        self._clock = clock
        self._locks = NamedLocks()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    async def run(
        self, work: Callable[[Connection], T], *, durable: bool = False, wakes: Wakes[T] = False
    ) -> T:
        """Run *work* as one transaction of the writer."""

        def ring(done: asyncio.Future[T]) -> None:
            if done.exception() is None and (wakes(done.result()) if callable(wakes) else wakes):
                self.wake.set()

        done = self._writer.submit(work, durable=durable)
        # On the future, not after the wait: a cancelled caller's marks want to be seen, too.
        done.add_done_callback(ring)
        return await asyncio.shield(done)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run *work* among the writer's transactions: there it is as cheap as anywhere."""
        return await asyncio.shield(self._writer.submit(work))

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of that name; there is only this process to keep apart."""
        return self._locks.of(name)

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the file go."""
        await self._writer.close()


async def open_file(path: Path, clock: Callable[[], float]) -> SqliteDatabase:
    """Open or create the file, for all that is kept in it: the store, and the ledger beside it.

    Raises `StoreLocked` if another process has it open, `StoreUnavailable` if it cannot be used.
    Blocks the loop for the few milliseconds that it takes: nothing else runs before it.
    """
    with ExitStack() as resources:
        resources.enter_context(exclusive(path.with_name(f"{path.name}.lock")))
        connection = resources.enter_context(connect(path))
        return SqliteDatabase(Writer(connection, resources.pop_all()), clock)


def connect(path: Path) -> Connection:
    """Connect to the file, with its tables and its write-ahead log in place."""
    require_sqlite(sqlite3.sqlite_version_info)
    _make_private(path)
    with _connecting(path, "rwc") as connection:
        require_wal(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        prepare(connection)
        connection.commit()
        return connection


def visit_file(path: Path, clock: Callable[[], float]) -> SqliteDatabase:
    """Open a file that is there, as a guest: another process may have it open, and go on writing.

    Each waits for the other's transaction, some seconds if need be. Raises `StoreUnavailable`.
    """
    with _connecting(path, "rw") as connection:
        return SqliteDatabase(Writer(connection, connection), clock)


def _make_private(path: Path) -> None:
    """Make a new file its owner's alone, and with it what SQLite puts beside it.

    It holds parts of plans, and those may be of private repositories.
    """
    with suppress(OSError):  # what cannot be made SQLite complains of
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


@contextmanager
def _connecting(path: Path, mode: str) -> Iterator[Connection]:
    """Yield a connection, which is closed if that fails for which it is wanted."""
    engine = create_engine(
        file_url(path, mode),
        poolclass=NullPool,
        # The writer begins transactions itself, and uses the connection in a thread of its own.
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    with ExitStack() as undo:
        try:
            yield undo.enter_context(engine.connect())
        except DBAPIError as error:
            raise StoreUnavailable(f"cannot use {path} as a SQLite file: {error.orig}") from error
        undo.pop_all()


def file_url(path: Path, mode: str) -> URL:
    """Where the file is, for SQLite's *mode*: `ro`, `rw`, or `rwc`, which makes it."""
    query = {"uri": "true", "mode": mode}
    return URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)


def require_sqlite(version: tuple[int, ...]) -> None:
    """Raise `StoreUnavailable` if the SQLite library is too old."""
    if version < _OLDEST:
        raise StoreUnavailable(
            f"SQLite {'.'.join(map(str, version))} is too old: "
            f"Plan Gate needs {'.'.join(map(str, _OLDEST))} or newer"
        )


def require_wal(connection: Connection) -> None:
    """Turn the write-ahead log on, or raise `StoreUnavailable` where it cannot work."""
    mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar_one()
    if mode != "wal":
        raise StoreUnavailable(
            f"SQLite cannot keep a write-ahead log there (journal mode: {mode}): "
            "put the file on a local disk"
        )
