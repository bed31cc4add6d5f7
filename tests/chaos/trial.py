"""The trial: processes are killed while people work, and in the end nothing may show of it."""

import asyncio
import multiprocessing
import os
import random
import re
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import aiohttp

from bot.sandbox.pull_request import PullRequest
from bot.settings import Postgres
from bot.subject import APP, RepositorySubject
from bot.work.model import Mark, Row, State
from bot.work.store import WorkStore
from bot.work.visit import visit
from tests.chaos.process import Entry, Life, live, read_diary
from tests.chaos.story import Story
from tests.ports import free_port
from tests.system.world import RealTime, World, make_world

MEASURING = "COVERAGE_PROCESS_CONFIG"  # by it processes know that they are to be measured
MOST_WORK = 1_000  # bytes of the diary between two kills: some ten runs
LONGEST_LIFE = 0.7  # seconds between two kills, where there is nothing to do
DECISION = re.compile(r"Decision `.*")  # its number tells what was noted meanwhile, too
REST = 300.0  # seconds after which what still moves will not come to rest


@dataclass(frozen=True, slots=True)
class Found:
    """What a trial found; a good one leaves all but *kills* and *runs* empty."""

    kills: int
    runs: int
    overlaps: list[str]  # subjects that two runs had in hand at once
    unsettled: list[Row]  # what did not come to rest
    wrong: list[str]  # what an undisturbed process would have written otherwise


class Herd:
    """The processes under trial; all are started anew when they were killed."""

    def __init__(self, lives: Sequence[Life]) -> None:
        self._lives = lives
        # A server that has imported everything forks each life: a start takes milliseconds.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.chaos.process"])
        self._processes: list[ForkServerProcess] = []
        self.killed: dict[int, float] = {}  # by process number, when

    @property
    def size(self) -> int:
        """How many run at a time."""
        return len(self._lives)

    def start(self) -> None:
        """Start all of them. Coverage is not measured: whoever is killed cannot say what it was."""
        measuring = os.environ.pop(MEASURING, None)
        try:
            self._processes = [self._spawn(life) for life in self._lives]
        finally:
            if measuring is not None:
                os.environ[MEASURING] = measuring

    async def ready(self) -> None:
        """Wait until all of them answer: the first start makes the tables."""
        async with aiohttp.ClientSession() as session:
            for life in self._lives:
                url = f"http://{life.settings.host}:{life.settings.port}/readyz"
                while not await _answers(session, url):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.05)

    def kill(self, index: int) -> None:
        """Kill one, and start it again."""
        self._end(self._processes[index])
        self._processes[index] = self._spawn(self._lives[index])

    def stop(self) -> None:
        """Kill all of them for good."""
        for process in self._processes:
            self._end(process)

    def _spawn(self, life: Life) -> ForkServerProcess:
        process = self._context.Process(target=live, args=(life,), daemon=True)
        process.start()
        return process

    def _end(self, process: ForkServerProcess) -> None:
        assert process.is_alive(), f"a process ended by itself: {process.exitcode}"
        process.kill()
        process.join()
        assert process.pid is not None
        self.killed[process.pid] = time.monotonic()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    with suppress(aiohttp.ClientError):
        async with session.get(url) as response:
            return response.ok
    return False


async def run_trial(
    private_key: str, folder: Path, database: Path | Postgres, kills: int, seed: int
) -> Found:
    """Kill processes over *database* so many times; two of them where it can have several."""
    chance = random.Random(seed)
    async with make_world(private_key, folder, RealTime()) as world:
        world.sandbox.limits.rated = False  # or the bot would take its time between two writes
        story = Story(world, chance)
        world.settings = replace(world.settings, database=database)
        herd = Herd(_lives(world, folder, 1 if isinstance(database, Path) else 2))
        herd.start()
        try:
            await herd.ready()
            await story.begin()
            for _ in range(kills):
                await _some_life(story, folder / "diary", chance)
                herd.kill(chance.randrange(herd.size))
            world.sandbox.faults.webhooks.release()
            herd.kill(0)  # what nobody was told of is asked for at a start
            unsettled = await _rest(database, world)
        finally:
            herd.stop()
        runs, overlaps = _overlaps(folder / "diary", herd.killed)
        return Found(kills, runs, overlaps, unsettled, await _wrong(world, story, folder))


