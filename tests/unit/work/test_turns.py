"""Fairness between tenants, pauses, and when to look again."""

import pytest

from bot.work.model import Mark
from bot.work.store import WorkStore
from tests.unit.work.conftest import Clock, mark

A, B, C = 1, 2, 3


def marks(tenant: int, count: int) -> list[Mark]:
    return [mark(f"{tenant}/{number:04}", tenant) for number in range(count)]


async def tenants(store: WorkStore, limit: int, reserve: int = 0) -> list[int]:
    return [claim.tenant for claim in await store.claim(limit, reserve)]


async def test_a_backlog_of_one_does_not_delay_another(store: WorkStore, clock: Clock) -> None:
    await store.enqueue(marks(A, 5_000))
    assert await tenants(store, 10) == [A] * 10
    clock.now += 1
    await store.enqueue(marks(B, 1))

    assert await tenants(store, 10) == [B] + [A] * 9


async def test_the_one_with_fewer_running_goes_first(store: WorkStore) -> None:
    await store.enqueue(marks(A, 9))
    await store.claim(3)
    await store.enqueue(marks(B, 9))

    assert await tenants(store, 5) == [B, B, B, A, B]


async def test_of_equals_the_one_longest_not_served_goes_first(store: WorkStore) -> None:
    await store.enqueue(marks(A, 9) + marks(B, 9) + marks(C, 9))
    served = []
    for _ in range(6):
        (claim,) = await store.claim(1)
        await store.finish(claim)
        served.append(claim.tenant)

    assert served == [A, B, C, A, B, C]


async def test_a_batch_takes_turns(store: WorkStore) -> None:
    await store.enqueue(marks(A, 5) + marks(B, 2))

    assert await tenants(store, 10) == [A, B, A, B, A, A, A]


async def test_a_tenant_gives_its_longest_due_first(store: WorkStore, clock: Clock) -> None:
    for key in ("z", "a", "m"):
        await store.enqueue([mark(key)])
        clock.now += 1

    assert [claim.key for claim in await store.claim(10)] == ["z", "a", "m"]


@pytest.mark.parametrize("limit", [0, -1])
async def test_nobody_asks_for_nothing_and_gets_some(store: WorkStore, limit: int) -> None:
    await store.enqueue(marks(A, 1))

    assert await store.claim(limit) == []


async def test_a_paused_tenant_waits_and_others_do_not(store: WorkStore, clock: Clock) -> None:
    await store.enqueue(marks(A, 2) + marks(B, 1))
    await store.pause(A, clock.now + 60)

    assert await tenants(store, 10) == [B]
    clock.now += 60
    assert await tenants(store, 10) == [A, A]


async def test_a_pause_is_never_shortened(store: WorkStore, clock: Clock) -> None:
    await store.pause(A, clock.now + 60)  # before anything of the tenant is known
    await store.pause(A, clock.now + 5)
    await store.enqueue(marks(A, 1))

    assert await store.next_due() == clock.now + 60
    await store.pause(A, clock.now + 90)
    assert await store.next_due() == clock.now + 90


async def test_next_due_is_the_first_that_can_be_claimed(store: WorkStore, clock: Clock) -> None:
    assert await store.next_due() is None
    await store.enqueue(marks(A, 1) + marks(B, 1))
    assert await store.next_due() == clock.now

    for claim in await store.claim(10):
        await store.retry(claim, delay=10 * claim.tenant, error="GitHub said 502")
    assert await store.next_due() == clock.now + 10
    await store.pause(A, clock.now + 15)
    assert await store.next_due() == clock.now + 15
    await store.pause(A, clock.now + 25)
    assert await store.next_due() == clock.now + 20


async def test_what_is_live_comes_before_what_is_backfill(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark("old", A, backfill=True)])
    clock.now += 10
    await store.enqueue([mark("live", A), mark("other", B, backfill=True)])

    assert [claim.key for claim in await store.claim(10)] == ["live", "other", "old"]


async def test_what_is_marked_both_ways_is_live(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark("a", backfill=True), mark("b", backfill=True)])
    await store.enqueue([mark("b")])
    await store.enqueue([mark("b", backfill=True)])

    assert [(claim.key, claim.backfill) for claim in await store.claim(10)] == [
        ("b", False),
        ("a", True),
    ]


async def test_what_was_live_and_rests_can_be_backfill(store: WorkStore) -> None:
    await store.enqueue([mark("a")])
    (claim,) = await store.claim(1)
    await store.finish(claim)
    await store.enqueue([mark("a", backfill=True)])

    (claim,) = await store.claim(1)
    assert claim.backfill


async def test_a_reserve_is_kept_from_a_backlog(store: WorkStore, clock: Clock) -> None:
    await store.enqueue(marks(A, 9))
    assert await tenants(store, 5, reserve=2) == [A] * 3
    assert await store.claim(2, reserve=2) == []
    clock.now += 1
    await store.enqueue(marks(B, 2) + marks(C, 2))

    assert await tenants(store, 2, reserve=2) == [B, C]
    assert await store.claim(1, reserve=2) == [], "each of them has a live run now"


async def test_a_reserve_is_for_what_is_live(store: WorkStore) -> None:
    backfill = [mark(f"old {number}", A, backfill=True) for number in range(9)]
    await store.enqueue(backfill)
    assert len(await store.claim(5, reserve=2)) == 3
    await store.enqueue([mark("live", A), mark("other", B, backfill=True)])

    assert [claim.key for claim in await store.claim(2, reserve=2)] == ["live"]


async def test_a_reserve_does_not_end_a_pause(store: WorkStore, clock: Clock) -> None:
    await store.enqueue(marks(A, 1))
    await store.pause(A, clock.now + 60)

    assert await store.claim(1, reserve=1) == []
