"""What becomes of a run, with the real store and a runner that does as it is told."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from bot.errors import PlanGateError
from bot.github.errors import (
    GitHubUnavailable,
    OverBudget,
    RateLimited,
    Refused,
    Suspended,
    Uninstalled,
)
from bot.github.publisher import Guard
from bot.github.tally import Cost, count, is_backfill
from bot.reconcile import Superseded
from bot.run import ATTEMPTS, DEATHS, ClaimLost
from bot.subject import PullSubject, Subject
from bot.work.ending import Done, Ending, Proceed
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.leases import LONGEST_DELAY
from bot.work.model import Claim, Mark, Row, State
from bot.work.sqlite import open_file
from bot.work.store import WorkStore
from bot.worker import Pace, Worker
from tests.store import open_sqlite
from tests.unit.work.test_writer import join_writers

PULL = PullSubject("acme/shop", 1)
MARK = Mark(PULL.key, 7)


class Runner:
    """Does what *what* says, and counts."""

    def __init__(self, what: Callable[[Guard], Awaitable[Ending | str]]) -> None:
        self.what = what
        self.runs = 0
        self.claims: list[Claim] = []
        self.reported: list[str] = []
        self.reports = True
        self.unreportable: Exception | None = None

    async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
        assert (subject, claim.tenant) == (PULL, 7)
        self.runs += 1
        self.claims.append(claim)
        ended = await self.what(owned)
        return Done(ended) if isinstance(ended, str) else ended

    async def report_fault(
        self, subject: Subject, claim: Claim, fault: Exception, owned: Guard
    ) -> bool:
        self.reported.append(str(fault))
        if self.unreportable:
            raise self.unreportable
        return self.reports


class Bench:
    """A store, a clock, and a worker that runs until it rests."""

    def __init__(self, store: WorkStore) -> None:
        self.store = store
        self.now = 1_000.0

    async def work(self, runner: Runner, until: Callable[[Row], bool], store: object = None) -> Row:
        """Run the worker until the row is as wanted; time passes where it waits."""
        used = cast(WorkStore, store or self.store)
        worker = Worker(used, runner, jitter=lambda: 0.5)
        working = asyncio.create_task(worker.work())
        try:
            for _ in range(2_000):
                (row,) = await self.store.rows()
                if until(row):
                    return row
                due = await self.store.next_due()
                if due is not None and due > self.now:
                    self.now = due
                    self.store.wake.set()
                await asyncio.sleep(0.001)
            raise AssertionError(f"it does not come to that: {await self.store.rows()}")
        finally:
            worker.stop()
            await working


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench with one pull request marked."""
    made: list[Bench] = []
    store = await open_sqlite(tmp_path / "gate.db", clock=lambda: made[0].now)
    made.append(Bench(store))
    await store.enqueue([MARK])
    yield made[0]
    await store.close()


def idle(row: Row) -> bool:
    return row.state is State.IDLE


def parked(row: Row) -> bool:
    return row.state is State.PARKED


async def eventually(bench: Bench, holds: Callable[[list[Row]], bool]) -> None:
    for _ in range(5_000):
        if holds(await bench.store.rows()):
            return
        await asyncio.sleep(0.001)
    raise AssertionError(await bench.store.rows())


async def fine(_: Guard) -> str:
    return "published"


async def test_a_run_that_succeeds_leaves_the_row_idle(bench: Bench) -> None:
    runner = Runner(fine)
    await bench.work(runner, idle)
    assert runner.runs == 1


async def test_a_key_of_another_version_is_parked(bench: Bench) -> None:
    await bench.store.finish((await bench.store.claim(1))[0])
    await bench.store.enqueue([Mark("future acme/shop", 7)])
    runner = Runner(fine)
    worker = Worker(bench.store, runner)
    working = asyncio.create_task(worker.work())
    await eventually(bench, lambda rows: any(parked(row) for row in rows))
    worker.stop()
    await working
    assert runner.runs == 0


async def test_a_failure_is_tried_again_ever_later_then_reported_and_parked(bench: Bench) -> None:
    starts: list[float] = []

    async def fail(_: Guard) -> str:
        starts.append(bench.now)
        raise GitHubUnavailable("GitHub answered 502")

    runner = Runner(fail)
    row = await bench.work(runner, parked)
    assert runner.runs == ATTEMPTS
    assert [round(b - a) for a, b in pairwise(starts)] == [
        2,
        6,
        18,
        54,
        162,
        486,
        900,
    ]
    assert runner.reported == ["GitHub answered 502"]
    assert row.error == "GitHubUnavailable: GitHub answered 502"


async def test_an_unforeseen_fault_is_tried_again_too(bench: Bench) -> None:
    async def fail_twice(_: Guard) -> str:
        if runner.runs < 3:
            raise ZeroDivisionError("a bug")
        return "published"

    runner = Runner(fail_twice)
    row = await bench.work(runner, idle)
    assert runner.runs == 3
    assert row.attempts == 0


