"""The life of a row: marked, claimed, finished, retried, parked, given back, recovered."""

from dataclasses import replace

from bot.work.model import Claim, Row, State
from bot.work.store import WorkStore
from tests.unit.work.conftest import Clock, Open, mark, row

KEY = "o/r#1"


async def claim_it(store: WorkStore) -> Claim:
    (claim,) = await store.claim(10)
    return claim


async def test_mark_claim_finish(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark(KEY, tenant=7)])

    claim = await claim_it(store)
    assert claim == Claim(KEY, tenant=7, token=claim.token, attempts=0)
    assert (await row(store, KEY)).state is State.RUNNING

    assert await store.finish(claim)
    (done,) = await store.rows()
    assert done == Row(KEY, 7, State.IDLE, 1, 1, clock.now, 0, False, done.owner, "")
    assert done.owner
    assert await store.claim(10) == []


async def test_a_running_key_is_not_claimed_again(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    await claim_it(store)
    await store.enqueue([mark(KEY)])

    assert await store.claim(10) == []


async def test_ten_marks_during_a_run_cause_one_run_more(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    claim = await claim_it(store)
    for _ in range(10):
        await store.enqueue([mark(KEY)])

    assert await store.finish(claim)
    assert (await row(store, KEY)).state is State.READY
    assert await store.finish(await claim_it(store))
    assert (await row(store, KEY)).state is State.IDLE


async def test_a_retry_waits_and_counts(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark(KEY)])
    first = await claim_it(store)
    assert await store.retry(first, delay=30, error="GitHub said 502")

    assert await store.claim(10) == []
    assert await store.next_due() == clock.now + 30
    assert (await row(store, KEY)).error == "GitHub said 502"
    clock.now += 30
    second = await claim_it(store)
    assert second == replace(first, token=second.token, attempts=1)
    assert second.token != first.token


async def test_a_mark_does_not_cut_the_wait_short(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark(KEY)])
    await store.retry(await claim_it(store), delay=30, error="GitHub said 502")
    await store.enqueue([mark(KEY)])

    assert await store.claim(10) == []
    clock.now += 30
    assert (await claim_it(store)).attempts == 1