def _lives(world: World, folder: Path, count: int) -> list[Life]:
    """The first hears GitHub, the others only work."""
    ports = [free_port() for _ in range(count)]
    world.app.webhook_url = f"http://127.0.0.1:{ports[0]}/webhook"
    return [
        Life(replace(world.settings, port=port), folder / "diary", folder / f"log-{index}")
        for index, port in enumerate(ports)
    ]


async def _some_life(story: Story, diary: Path, chance: random.Random) -> None:
    """People do a few things; the processes come to a random place in the runs that follow.

    The moment is told by what they do and not by the clock alone, so that a slow machine kills
    them in the middle of their work as well as a fast one.
    """
    enough = _size(diary) + chance.randrange(MOST_WORK)
    for _ in range(chance.randrange(1, 4)):
        await story.go_on()
    deadline = time.monotonic() + LONGEST_LIFE
    while _size(diary) < enough and time.monotonic() < deadline:  # noqa: ASYNC110 - of a file
        await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0.0, 0.05))


def _size(diary: Path) -> int:
    return diary.stat().st_size


async def _rest(database: Path | Postgres, world: World) -> list[Row]:
    """Wait, beside the processes, until nothing is due any more; see `_idle`."""
    async with visit(database) as store:
        return await _idle(store, world)


async def _idle(store: WorkStore, world: World, besides: Collection[int] = ()) -> list[Row]:
    """Wait until nothing is due any more; return what still is when patience ends.

    *besides* are tenants that are not waited for.
    """
    deadline = time.monotonic() + REST
    while True:
        await world.sandbox.settled()
        rows = [
            row
            for row in await store.rows()
            if row.tenant not in besides and not _at_rest(row, store.now())
        ]
        if not rows or time.monotonic() > deadline:
            return rows
        await asyncio.sleep(0.2)


def _at_rest(row: Row, now: float) -> bool:
    """Idle; or a look that comes by every hour, and waits for its time."""
    return row.state is State.IDLE or (row.state is State.READY and row.due > now + REST)


def _overlaps(diary: Path, killed: dict[int, float]) -> tuple[int, list[str]]:
    """How many runs there were, and the subjects that two of them had in hand at once.

    A run without an end ended with its process.
    """
    last: dict[str, Entry] = {}
    overlaps = []
    runs = 0
    for entry in sorted(read_diary(diary)):
        before = last.get(entry.key)
        if entry.what == "end":
            if before is not None and before.pid == entry.pid:
                del last[entry.key]
            continue
        runs += 1
        if before is not None and entry.at < killed.get(before.pid, float("inf")):
            overlaps.append(f"{entry.key}: by {before.pid} and by {entry.pid}")
        last[entry.key] = entry
    return runs, overlaps


async def _wrong(world: World, story: Story, folder: Path) -> list[str]:
    """What a bot that remembers nothing and is not disturbed shows otherwise."""
    shown = [_shown(pull) for pull in story.pulls]
    world.settings = replace(world.settings, database=folder / "calm.db")
    async with world.bot() as parts:
        subjects = [RepositorySubject(repo) for repo in ("acme/shop", "acme/till")]
        await parts.store.enqueue([Mark(one.key, world.installation.id) for one in subjects])
        await _idle(parts.store, world, besides={APP})  # all that the dead ones have missed
    return [
        f"{pull.url}: {before} instead of {after}"
        for pull, before in zip(story.pulls, shown, strict=True)
        if (after := _shown(pull)) != before
    ]


def _shown(pull: PullRequest) -> tuple[object, ...]:
    """What people see at a pull request."""
    comments = [comment.body for comment in pull.comments]
    for run in pull.check_runs("Plan gate")[:1]:
        found = sorted((each.start_line, each.message) for each in run.annotations)
        summary = DECISION.sub("", run.summary or "")
        return run.status, run.conclusion, run.title, summary, found, comments
    return (comments,)