@pytest.mark.parametrize("fault", [PlanGateError("GitHub is away"), ValueError("a bug")])
async def test_a_fault_that_cannot_be_reported_is_parked_all_the_same(
    bench: Bench, fault: Exception
) -> None:
    async def fail(_: Guard) -> str:
        raise Refused("GitHub answered 403 \ud800\0")

    runner = Runner(fail)
    runner.unreportable = fault
    row = await bench.work(runner, parked)
    assert row.error == "Refused: GitHub answered 403 \\ud800\\0"


async def test_a_fault_that_cannot_be_reported_for_now_is_not_given_up(bench: Bench) -> None:
    """A pull request that is parked without a check run would wait for ever."""

    async def fail(_: Guard) -> str:
        runner.unreportable = RateLimited("wait", delay=60) if runner.runs < ATTEMPTS + 2 else None
        raise Refused("GitHub answered 422")

    runner = Runner(fail)
    await bench.work(runner, parked)
    assert runner.runs == ATTEMPTS + 2


@pytest.mark.parametrize("reports", [False, None])
async def test_an_outage_that_nobody_was_told_of_is_waited_out(
    bench: Bench, reports: bool | None
) -> None:
    """A push that is lost would leave its pull requests as they were for ever."""

    async def fail_long(_: Guard) -> str:
        if runner.runs < ATTEMPTS + 5:
            raise GitHubUnavailable("GitHub answered 502")
        return "published"

    runner = Runner(fail_long)
    runner.reports = bool(reports)
    runner.unreportable = GitHubUnavailable("still 502") if reports is None else None
    await bench.work(runner, idle)
    assert runner.runs == ATTEMPTS + 5


async def test_what_has_moved_is_looked_at_again_in_a_moment(bench: Bench) -> None:
    async def move_once(_: Guard) -> str:
        if runner.runs == 1:
            raise Superseded("#1 changed")
        return "published"

    runner = Runner(move_once)
    await bench.work(runner, lambda row: idle(row) and runner.runs == 2)
    assert bench.now == 1_002.5
    assert [claim.attempts for claim in runner.claims] == [0, 0]


async def test_a_rate_limit_pauses_and_is_no_attempt(bench: Bench) -> None:
    async def limited_once(_: Guard) -> str:
        if runner.runs == 1:
            raise RateLimited("wait", delay=600)
        return "published"

    runner = Runner(limited_once)
    row = await bench.work(runner, lambda row: idle(row) and runner.runs == 2)
    assert bench.now == 1_600.0
    assert row.attempts == 0


async def test_a_run_in_parts_goes_on_where_it_was(bench: Bench) -> None:
    async def in_three(_: Guard) -> Ending:
        parts = {"": Proceed("1 of 3", "one", 30), "one": Proceed("2 of 3", "two", 60)}
        return parts.get(runner.claims[-1].progress, Done("3 of 3"))

    runner = Runner(in_three)
    await bench.work(runner, idle)
    assert [claim.progress for claim in runner.claims] == ["", "one", "two"]
    assert bench.now == 1_090.0


async def test_over_its_budget_a_run_waits_without_an_attempt(bench: Bench) -> None:
    async def over_once(_: Guard) -> str:
        if runner.runs == 1:
            raise OverBudget("the rest is for live runs", delay=600)
        return "published"

    runner = Runner(over_once)
    await bench.work(runner, lambda row: idle(row) and runner.runs == 2)
    assert [claim.attempts for claim in runner.claims] == [0, 0]
    assert bench.now == 1_750.0  # spread by up to a half
    await bench.store.enqueue([Mark("pull acme/shop#2", 7)])
    assert await bench.store.claim(1), "the installation does not wait with it"


async def test_a_suspended_installation_rests_as_a_whole(bench: Bench) -> None:
    async def suspended_once(_: Guard) -> str:
        if runner.runs == 1:
            raise Suspended("an owner has suspended the App")
        return "published"

    runner = Runner(suspended_once)
    await bench.work(runner, lambda row: idle(row) and runner.runs == 2)
    assert [claim.attempts for claim in runner.claims] == [0, 0]
    assert bench.now == 1_000.0 + 30 * 60


async def test_an_installation_that_is_gone_is_on_show(bench: Bench) -> None:
    async def gone(_: Guard) -> str:
        raise Uninstalled("the App is not installed there any more")

    runner = Runner(gone)
    row = await bench.work(runner, parked)
    assert (runner.runs, row.error) == (1, "the App is not installed there any more")
    assert runner.reported == []


