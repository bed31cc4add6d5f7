"""Opening the file: what is kept, who is refused, what stands in the way, and a full disk."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from bot.work.errors import StoreLocked, StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.model import Claim, State
from bot.work.sqlite import SqliteDatabase, connect, require_sqlite, require_wal
from bot.work.store import WorkStore
from bot.work.writer import Writer
from tests.store import open_sqlite
from tests.unit.work.conftest import Clock, Open, delivery, mark, row


@pytest.fixture
def where(path: Path) -> Path:
    return path


async def test_what_was_stored_is_there_after_a_restart(open_store: Open, clock: Clock) -> None:
    first = await open_store()
    await first.ingest(delivery("g"), [mark("idle"), mark("ready"), mark("parked")])
    idle, parked, later = await first.claim(3)
    await first.finish(idle)
    await first.park(parked, "no such repository")
    await first.retry(later, delay=60, error="GitHub said 502")
    await first.pause(1, clock.now + 90)
    rows, deliveries = await first.rows(), await first.deliveries()
    await first.close()

    second = await open_store()
    assert (await second.rows(), await second.deliveries()) == (rows, deliveries)
    assert await second.next_due() == clock.now + 90
    assert second.wake.is_set()


async def test_one_process_at_a_time(open_store: Open) -> None:
    first = await open_store()
    with pytest.raises(StoreLocked, match=r"plan-gate\.db\.lock"):
        await open_store()

    await first.close()
    await (await open_store()).ping()


async def test_a_new_file_is_its_owners_alone(open_store: Open, path: Path) -> None:
    await (await open_store()).ingest(delivery("g"), [])
    made = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}
    assert made == dict.fromkeys(
        (f"{path.name}{end}" for end in ("", "-wal", "-shm", ".lock")), 0o600
    )


@pytest.fixture
def no_database(path: Path) -> Path:
    path.write_text("This is no database, and it is long enough to be seen as none.\n" * 20)
    return path


async def test_a_file_that_cannot_be_used_is_not_kept_locked(
    no_database: Path, open_store: Open
) -> None:
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        await open_store()

    await asyncio.to_thread(no_database.unlink)
    await (await open_store()).ping()


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no-such-folder"):
        await open_sqlite(tmp_path / "no-such-folder" / "plan-gate.db")


async def test_a_newer_schema_is_refused(open_store: Open, path: Path) -> None:
    await (await open_store()).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()

    with pytest.raises(StoreUnavailable, match="revision 9999"):
        await open_store()


def test_an_old_sqlite_is_refused() -> None:
    require_sqlite((3, 35, 0))
    with pytest.raises(StoreUnavailable, match=r"SQLite 3\.34\.1 is too old"):
        require_sqlite((3, 34, 1))


def test_a_place_without_a_write_ahead_log_is_refused() -> None:
    with (
        create_engine("sqlite://").connect() as memory,
        pytest.raises(StoreUnavailable, match="local disk"),
    ):
        require_wal(memory)


CALLS: dict[str, Callable[[WorkStore], Awaitable[object]]] = {
    "ingest": lambda store: store.ingest(delivery(), [mark("o/r#1")]),
    "enqueue": lambda store: store.enqueue([mark("o/r#1")]),
    "claim": lambda store: store.claim(1),
    "finish": lambda store: store.finish(Claim("o/r#1", 1, 1, 0)),
    "ping": lambda store: store.ping(),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_closed_store_refuses(store: WorkStore, call: str) -> None:
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await CALLS[call](store)


async def test_a_full_disk_refuses_and_heals(path: Path, clock: Clock) -> None:
    def allow_pages(count: int) -> Callable[[Connection], object]:
        return lambda db: db.exec_driver_sql(f"PRAGMA max_page_count = {count}").scalar()

    connection = connect(path)
    writer = Writer(connection, connection)
    store = KeptStore(SqliteDatabase(writer, clock))
    await store.ingest(delivery("before"), [mark("before")])
    (claim,) = await store.claim(1)
    await writer.submit(allow_pages(1))  # SQLite makes that as many as there are

    big = [mark(f"{number:0100}") for number in range(1_000)]
    full, finished = await asyncio.gather(
        store.ingest(delivery("full"), big), store.finish(claim), return_exceptions=True
    )
    assert isinstance(full, StoreUnavailable)
    assert "disk is full" in str(full)
    assert finished is True, "what needs no room goes on"
    assert [row.key for row in await store.rows()] == ["before"]

    await writer.submit(allow_pages(1_000_000))
    await store.ingest(delivery("after"), big)
    assert {receipt.delivery.guid for receipt in await store.deliveries()} == {"before", "after"}
    assert (await row(store, "before")).state is State.IDLE
    await store.close()
