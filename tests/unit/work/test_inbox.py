"""Deliveries: what is kept of them, and what they mark."""

from bot.work.model import Delivery, Mark, Outcome, Receipt, State
from bot.work.store import WorkStore
from tests.unit.work.conftest import Clock, delivery, mark, row


async def test_a_delivery_is_kept_and_its_keys_become_ready(store: WorkStore, clock: Clock) -> None:
    await store.ingest(delivery("g"), [mark("o/r#1"), mark("o/r#2")])

    assert await store.deliveries() == [Receipt(delivery("g"), clock.now, redelivered=0)]
    assert [(row.key, row.state, row.wanted, row.seen) for row in await store.rows()] == [
        ("o/r#1", State.READY, 1, 0),
        ("o/r#2", State.READY, 1, 0),
    ]


async def test_a_key_named_twice_is_marked_once(store: WorkStore) -> None:
    await store.ingest(delivery(), [mark("o/r#1"), mark("o/r#1")])

    assert (await row(store, "o/r#1")).wanted == 1


async def test_a_delivery_may_mark_nothing(store: WorkStore) -> None:
    ignored = Delivery("g", "star", None, Outcome.IGNORED, "not an event that matters")
    await store.ingest(ignored, [])

    assert [receipt.delivery for receipt in await store.deliveries()] == [ignored]
    assert await store.rows() == []


async def test_a_redelivery_is_counted_and_marks_again(store: WorkStore, clock: Clock) -> None:
    first = clock.now
    await store.ingest(delivery("g", Outcome.REJECTED), [])
    clock.now += 60
    await store.ingest(delivery("g"), [mark("o/r#1")])
    (claim,) = await store.claim(1)
    await store.finish(claim)
    await store.ingest(delivery("g"), [mark("o/r#1")])

    assert await store.deliveries() == [Receipt(delivery("g"), first, redelivered=2)]
    assert (await row(store, "o/r#1")).state is State.READY


async def test_deliveries_are_listed_newest_first(store: WorkStore, clock: Clock) -> None:
    for guid in ("b", "c", "a"):
        clock.now += 1
        await store.ingest(delivery(guid), [])

    assert [receipt.delivery.guid for receipt in await store.deliveries(2)] == ["a", "c"]


async def test_pruning_forgets_old_deliveries_and_no_work(store: WorkStore, clock: Clock) -> None:
    await store.ingest(delivery("old"), [mark("o/r#1")])
    clock.now += 10
    await store.ingest(delivery("new"), [mark("o/r#2")])

    assert await store.prune(clock.now) == 1
    assert await store.prune(clock.now) == 0
    assert [receipt.delivery.guid for receipt in await store.deliveries()] == ["new"]
    assert len(await store.rows()) == 2


async def test_rows_idle_for_long_are_forgotten_and_no_others(
    store: WorkStore, clock: Clock
) -> None:
    await store.enqueue([mark("done"), mark("waits"), mark("runs")])
    claims = {claim.key: claim for claim in await store.claim(3)}
    await store.finish(claims["done"])
    await store.release(claims["waits"])
    clock.now += 100

    assert await store.prune(clock.now) == 1
    assert await store.prune(clock.now) == 0
    assert [row.key for row in await store.rows()] == ["runs", "waits"]


async def test_marks_need_no_delivery(store: WorkStore) -> None:
    await store.enqueue([mark("o/r#1")])
    await store.enqueue([])

    assert await store.deliveries() == []
    assert [row.key for row in await store.rows()] == ["o/r#1"]


async def test_a_key_follows_its_repository_to_another_tenant(store: WorkStore) -> None:
    await store.enqueue([Mark("o/r#1", tenant=1)])
    await store.enqueue([Mark("o/r#1", tenant=2)])

    (claim,) = await store.claim(1)
    assert claim.tenant == 2
