"""What an operator does to rows while a server has the store open."""

from pathlib import Path

import pytest

from bot.settings import Postgres
from bot.work import queue
from bot.work.errors import StoreUnavailable
from bot.work.model import State
from bot.work.peek import peek
from bot.work.store import WorkStore
from bot.work.visit import visit
from tests.unit.work.conftest import Clock, delivery, mark, row


async def test_a_store_in_use_can_be_called_on(store: WorkStore, where: Path | Postgres) -> None:
    await store.ingest(delivery("g"), [mark("o/r#1")])

    async with visit(where) as guest:
        assert await guest.rows() == await store.rows()
        assert await guest.deliveries() == await store.deliveries()


async def test_a_parked_row_is_revived(store: WorkStore, where: Path | Postgres) -> None:
    await store.enqueue([mark("o/r#1")])
    (claim,) = await store.claim(1)
    await store.park(claim, "no such repository")

    async with visit(where) as guest:
        assert await guest.revive("o/r#1")
    revived = await row(store, "o/r#1")
    assert (revived.state, revived.attempts) == (State.READY, 0)
    assert revived.error == "no such repository"


async def test_a_waiting_row_is_due_at_once(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark("o/r#1")])
    (claim,) = await store.claim(1)
    await store.retry(claim, delay=900, error="GitHub said 502")
    store.wake.clear()

    assert await store.revive("o/r#1")
    assert store.wake.is_set()
    (again,) = await store.claim(1)
    assert again.attempts == 0


async def test_what_runs_or_rests_or_is_not_there_is_not_revived(store: WorkStore) -> None:
    await store.enqueue([mark("rests"), mark("runs")])
    rests, _ = await store.claim(2)
    await store.finish(rests)

    before = await store.rows()
    assert [await store.revive(key) for key in ("rests", "runs", "missing")] == [False] * 3
    assert await store.rows() == before


async def test_a_row_is_dropped_unless_it_runs(store: WorkStore, where: Path | Postgres) -> None:
    await store.enqueue([mark("idle"), mark("parked"), mark("ready"), mark("runs")])
    claims = {claim.key: claim for claim in await store.claim(4)}
    await store.finish(claims["idle"])
    await store.park(claims["parked"], "no such repository")
    await store.release(claims["ready"])

    async with visit(where) as guest:
        dropped = [await guest.drop(key) for key in ("idle", "parked", "ready", "runs", "missing")]
    assert dropped == [True, True, True, False, False]
    assert [row.key for row in await store.rows()] == ["runs"]


async def test_a_run_of_a_row_that_was_dropped_owns_no_row_made_after_it(
    store: WorkStore, clock: Clock
) -> None:
    await store.enqueue([mark("o/r#1")])
    (stale,) = await store.claim(1)
    await store.release(stale)
    assert await store.drop("o/r#1")
    clock.now += 1
    await store.enqueue([mark("o/r#1")])

    (claim,) = await store.claim(1)
    assert await store.owns(claim)
    assert not await store.owns(stale)


async def test_a_guest_makes_no_file(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        async with visit(path):
            pass
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        peek(path, queue.rows)


async def test_a_guest_makes_no_tables(postgres: str) -> None:
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="start the server once"):
            async with visit(Postgres(postgres)):
                pass
