"""Somebody sets the clock, forward or back: no run is lost, and none stands still for long."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.run import ATTEMPTS
from bot.settings import Postgres
from bot.work.model import State
from tests.system.outages import BLOCKED, FREE, HOUR, Hold, beating, row_of, tried
from tests.system.test_healing import pass_time
from tests.system.world import Clock, World, make_world

DAY = 24 * HOUR
STEPS = [("GET", "/compare/"), ("POST", "/check-runs$"), ("POST", "/comments$")]


class WrongClock(Clock):
    """GitHub's time, and so much more, or less."""

    def __init__(self, right: Clock) -> None:
        self._right = right
        self.off = 0.0

    @property
    def now(self) -> float:
        """Seconds since the epoch, as this machine believes."""
        return self._right.now + self.off

    @now.setter
    def now(self, now: float) -> None:
        self._right.now = now - self.off


@pytest.fixture(params=["sqlite", "postgres"])
async def github(
    request: pytest.FixtureRequest, private_key: str, tmp_path: Path
) -> AsyncIterator[World]:
    """A GitHub whose clock is right, and a bot that has one of its own."""
    async with make_world(private_key, tmp_path) as world:
        world.clock = WrongClock(world.clock)
        if request.param == "postgres":
            database = Postgres(request.getfixturevalue("postgres"))
            world.settings = replace(world.settings, database=database)
        yield world


def put(world: World, seconds: float) -> None:
    """Set the bot's clock, so many seconds past GitHub's."""
    assert isinstance(world.clock, WrongClock)
    world.clock.off = seconds


async def looked_over(world: World) -> None:
    """Wait until the start has seen to what waits for too long."""
    async with asyncio.timeout(30):
        while (await world.parts.store.next_due() or 0.0) > world.clock.now + HOUR:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["forward", "back"])
@pytest.mark.parametrize(("method", "path"), STEPS)
async def test_a_run_in_the_middle_of_which_it_jumps_is_made_again_at_most(
    github: World, seconds: float, method: str, path: str
) -> None:
    hold = Hold(method, path)
    async with github.bot(hold.connect):
        await github.plan_on_main()
        await github.settle()
        pull = await github.code_pull()
        await hold.reached()
        put(github, seconds)
        hold.let_go()
        await github.parts.store.beat()
        put(github, 0.0)
        async with beating(github):
            assert await github.verdict(pull) == BLOCKED
        assert len(pull.comments) == 1
        assert (await row_of(github)).state is State.IDLE


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["ahead", "behind"])
async def test_an_hour_that_stays_wrong_is_named_in_the_row_until_it_is_mended(
    github: World, seconds: float
) -> None:
    """GitHub refuses to know an App that signs at another time than its own."""
    async with github.bot():
        await github.plan_on_main()
        await github.settle()
        put(github, seconds)
        github.shop.world.tokens.clear()
        pull = await github.code_pull()
        row = await tried(github, ATTEMPTS)
        assert row.state is State.PARKED
        assert "this machine's clock" in row.error
        assert pull.check_runs("Plan gate") == []
        put(github, 0.0)
        await pass_time(github, 2 * HOUR)
        assert await github.verdict(pull) == BLOCKED


async def test_with_the_token_in_hand_a_wrong_clock_changes_nothing(github: World) -> None:
    async with github.bot():
        await github.plan_on_main()
        pull = await github.code_pull()
        assert await github.verdict(pull) == BLOCKED
        put(github, -HOUR)  # the token seems good for longer than it is
        github.clock.now += 1.5 * HOUR
        put(github, 0.0)
        await github.plan_on_main(status="Approved")
        assert await github.verdict(pull) == FREE


async def test_what_waits_for_a_time_that_was_wrong_waits_no_longer(github: World) -> None:
    """Set back while the process is away: what it has written lies far ahead."""
    put(github, DAY)
    async with github.bot():
        pull = await github.code_pull()
        row = await tried(github, 2)  # it cannot even sign in
        assert row.due > github.clock.now - DAY + HOUR
    put(github, 0.0)
    began = github.clock.now
    async with github.bot():
        await looked_over(github)
        await github.settle()
        assert github.clock.now < began + HOUR
        assert [run.title for run in pull.check_runs("Plan gate")] == ["FEAT-12 is not on main yet"]


async def test_a_silence_until_a_wrong_time_is_over_at_the_next_start(github: World) -> None:
    await github.plan_on_main()
    put(github, DAY)
    async with github.bot() as parts:
        await github.settle()
        await parts.store.pause(github.installation.id, github.clock.now + HOUR)
        pull = await github.code_pull()
        await github.sandbox.settled()
    put(github, 0.0)
    began = github.clock.now
    async with github.bot():
        await looked_over(github)
        assert await github.verdict(pull) == BLOCKED
        assert github.clock.now < began + HOUR
