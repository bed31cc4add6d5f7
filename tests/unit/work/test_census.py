"""What those who watch are told of the queue."""

from bot.work.model import Census, State
from bot.work.store import WorkStore
from tests.unit.work.conftest import mark


async def test_an_empty_queue_has_no_rows_and_nothing_due(store: WorkStore) -> None:
    assert await store.census() == Census(dict.fromkeys(State, 0), 0.0)


async def test_rows_are_counted_by_state(store: WorkStore) -> None:
    await store.enqueue([mark("a"), mark("b"), mark("c"), mark("d")])
    one, other, third = await store.claim(3)
    await store.finish(one)
    await store.park(other, "it fails")
    assert (await store.census()).rows == dict.fromkeys(State, 1)
    await store.retry(third, delay=60.0, error="later")
    assert (await store.census()).rows[State.READY] == 2


async def test_the_oldest_due_row_tells_how_long_is_waited(store: WorkStore) -> None:
    await store.enqueue([mark("later")], delay=600.0)
    assert (await store.census()).oldest_due == 0.0
    await store.enqueue([mark("early", tenant=2)], delay=-100.0)
    await store.enqueue([mark("earlier", tenant=3)], delay=-200.0)
    assert (await store.census()).oldest_due >= 200.0
    await store.pause(3, store.now() + 600.0)  # who rests does not wait for us
    assert 100.0 <= (await store.census()).oldest_due < 200.0


async def test_a_claim_says_since_when_its_row_was_due(store: WorkStore) -> None:
    await store.enqueue([mark("a")], delay=-100.0)
    (claim,) = await store.claim(1)
    assert claim.due <= store.now() - 100.0
