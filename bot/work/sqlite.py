"""The store in one SQLite file, for one process. Who needs several processes needs PostgreSQL."""

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from bot.work.errors import StoreUnavailable
from bot.work.lock import exclusive
from bot.work.schema import prepare
from bot.work.writer import Writer

_OLDEST = (3, 35)  # the first SQLite that has RETURNING


async def open_writer(path: Path) -> Writer:
    """Open or create the file, for all that is kept in it: the store, and the ledger beside it.

    Raises `StoreLocked` if another process has it open, `StoreUnavailable` if it cannot be used.
    Blocks the loop for the few milliseconds that it takes: nothing else runs before it.
    """
    with ExitStack() as resources:
        resources.enter_context(exclusive(path.with_name(f"{path.name}.lock")))
        connection = resources.enter_context(connect(path))
        return Writer(connection, resources.pop_all())


def connect(path: Path) -> Connection:
    """Connect to the file, with its tables and its write-ahead log in place."""
    require_sqlite(sqlite3.sqlite_version_info)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        # The writer begins transactions itself, and uses the connection in a thread of its own.
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    with ExitStack() as undo:
        try:
            connection = undo.enter_context(engine.connect())
            require_wal(connection)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            prepare(connection)
            connection.commit()
        except DBAPIError as error:
            raise StoreUnavailable(f"cannot use {path} as a SQLite file: {error.orig}") from error
        undo.pop_all()
        return connection


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