async def test_success_clears_attempts_and_error(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    await store.retry(await claim_it(store), delay=0, error="GitHub said 502")
    await store.finish(await claim_it(store))

    done = await row(store, KEY)
    assert (done.state, done.attempts, done.error) == (State.IDLE, 0, "")


async def test_a_parked_row_waits_for_a_mark_and_starts_anew(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    assert await store.park(await claim_it(store), "no such repository")

    parked = await row(store, KEY)
    assert (parked.state, parked.attempts) == (State.PARKED, 1)
    assert parked.error == "no such repository"
    assert await store.next_due() is None
    assert await store.claim(10) == []

    await store.enqueue([mark(KEY)])
    assert (await claim_it(store)).attempts == 0


async def test_parking_what_was_marked_meanwhile_starts_anew_at_once(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    claim = await claim_it(store)
    await store.enqueue([mark(KEY)])
    assert await store.park(claim, "no such repository")

    assert (await row(store, KEY)).state is State.READY
    assert (await claim_it(store)).attempts == 0


async def test_a_run_given_back_counts_for_nothing(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark(KEY)])
    marked = clock.now
    clock.now += 5
    claim = await claim_it(store)

    assert await store.release(claim)
    given_back = await row(store, KEY)
    assert (given_back.state, given_back.due) == (State.READY, marked)
    assert (await claim_it(store)).attempts == 0


async def refuses(store: WorkStore, stale: Claim) -> None:
    before = await store.rows()
    assert not await store.owns(stale)
    assert not await store.finish(stale)
    assert not await store.retry(stale, delay=0, error="late")
    assert not await store.park(stale, "late")
    assert not await store.release(stale)
    assert await store.rows() == before


async def test_an_overtaken_run_changes_nothing(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    stale = await claim_it(store)
    assert await store.owns(stale)
    await store.release(stale)

    await refuses(store, stale)
    current = await claim_it(store)
    await refuses(store, stale)
    assert await store.owns(current)


async def test_a_death_counts_as_an_attempt(open_store: Open) -> None:
    first = await open_store()
    await first.enqueue([mark(KEY), mark("o/r#2")])
    (claim,) = await first.claim(1)
    assert claim.key == KEY
    await first.close()

    second = await open_store()
    assert await second.recover() == 1
    recovered = await row(second, KEY)
    assert (recovered.state, recovered.attempts) == (State.READY, 1)
    assert recovered.error == "The process ended during this run."
    assert (await row(second, "o/r#2")).attempts == 0


async def test_a_claim_tells_that_the_last_run_ended_with_its_process(open_store: Open) -> None:
    store = await open_store()
    await store.enqueue([mark(KEY)])
    assert not (await claim_it(store)).died
    await store.close()
    store = await open_store()
    await store.recover()

    again = await claim_it(store)
    assert (again.attempts, again.died) == (1, True)
    await store.retry(again, delay=0, error="GitHub said 502")
    assert not (await claim_it(store)).died


async def test_a_claim_of_a_dead_process_owns_nothing(open_store: Open) -> None:
    first = await open_store()
    await first.enqueue([mark(KEY)])
    stale = await claim_it(first)
    await first.close()
    second = await open_store()
    await second.recover()

    assert not await second.finish(stale)
    assert (await claim_it(second)).token > stale.token


async def test_a_run_given_back_for_later_waits_and_counts_for_nothing(
    store: WorkStore, clock: Clock
) -> None:
    await store.enqueue([mark(KEY)])
    assert await store.release(await claim_it(store), delay=30)

    assert await store.claim(10) == []
    assert await store.next_due() == clock.now + 30
    clock.now += 30
    assert (await claim_it(store)).attempts == 0


async def test_a_run_in_parts_goes_on_from_where_it_came_to(store: WorkStore, clock: Clock) -> None:
    await store.enqueue([mark(KEY)])
    assert await store.proceed(await claim_it(store), "page 2", delay=10)

    assert await store.claim(10) == []
    clock.now += 10
    second = await claim_it(store)
    assert (second.progress, second.attempts) == ("page 2", 0)
    await store.retry(second, delay=0, error="GitHub said 502")
    third = await claim_it(store)
    assert (third.progress, third.attempts) == ("page 2", 1)
    await store.finish(third)
    assert (await row(store, KEY)).state is State.IDLE


async def test_what_is_marked_between_two_parts_begins_anew_after_the_last(
    store: WorkStore,
) -> None:
    await store.enqueue([mark(KEY)])
    await store.proceed(await claim_it(store), "page 2")
    await store.enqueue([mark(KEY)])
    await store.finish(await claim_it(store))

    again = await claim_it(store)
    assert again.progress == ""
    await store.finish(again)
    assert (await row(store, KEY)).state is State.IDLE


async def test_what_would_begin_anew_later_does_so_at_once_when_it_is_marked(
    store: WorkStore, clock: Clock
) -> None:
    await store.enqueue([mark(KEY)])
    await store.proceed(await claim_it(store), "", delay=60)
    assert await store.next_due() == clock.now + 60
    await store.enqueue([mark(KEY)])
    claim = await claim_it(store)
    await store.enqueue([mark(KEY)])
    await store.proceed(claim, "", delay=60)
    await store.finish(await claim_it(store))
    assert (await row(store, KEY)).state is State.IDLE


async def test_what_is_parked_begins_anew(store: WorkStore) -> None:
    await store.enqueue([mark(KEY)])
    await store.proceed(await claim_it(store), "page 2")
    await store.park(await claim_it(store), "no such repository")
    await store.enqueue([mark(KEY)])

    assert (await claim_it(store)).progress == ""


async def test_what_waits_already_waits_no_longer_for_a_delayed_mark(
    store: WorkStore, clock: Clock
) -> None:
    await store.enqueue([mark(KEY)], delay=60)
    await store.enqueue([mark(KEY)], delay=90)
    assert await store.next_due() == clock.now + 60
    await store.enqueue([mark(KEY)], delay=5)
    assert await store.next_due() == clock.now + 5
