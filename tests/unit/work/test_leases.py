"""Who lives keeps its runs; who is silent for a minute loses them, and may not write any more."""

import pytest

from bot.settings import Postgres
from bot.work.leases import LEASE, LONGEST_DELAY
from bot.work.model import Claim, State
from bot.work.store import WorkStore
from tests.unit.work.conftest import Clock, Open, empty_postgres, mark, row

KEY = "o/r#1"


@pytest.fixture
async def claim(store: WorkStore) -> Claim:
    await store.enqueue([mark(KEY)])
    (claim,) = await store.claim(1)
    return claim


async def test_a_long_run_is_kept_by_beats(store: WorkStore, claim: Claim, clock: Clock) -> None:
    for _ in range(10):
        clock.now += LEASE - 1
        assert await store.beat() == 0
        assert await store.owns(claim)
    assert await store.finish(claim)


async def test_without_beats_nobody_owns_the_run(
    store: WorkStore, claim: Claim, clock: Clock
) -> None:
    clock.now += LEASE
    assert not await store.owns(claim)
    # It was told that the run is lost, so its next beat does not cling to it.
    assert await store.beat() == 1
    recovered = await row(store, KEY)
    assert (recovered.state, recovered.attempts) == (State.READY, 1)
    assert recovered.error == "The process ended during this run."


async def test_a_late_beat_keeps_what_nobody_has_taken(
    store: WorkStore, claim: Claim, clock: Clock
) -> None:
    clock.now += 10 * LEASE
    assert await store.beat() == 0
    assert await store.owns(claim)


async def test_an_ended_run_is_not_kept(store: WorkStore, claim: Claim, clock: Clock) -> None:
    await store.finish(claim)
    await store.enqueue([mark(KEY)])
    assert await store.beat() == 0
    assert (await row(store, KEY)).state is State.READY


async def test_what_waits_for_a_wrong_clock_waits_no_longer(open_store: Open, clock: Clock) -> None:
    clock.now += 10 * 24 * 3_600  # somebody set it wrong, and sets it right after a crash
    first = await open_store()
    await first.enqueue([mark("waits", tenant=1), mark("rests", tenant=2), mark("runs", tenant=3)])
    await first.pause(2, clock.now + 60)
    await first.claim(1)
    await first.claim(1)
    await first.close()
    clock.now -= 10 * 24 * 3_600

    second = await open_store()
    await second.recover()
    assert {claim.key for claim in await second.claim(10)} == {"waits", "rests", "runs"}


async def test_what_waits_in_earnest_goes_on_waiting(open_store: Open, clock: Clock) -> None:
    first = await open_store()
    await first.enqueue([mark("later")], delay=3_600)
    await first.enqueue([mark("paused", tenant=2)])
    await first.pause(2, clock.now + 3_600)
    await first.close()

    second = await open_store()
    assert await second.recover() == 0
    assert await second.claim(10) == []


class TestSeveralProcesses:
    """Only PostgreSQL has them."""

    @pytest.fixture
    def where(self) -> Postgres:
        return empty_postgres()

    async def test_the_runs_of_the_silent_are_taken_over(
        self, store: WorkStore, claim: Claim, open_store: Open, clock: Clock
    ) -> None:
        other = await open_store()
        assert await other.beat() == 0
        clock.now += LEASE
        assert await other.beat() == 1

        (again,) = await other.claim(1)
        assert (again.key, again.attempts) == (KEY, 1)
        assert not await store.finish(claim)
        assert await store.beat() == 0, "it clings to nothing that others have"
        assert await other.owns(again)

    async def test_who_starts_takes_nothing_from_the_living(
        self, store: WorkStore, claim: Claim, open_store: Open
    ) -> None:
        other = await open_store()
        assert await other.recover() == 0
        assert await store.owns(claim)

    async def test_who_starts_again_takes_its_own_at_once(
        self, store: WorkStore, claim: Claim, open_store: Open
    ) -> None:
        await open_store()  # lives on
        await store.close()
        again = await open_store()
        assert await again.recover() == 1

    async def test_every_silence_counts(
        self, store: WorkStore, claim: Claim, open_store: Open, clock: Clock
    ) -> None:
        other = await open_store()
        for silences in (1, 2, 3):
            clock.now += LEASE
            assert await other.beat() == 1
            clock.now += LONGEST_DELAY
            (again,) = await store.claim(1)
            assert (again.attempts, again.died) == (silences, True)


async def test_what_died_before_comes_again_one_after_another(
    open_store: Open, clock: Clock
) -> None:
    """So what does no harm gets through, while what kills its process does that alone."""
    keys = ["a/a#1", "b/b#1", "c/c#1"]
    store = await open_store()
    await store.enqueue([mark(key) for key in keys])
    for due in (0, 0, 1):  # after no death, the first and the second
        waits = [due, 2 * due, 3 * due]
        assert sorted(one.due - clock.now for one in await store.rows()) == waits
        clock.now += 3 * due
        assert len(await store.claim(5)) == 3
        await store.close()
        store = await open_store()
        await store.recover()