async def test_what_a_run_asks_of_github_is_tallied_and_logged(bench: Bench) -> None:
    async def ask(_: Guard) -> str:
        for cost in (Cost.COUNTED, Cost.COUNTED, Cost.FREE):
            count("GET /app", cost)
        return f"published, backfill: {is_backfill()}"

    await bench.store.finish((await bench.store.claim(1))[0])
    await bench.store.enqueue([Mark(PULL.key, 7, backfill=True)])
    with capture_logs() as logs:
        await bench.work(Runner(ask), idle)
    (line,) = [line for line in logs if line["event"] == "evaluated"]
    assert (line["requests"], line["free"]) == (2, 1)
    assert line["outcome"] == "published, backfill: True"


async def test_a_lost_claim_may_not_write(bench: Bench) -> None:
    async def lose(owned: Guard) -> str:
        await owned()
        await bench.store.recover()  # as a second process would
        with pytest.raises(ClaimLost):
            await owned()
        if runner.runs == 1:
            raise ClaimLost("gone")
        return "published"

    async def lose_once(owned: Guard) -> str:
        return await (lose(owned) if runner.runs == 1 else fine(owned))

    runner = Runner(lose_once)
    await bench.work(runner, lambda row: idle(row) and runner.runs == 2)


class Away:
    """The store, away for the first calls of some names."""

    def __init__(self, store: WorkStore, **times: int) -> None:
        self._store = store
        self.times = times

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name not in self.times:
            return found

        async def away_at_first(*args: object, **kwargs: object) -> object:
            self.times[name] -= 1
            if self.times[name] >= 0:
                raise StoreUnavailable("the disk is full")
            return await found(*args, **kwargs)

        return away_at_first


@pytest.mark.parametrize("call", ["recover", "claim", "next_due", "finish"])
async def test_a_store_that_is_away_is_waited_for(bench: Bench, call: str) -> None:
    runner = Runner(fine)
    away = Away(bench.store, **{call: 1})
    await bench.work(runner, lambda row: idle(row) and away.times[call] < 0, store=away)


async def test_a_stop_lets_the_run_under_way_end(bench: Bench) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: Guard) -> str:
        begun.set()
        await may_end.wait()
        return "published"

    worker = Worker(bench.store, Runner(slow))
    working = asyncio.create_task(worker.work())
    await begun.wait()
    worker.stop()
    may_end.set()
    await working
    (row,) = await bench.store.rows()
    assert row.state is State.IDLE


async def test_a_run_that_is_cut_off_is_handed_back(bench: Bench) -> None:
    begun = asyncio.Event()

    async def endless(_: Guard) -> str:
        begun.set()
        await asyncio.Event().wait()
        return "never"

    worker = Worker(bench.store, Runner(endless))
    working = asyncio.create_task(worker.work())
    await begun.wait()
    worker.stop()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(working, 0.05)
    (row,) = await bench.store.rows()
    assert (row.state, row.attempts) == (State.READY, 0)


async def test_a_stop_gives_back_what_takes_too_long(bench: Bench) -> None:
    begun = asyncio.Event()

    async def endless(_: Guard) -> str:
        begun.set()
        await asyncio.Event().wait()
        return "never"

    worker = Worker(bench.store, Runner(endless), pace=Pace(grace=0))
    working = asyncio.create_task(worker.work())
    await begun.wait()
    worker.stop()
    await working
    (row,) = await bench.store.rows()
    assert (row.state, row.attempts) == (State.READY, 0)


async def test_an_answer_of_the_store_that_nobody_foresaw_ends_the_worker(bench: Bench) -> None:
    """Its row would stay taken for ever; a restart recovers it, and counts the attempt."""

    async def lone_surrogate(_: Guard) -> Ending:
        return Proceed("a part", "\ud800")

    runner = Runner(lone_surrogate)
    worker = Worker(bench.store, runner)
    with pytest.raises(ExceptionGroup) as caught:
        await worker.work()
    assert caught.group_contains(UnicodeEncodeError)
    (row,) = await bench.store.rows()
    assert row.state is State.RUNNING
    await bench.work(Runner(fine), idle)


async def die(bench: Bench, times: int) -> None:
    """So often a process takes the run and is gone, and another one starts."""
    for _ in range(times):
        assert len(await bench.store.claim(1)) == 1
        await bench.store.recover()
        bench.now += LONGEST_DELAY


async def test_what_ends_its_process_again_and_again_is_told_of_and_parked(bench: Bench) -> None:
    """Nobody would hear of it else: no check run tells why the pull request waits."""
    await die(bench, DEATHS)
    runner = Runner(fine)
    row = await bench.work(runner, parked)
    assert runner.runs == 0
    assert runner.reported == ["the process ended during the last of 25 runs that failed"]
    assert row.error == f"Died: {runner.reported[0]}"


