"""Look into the database while other processes serve from it. Nothing is written or locked."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.settings import Postgres
from bot.work.errors import StoreUnavailable
from bot.work.sqlite import file_url

T = TypeVar("T")


def peek(where: Path | Postgres, ask: Callable[[Connection], T]) -> T:
    """Return what *ask* reads in one transaction.

    Raises `StoreUnavailable` if there is no such database, or what is read of it is not there.
    """
    if isinstance(where, Postgres):
        return asyncio.run(_peek_postgres(where.url, ask))
    try:
        with create_engine(file_url(where, "ro"), poolclass=NullPool).connect() as connection:
            return ask(connection)
    except DBAPIError as error:
        raise StoreUnavailable(f"cannot read {where} as a SQLite file: {error.orig}") from error


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
