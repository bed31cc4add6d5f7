"""Look into the database while other processes serve from it. Nothing is written or locked."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.settings import Postgres
from bot.work import inbox, queue
from bot.work.errors import StoreUnavailable
from bot.work.model import Receipt, Row

T = TypeVar("T")


def peek_sqlite(path: Path, limit: int = 100) -> tuple[list[Row], list[Receipt]]:
    """Return the whole queue, by key, and the newest deliveries, newest first.

    Raises `StoreUnavailable` if there is no such file, or it is not a store.
    """
    with reading(path) as connection:
        return queue.rows(connection), inbox.deliveries(connection, limit)


def peek(where: Path | Postgres, ask: Callable[[Connection], T]) -> T:
    """Return what *ask* reads in one transaction. Raises `StoreUnavailable` where that fails."""
    if isinstance(where, Postgres):
        return asyncio.run(_peek_postgres(where.url, ask))
    with reading(where) as connection:
        return ask(connection)


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """Connect to the file for reading alone.

    Raises `StoreUnavailable` if there is no such file, or what is read of it is not there.
    """
    read_only = {"uri": "true", "mode": "ro"}
    url = URL.create("sqlite", database=f"file:{quote(str(path))}", query=read_only)
    try:
        with create_engine(url, poolclass=NullPool).connect() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreUnavailable(f"cannot read {path} as a SQLite file: {error.orig}") from error


async def _peek_postgres(url: str, ask: Callable[[Connection], T]) -> T:
    from bot.work.asyncpg_engine import FAULTS, connector, make_engine, meaning

    engine = make_engine(connector(url, default_transaction_read_only="on"))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(ask)
    except (*FAULTS, SQLAlchemyError) as fault:
        raise meaning(fault) from fault
    finally:
        await engine.dispose()