async def test_a_death_before_that_is_a_failed_attempt_like_others(bench: Bench) -> None:
    await die(bench, DEATHS - 1)
    runner = Runner(fine)
    await bench.work(runner, idle)
    assert (runner.runs, runner.reported) == (1, [])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_store_that_has_stopped_ends_the_worker(tmp_path: Path) -> None:
    """It will never answer again, and nobody restarts a process that waits for it."""
    database = await open_file(tmp_path / "gate.db", time.time)

    def crash(_: Connection) -> None:
        raise LookupError

    async def stop_the_store(_: Guard) -> str:
        await database.run(crash)
        return "published"

    store = KeptStore(database)
    await store.enqueue([MARK])
    worker = Worker(store, Runner(stop_the_store))
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(60):
            await worker.work()
    assert caught.group_contains(StoreStopped)
    await asyncio.to_thread(join_writers)


class Pulse(Away):
    """The store, which is away for the first heartbeats."""

    def __init__(self, store: WorkStore) -> None:
        super().__init__(store)
        self.felt = asyncio.Event()
        self.beats = 0

    async def beat(self) -> int:
        self.beats += 1
        if self.beats < 3:
            raise StoreUnavailable("the database is away")
        self.felt.set()
        return 1


async def test_the_heart_beats_while_a_run_is_long_and_after_the_store_was_away(
    bench: Bench,
) -> None:
    store = Pulse(bench.store)

    async def long(_: Guard) -> str:
        await store.felt.wait()
        return "published"

    worker = Worker(cast(WorkStore, store), Runner(long), pace=Pace(beat=0))
    working = asyncio.create_task(worker.work())
    await eventually(bench, lambda rows: all(idle(row) for row in rows))
    worker.stop()
    await working
    assert store.beats >= 3


async def test_what_changes_without_a_wake_up_is_found_all_the_same(bench: Bench) -> None:
    """As when another process marks a row, or somebody's `plan-gate queue retry`."""
    await bench.store.finish((await bench.store.claim(1))[0])
    runner = Runner(fine)
    worker = Worker(bench.store, runner, pace=Pace(poll=0.001))
    working = asyncio.create_task(worker.work())
    await asyncio.sleep(0.01)
    bench.store.wake = asyncio.Event()  # what rings is not heard any more
    await bench.store.enqueue([MARK])
    await eventually(bench, lambda rows: all(idle(row) for row in rows))
    worker.stop()
    await working
    assert runner.runs == 1


async def test_while_nothing_is_due_a_look_is_enough(bench: Bench) -> None:
    class Looked(Away):
        claims = looks = 0

        async def claim(self, limit: int, reserve: int = 0) -> list[Claim]:
            self.claims += 1
            return await bench.store.claim(limit, reserve)

        async def next_due(self) -> float | None:
            self.looks += 1
            return await bench.store.next_due()

    await bench.store.finish((await bench.store.claim(1))[0])
    store = Looked(bench.store)
    worker = Worker(cast(WorkStore, store), Runner(fine), pace=Pace(poll=0.001))
    bench.store.wake.clear()
    working = asyncio.create_task(worker.work())
    await eventually(bench, lambda _: store.looks >= 10)
    worker.stop()
    await working
    assert store.claims <= 2, "at its start, and where it was woken"


async def test_all_slots_taken_waits_for_one_to_end(bench: Bench) -> None:
    await bench.store.enqueue([Mark(PullSubject("acme/shop", n).key, 7) for n in range(1, 30)])
    running = most = 0
    full = asyncio.Event()

    class Many(Runner):
        async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == 3:
                full.set()
            await full.wait()
            await asyncio.sleep(0.001)
            running -= 1
            return Done("published")

    worker = Worker(bench.store, Many(fine), pace=Pace(slots=3, reserve=0))
    working = asyncio.create_task(worker.work())
    await eventually(bench, lambda rows: all(idle(row) for row in rows))
    worker.stop()
    await working
    assert most == 3


async def test_behind_a_backlog_what_is_another_s_starts_at_once(bench: Bench) -> None:
    await bench.store.enqueue([Mark(PullSubject("acme/shop", n).key, 7) for n in range(1, 9)])
    begun: list[int] = []
    ending = asyncio.Event()

    class Many(Runner):
        async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
            begun.append(claim.tenant)
            await ending.wait()
            return Done("published")

    worker = Worker(bench.store, Many(fine), pace=Pace(slots=3, reserve=1))
    working = asyncio.create_task(worker.work())
    await eventually(bench, lambda _: len(begun) == 2)
    await bench.store.enqueue([Mark(PullSubject("other/shop", 1).key, 8)])
    await eventually(bench, lambda _: len(begun) == 3)
    assert begun == [7, 7, 8]
    ending.set()
    await eventually(bench, lambda rows: all(idle(row) for row in rows))
    worker.stop()
    await working
