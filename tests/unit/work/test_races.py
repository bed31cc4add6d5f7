"""Many tasks at once: no mark is lost, no key runs twice at a time, no cancellation does harm."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bot.settings import Postgres
from bot.work.errors import StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.sqlite import SqliteDatabase, connect
from bot.work.store import WorkStore
from bot.work.writer import Writer
from tests.unit.work.conftest import Clock, Open, delivery, mark

KEYS = [f"o/r#{number}" for number in range(5)]


class World:
    """What GitHub holds per key, and what the last run saw of it."""

    def __init__(self) -> None:
        self.is_now = Counter[str]()
        self.was_seen = Counter[str]()
        self.running = set[str]()
        self.runs = 0
        self.ran = asyncio.Event()

    async def change(self, store: WorkStore, key: str, guid: str) -> None:
        self.is_now[key] += 1
        await store.ingest(delivery(guid), [mark(key, tenant=len(key) % 3)])

    async def work(self, store: WorkStore) -> None:
        """Run whatever is claimable, as a worker does, until cancelled."""
        while True:
            store.wake.clear()
            claims = await store.claim(3)
            for claim in claims:
                assert claim.key not in self.running
                self.running.add(claim.key)
            for claim in claims:
                seen = self.is_now[claim.key]
                await asyncio.sleep(0)
                self.was_seen[claim.key] = seen
                self.runs += 1
                self.running.remove(claim.key)
                assert await store.finish(claim)
                self.ran.set()
            if not claims:
                await store.wake.wait()


@pytest.fixture
async def processes(where: Path | Postgres, open_store: Open) -> list[WorkStore]:
    """As many as the database may have; they hear of each other's marks through it alone."""
    return [await open_store() for _ in range(3 if isinstance(where, Postgres) else 1)]


async def test_every_mark_is_followed_by_a_run_and_runs_never_overlap(
    processes: list[WorkStore],
) -> None:
    world = World()
    workers = [asyncio.create_task(world.work(store)) for store in processes * 2]
    for burst in range(30):
        store = processes[burst % len(processes)]
        await asyncio.gather(*(world.change(store, key, f"{burst}/{key}") for key in KEYS * 2))
    async with asyncio.timeout(60):  # a lost mark would make it wait for ever
        while world.was_seen != world.is_now:
            world.ran.clear()
            await world.ran.wait()

    assert world.runs <= sum(world.is_now.values())
    for worker in workers:
        worker.cancel()
    outcomes = await asyncio.gather(*workers, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def test_wake_is_set_by_whatever_may_be_claimable(store: WorkStore, clock: Clock) -> None:
    async def wakes() -> bool:
        is_set = store.wake.is_set()
        store.wake.clear()
        return is_set

    assert await wakes(), "the file may hold work from before"
    await store.ingest(delivery(), [mark("o/r#1")])
    assert await wakes()
    await store.enqueue([mark("o/r#2"), mark("o/r#3")])
    assert await wakes()
    one, two, three = await store.claim(3)
    assert not await wakes()
    await store.retry(one, delay=5, error="")
    assert await wakes(), "it may be due before what the worker sleeps for"
    assert await store.beat() == 0
    assert not await wakes(), "nobody has died"
    await store.finish(two)
    assert await wakes()
    await store.release(three)
    assert await wakes()


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_ingest_is_kept_and_wakes(store: WorkStore, turns: int) -> None:
    store.wake.clear()
    ingest = asyncio.create_task(store.ingest(delivery("g"), [mark("o/r#1")]))
    await asyncio.sleep(0)  # it is under way now
    for _ in range(turns):
        await asyncio.sleep(0)
    ingest.cancel()
    with suppress(asyncio.CancelledError):
        await ingest

    async with asyncio.timeout(60):
        await store.wake.wait()
    assert [receipt.delivery.guid for receipt in await store.deliveries()] == ["g"]


async def test_a_cancelled_claim_goes_back(store: WorkStore) -> None:
    await store.enqueue([mark("o/r#1")])
    claim = asyncio.create_task(store.claim(1))
    await asyncio.sleep(0)
    store.wake.clear()
    claim.cancel()
    with pytest.raises(asyncio.CancelledError):
        await claim

    async with asyncio.timeout(60):
        await store.wake.wait()
    (again,) = await store.claim(1)
    assert again.attempts == 0


async def test_a_claim_cancelled_while_closing_is_left_to_recover(open_store: Open) -> None:
    first = await open_store()
    await first.enqueue([mark("o/r#1")])
    claim = asyncio.create_task(first.claim(1))
    await asyncio.sleep(0)
    closing = asyncio.create_task(first.close())
    await asyncio.sleep(0)
    claim.cancel()
    await closing

    second = await open_store()
    assert await second.recover() == 1


async def test_a_cancelled_claim_may_have_failed(path: Path, clock: Clock) -> None:
    connection = connect(path)
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    store = KeptStore(SqliteDatabase(Writer(connection, connection), clock))
    await store.enqueue([mark("o/r#1")])
    intruder = sqlite3.connect(path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    claim = asyncio.create_task(store.claim(1))
    await asyncio.sleep(0)
    claim.cancel()
    with pytest.raises(asyncio.CancelledError):
        await claim
    with pytest.raises(StoreUnavailable):
        await store.ping()
    intruder.close()

    assert len(await store.claim(1)) == 1
    await store.close()


async def test_one_task_at_a_time_holds_a_lock(store: WorkStore) -> None:
    inside = 0

    async def hold() -> None:
        nonlocal inside
        async with store.lock("o/r 1234"), store.lock(f"o/r {asyncio.current_task()}"):
            inside += 1
            await asyncio.sleep(0.001)
            assert inside == 1
            inside -= 1

    await asyncio.gather(*(hold() for _ in range(5)))
    assert inside == 0
