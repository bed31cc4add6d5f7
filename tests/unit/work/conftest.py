"""A store on either database, a clock that only moves when told, and short names for values."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.settings import Postgres
from bot.work.model import Delivery, Mark, Outcome, Row
from bot.work.store import WorkStore
from tests import store as stores

Open = Callable[[], Awaitable[WorkStore]]

ATTEMPTS = 3


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


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Path | Postgres:
    """A new database: every test that asks runs on both. A module may settle for one of them."""
    if request.param == "sqlite":
        return path
    return Postgres(request.getfixturevalue("postgres"))


@pytest.fixture
async def open_store(where: Path | Postgres, clock: Clock) -> AsyncIterator[Open]:
    """Open the database, as often as asked; what the test leaves open is closed after it."""
    opened: list[WorkStore] = []

    async def open_store() -> WorkStore:
        opened.append(await stores.open_store(where, clock=clock, attempts=ATTEMPTS))
        return opened[-1]

    yield open_store
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: Open) -> WorkStore:
    return await open_store()
