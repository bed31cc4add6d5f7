"""Deliveries: what is kept of them, and what they mark."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.settings import Postgres
from bot.work.database import Database
from bot.work.errors import StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.model import Delivery, Mark, Outcome, Receipt, State
from bot.work.opening import open_database
from bot.work.schema import delivery as table
from bot.work.schema import volume
from bot.work.store import WorkStore
from tests.unit.work.conftest import Clock, Open, delivery, mark, row


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


async def test_it_says_which_deliveries_it_knows(store: WorkStore) -> None:
    await store.ingest(delivery("a"), [])
    await store.ingest(Delivery("b", "star", None, Outcome.IGNORED), [])

    assert await store.known(["a", "b", "c", "a"]) == {"a", "b"}
    assert await store.known([]) == set()
    assert await store.known(["c"] * 2_000) == set()


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


async def test_a_delivery_tells_what_it_marked_and_whose_that_is(store: WorkStore) -> None:
    told = Delivery("g", "push", None, Outcome.ACCEPTED, installation=2**63 - 1, subject="o/r é")
    await store.ingest(told, [mark("o/r é", tenant=2**63 - 1)])

    assert [receipt.delivery for receipt in await store.deliveries()] == [told]


async def test_what_comes_at_once_is_kept_as_if_it_came_one_by_one(store: WorkStore) -> None:
    twice, other = [mark("o/r#1"), mark("o/r#2")], [mark("o/r#1", tenant=2)]
    await asyncio.gather(
        *(store.ingest(delivery(f"g{number}"), twice) for number in range(50)),
        *(store.ingest(delivery("again"), other) for _ in range(3)),
    )

    receipts = await store.deliveries()
    assert len(receipts) == 51
    assert {r.delivery.guid: r.redelivered for r in receipts if r.redelivered} == {"again": 2}
    assert {row.key: row.tenant for row in await store.rows()} == {"o/r#1": 2, "o/r#2": 1}


async def test_the_last_word_on_a_guid_counts(store: WorkStore) -> None:
    await asyncio.gather(
        store.ingest(delivery("g", Outcome.REJECTED), []), store.ingest(delivery("g"), [])
    )

    (receipt,) = await store.deliveries()
    assert (receipt.delivery.outcome, receipt.redelivered) == (Outcome.ACCEPTED, 1)


@pytest.mark.parametrize(
    "unstorable",
    [
        (delivery("nul\0"), []),
        (delivery("surrogate \ud800"), []),
        (Delivery("long", "push", None, Outcome.ACCEPTED, installation=2**63), []),
        (delivery("key"), [mark("o/r\0")]),
        (delivery("tenant"), [mark("o/r#2", tenant=-(2**63) - 1)]),
    ],
    ids=["nul", "surrogate", "65 bits", "key", "tenant"],
)
async def test_a_value_that_no_database_can_hold_fails_its_own_delivery_alone(
    store: WorkStore, unstorable: tuple[Delivery, list[Mark]]
) -> None:
    good = [store.ingest(delivery(f"g{number}"), [mark("o/r#1")]) for number in range(5)]
    refused, *kept = await asyncio.gather(store.ingest(*unstorable), *good, return_exceptions=True)

    assert isinstance(refused, (ValueError, OverflowError))
    assert kept == [None] * 5
    assert len(await store.deliveries()) == 5
    assert [row.key for row in await store.rows()] == ["o/r#1"]


async def test_what_is_cancelled_while_it_waits_is_kept_all_the_same(store: WorkStore) -> None:
    first = asyncio.create_task(store.ingest(delivery("first"), []))
    waiting = asyncio.create_task(store.ingest(delivery("waiting"), []))
    other = asyncio.create_task(store.ingest(delivery("other"), []))
    await asyncio.sleep(0)
    waiting.cancel()

    await asyncio.gather(first, other)
    assert waiting.cancelled()
    assert {r.delivery.guid for r in await store.deliveries()} == {"first", "waiting", "other"}


async def test_closing_keeps_what_was_asked_before(open_store: Open) -> None:
    store = await open_store()
    asked = [asyncio.create_task(store.ingest(delivery(f"g{n}"), [])) for n in range(10)]
    await asyncio.sleep(0)
    later = [asyncio.create_task(store.ingest(delivery(f"h{n}"), [])) for n in range(10)]
    await asyncio.sleep(0)
    await store.close()

    assert await asyncio.gather(*asked, *later) == [None] * 20
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.ingest(delivery("too late"), [])
    assert len(await (await open_store()).deliveries()) == 20


# ── how much is kept ─────────────────────────────────────────────────────────

ROOM = 20_000  # bytes, about a hundred rows


@pytest.fixture
async def database(where: Path | Postgres, clock: Clock) -> AsyncIterator[Database]:
    database = await open_database(where, clock)
    yield database
    await database.close()


async def weights(database: Database) -> tuple[int, int]:
    """Return what all rows weigh together, and what is counted for them."""
    columns = (table.c.size, volume.c.bytes)
    sums = [select(func.coalesce(func.sum(column), 0)) for column in columns]
    rows, counted = await database.run(lambda db: [db.scalars(each).one() for each in sums])
    return int(rows), int(counted)


async def test_bodies_are_kept_small_and_come_back_as_they_were(database: Database) -> None:
    store = KeptStore(database)
    body = b'{"zen": "Keep it logically awesome."}' * 1_000
    await store.ingest(replace(delivery("with"), body=body), [])
    await store.ingest(delivery("without"), [])

    assert await store.body("with") == body
    assert await store.body("without") is None
    assert await store.body("unknown") is None
    assert (await weights(database))[0] < len(body) / 10


async def test_the_newest_deliveries_stay_within_the_room(database: Database, clock: Clock) -> None:
    store = KeptStore(database, room=ROOM)
    for number in range(60):
        clock.now += 1
        await asyncio.gather(*(store.ingest(delivery(f"{number}-{n}"), []) for n in range(10)))

    kept = [receipt.delivery.guid for receipt in await store.deliveries(1_000)]
    assert 50 < len(kept) < 250
    assert kept[:10] == [f"59-{n}" for n in range(10)]
    rows, counted = await weights(database)
    assert rows == counted <= ROOM


async def test_room_that_was_made_smaller_is_kept_to(database: Database, clock: Clock) -> None:
    before = KeptStore(database)
    for number in range(10):
        clock.now += 1
        await before.ingest(delivery(f"g{number}"), [])
    (each, _), counted = divmod((await weights(database))[0], 10), 10
    after = KeptStore(database, room=3 * each)

    assert await after.prune(before=0.0) == counted - 3
    assert await after.prune(before=0.0) == 0
    assert [r.delivery.guid for r in await after.deliveries()] == ["g9", "g8", "g7"]


async def test_a_redelivery_weighs_what_is_counted_for_it(database: Database, clock: Clock) -> None:
    store = KeptStore(database)
    for guid in ("g", "g", "h"):
        await store.ingest(delivery(guid), [])
    rows, counted = await weights(database)
    assert rows == counted > 0

    await store.prune(clock.now + 1)
    assert await weights(database) == (0, 0)
