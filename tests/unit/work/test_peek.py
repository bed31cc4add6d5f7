"""Looking into a store that somebody else has open."""

from pathlib import Path

import pytest

from bot.work import inbox, queue
from bot.work.errors import StoreUnavailable
from bot.work.peek import peek
from bot.work.store import WorkStore
from tests.unit.work.conftest import delivery, mark


@pytest.fixture
def where(path: Path) -> Path:
    return path


async def test_a_store_in_use_can_be_looked_into(store: WorkStore, path: Path) -> None:
    await store.ingest(delivery("g"), [mark("o/r#1")])

    assert peek(path, queue.rows) == await store.rows()
    assert peek(path, lambda db: inbox.deliveries(db, 100)) == await store.deliveries()


async def test_a_store_not_in_use_can_be_looked_into(store: WorkStore, path: Path) -> None:
    await store.ingest(delivery("g"), [mark("o/r#1")])
    rows = await store.rows()
    await store.close()

    assert peek(path, queue.rows) == rows


def test_what_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        peek(path, queue.rows)
    assert not path.exists()
