"""Killed between two steps and started again, the bot ends with the same check runs.

A step is a request to GitHub, before and after it took effect, or a call of the store. From the
killing step on nothing happens any more, as in a process that is gone.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import cast

import aiohttp
import pytest

from bot.app import FIRST_LOOK
from bot.work.store import WorkStore
from tests.plan_text import plan_text
from tests.system.world import World, make_world

FATAL = 1_000_000  # a step that never comes
WORKER_CALLS = {
    "claim",
    "enqueue",
    "finish",
    "owns",
    "park",
    "proceed",
    "recover",
    "release",
    "retry",
}


class Killed(BaseException):
    """The process is gone."""


class Life:
    """Counts steps, and ends at the fatal one."""

    def __init__(self, fatal: int) -> None:
        self.steps = 0
        self.ended = asyncio.Event()
        self._fatal = fatal

    def step(self) -> None:
        """One step more; raises `Killed` from the fatal one on."""
        self.steps += 1
        if self.steps >= self._fatal:
            self.ended.set()
            raise Killed

    def connect(self) -> aiohttp.ClientSession:
        """A session whose every request is two steps: before it is sent, and after its answer."""

        async def lived(
            request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            self.step()
            answer = await handler(request)
            try:
                self.step()
            except Killed:
                answer.close()
                raise
            return answer

        return aiohttp.ClientSession(middlewares=(lived,))

    def guard(self, store: WorkStore) -> WorkStore:
        """A store whose worker-side calls are steps."""
        return cast(WorkStore, LivedStore(store, self))


class LivedStore:
    """The real store, with a step before each call that the worker makes."""

    def __init__(self, store: WorkStore, life: Life) -> None:
        self._store = store
        self._life = life

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name not in WORKER_CALLS:
            return found
        call = cast(Callable[..., Coroutine[object, object, object]], found)

        async def lived(*args: object, **kwargs: object) -> object:
            self._life.step()
            return await call(*args, **kwargs)

        return lived


async def story(world: World) -> None:
    """A plan with many errors, while the bot looks for what it may have missed."""
    world.clock.now += FIRST_LOOK
    lines = "".join(f"| {n} | task number {n} | shop | 9999 |\n" for n in range(3, 63))
    text = plan_text()
    place = text.index("\n---\n\n## Testing Strategy")
    await world.pull({"plans/FEAT-12.md": text[:place] + lines + text[place:]}, branch="plan")
    await world.sandbox.settled()


async def outcome(world: World) -> object:
    """All that people see in the end."""
    await world.settle()
    (pull,) = world.shop.pulls
    run = pull.check_runs("Plan gate")[0]
    found = sorted((a.start_line, a.title or "", a.message) for a in run.annotations)
    words = (run.status, run.conclusion, run.title, run.summary, run.external_id)
    return words, found, [comment.body for comment in pull.comments]


async def undisturbed(private_key: str, folder: Path) -> tuple[object, int]:
    """What people see when nothing goes wrong, and how many steps that takes."""
    life = Life(FATAL)
    async with make_world(private_key, folder) as world, world.bot(life.connect, life.guard):
        await story(world)
        return without_address(await outcome(world), world), life.steps


def without_address(seen: object, world: World) -> str:
    """What was seen, without what is another in each world: the address, and the digest over it."""
    return re.sub(r"<!-- plan-gate \w+ -->", "", repr(seen).replace(world.sandbox.url, ""))


# Every third step, since each takes a second; so both kinds of a request's steps have their turn.
@pytest.mark.parametrize("first", [2, 5])
async def test_a_crash_at_any_step_changes_nothing_in_the_end(
    private_key: str, tmp_path: Path, first: int
) -> None:
    """But at the first one: that is before anything has happened."""
    expected, steps = await undisturbed(private_key, tmp_path)
    fatals = range(first, steps + 1, 6)
    assert len(fatals) > 10
    died = 0
    for fatal in fatals:
        folder = tmp_path / str(fatal)
        folder.mkdir()
        async with make_world(private_key, folder) as world:
            life = Life(fatal)
            with suppress(Killed):
                async with world.bot(life.connect, life.guard):
                    await story(world)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(life.ended.wait(), 5)
            died += life.ended.is_set()
            async with world.bot():
                seen = without_address(await outcome(world), world)
                assert seen == expected, f"after a crash at step {fatal} of {steps}"
    assert died > 0.8 * len(fatals)  # how many steps there are depends on how events fall together


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(("method", "path"), [("POST", "/check-runs"), ("POST", "/comments")])
async def test_a_connection_lost_at_a_write_changes_nothing_in_the_end(
    private_key: str, tmp_path: Path, method: str, path: str, applied: bool
) -> None:
    expected, _ = await undisturbed(private_key, tmp_path)
    folder = tmp_path / "again"
    folder.mkdir()
    async with make_world(private_key, folder) as world, world.bot():
        world.sandbox.faults.disconnect(method, path, applied=applied)
        await story(world)
        assert without_address(await outcome(world), world) == expected
