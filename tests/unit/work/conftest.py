"""A store on either database, a clock that only moves when told, and short names for values."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from pathlib import Path

import pytest

from bot.settings import Postgres
from bot.work.model import Delivery, Mark, Outcome, Row
from bot.work.postgres import open_postgres
from bot.work.schema import metadata
from bot.work.store import WorkStore
from tests import store as stores
from tests.postgres import cluster

Open = Callable[[], Awaitable[WorkStore]]


class Clock:
    """Seconds since the epoch, as told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def delivery(guid: str = "guid-1", outcome: Outcome = Outcome.ACCEPTED) -> Delivery:
    return Delivery(guid, "pull_request", "opened", outcome)


def mark(key: str, tenant: int = 1, *, backfill: bool = False) -> Mark:
    return Mark(key, tenant, backfill)


async def row(store: WorkStore, key: str) -> Row:
    """Return the row of that key, of which there is exactly one."""
    (found,) = [row for row in await store.rows() if row.key == key]
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan-gate.db"


@cache
def _with_tables() -> str:
    url = cluster().create()

    async def make_tables() -> None:
        await (await open_postgres(url, works=False)).close()

    asyncio.run(make_tables())
    return url


def empty_postgres() -> Postgres:
    """Take all rows out of the one database that these tests share: that is cheaper than many."""
    url, tables = _with_tables(), ", ".join(metadata.tables)
    cluster().sql(f"TRUNCATE {tables}", url.rpartition("/")[2])
    return Postgres(url)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Path | Postgres:
    """An empty database: every test that asks runs on both. A module may settle for one of them."""
    if request.param == "sqlite":
        return path
    return empty_postgres()


@pytest.fixture
async def open_store(where: Path | Postgres, clock: Clock) -> AsyncIterator[Open]:
    """Open the database, as often as asked; what the test leaves open is closed after it."""
    opened: list[WorkStore] = []

    async def open_store() -> WorkStore:
        opened.append(await stores.open_store(where, clock=clock))
        return opened[-1]

    yield open_store
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: Open) -> WorkStore:
    return await open_store()
