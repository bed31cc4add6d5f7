"""Look into the SQLite file while another process serves from it. Nothing is written or locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from bot.work import inbox, queue
from bot.work.errors import StoreUnavailable
from bot.work.model import Receipt, Row


def peek_sqlite(path: Path, limit: int = 100) -> tuple[list[Row], list[Receipt]]:
    """Return the whole queue, by key, and the newest deliveries, newest first.

    Raises `StoreUnavailable` if there is no such file, or it is not a store.
    """
    with reading(path) as connection:
        return queue.rows(connection), inbox.deliveries(connection, limit)


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
