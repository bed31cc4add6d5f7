"""The database goes away in the middle: deliveries are refused; after it all goes on by itself."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from bot.settings import Postgres
from bot.work.model import State
from tests.postgres import cluster
from tests.system.outages import BLOCKED, FREE, Hold, beating, row_of
from tests.system.test_healing import pass_time
from tests.system.world import World

STEPS = [
    ("GET", "/pulls"),
    ("GET", "/compare/"),
    ("POST", "/check-runs$"),
    ("POST", "/comments$"),
]


@pytest.fixture
def on_postgres(github: World, postgres: str) -> World:
    """A world whose bot, not running yet, works with PostgreSQL."""
    github.settings = replace(github.settings, database=Postgres(postgres))
    return github


async def stop(signal: str) -> None:
    """End the server: orderly, or as if the power had failed."""
    await asyncio.to_thread(cluster().stop, signal)


async def start() -> None:
    """Start it again."""
    await asyncio.to_thread(cluster().start)


async def readiness(world: World) -> tuple[int, str]:
    """What `/readyz` says to who watches."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.url}/readyz") as answer:
        return answer.status, str((await answer.json()).get("reason", ""))


def statuses(world: World, since: int) -> list[int]:
    """How the deliveries since then were answered."""
    return [delivery.status_code for delivery in world.sandbox.deliveries[since:]]


# ── PostgreSQL ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize("signal", ["INT", "QUIT"], ids=["orderly", "as by a power cut"])
async def test_while_postgres_is_down_nothing_is_promised(on_postgres: World, signal: str) -> None:
    world = on_postgres
    async with world.bot():
        await world.plan_on_main()
        pull = await world.code_pull()
        assert await world.verdict(pull) == BLOCKED
        await stop(signal)
        try:
            seen = len(world.sandbox.deliveries)
            await world.plan_on_main(status="Approved")
            await world.sandbox.settled()
            assert set(statuses(world, seen)) == {503}
            status, reason = await readiness(world)
            assert status == 503
            assert reason.startswith("store: ")
        finally:
            await start()
        assert await readiness(world) == (200, "")
        await pass_time(world)  # what was refused is asked for again
        assert await world.verdict(pull) == FREE


@pytest.mark.parametrize(
    ("signal", "method", "path"),
    [
        ("QUIT", "GET", "/pulls"),
        ("INT", "GET", "/compare/"),
        ("QUIT", "POST", "/check-runs$"),
        ("INT", "POST", "/comments$"),
    ],
)
async def test_a_run_outlives_a_restart_of_postgres(
    on_postgres: World, signal: str, method: str, path: str
) -> None:
    world, hold = on_postgres, Hold(method, path)
    async with world.bot(hold.connect):
        await world.plan_on_main()
        pull = await world.code_pull()
        await hold.reached()
        await world.sandbox.settled()
        await stop(signal)
        await start()
        world.clock.now += 1.0
        hold.let_go()
        async with beating(world):
            assert await world.verdict(pull) == BLOCKED
        assert len(pull.check_runs("Plan gate")) == 1
        assert len(pull.comments) == 1


async def test_how_a_run_ended_is_kept_once_postgres_is_back(on_postgres: World) -> None:
    """The run under way ends while there is no database to tell: it is told later."""
    world, hold = on_postgres, Hold("POST", "/comments$", answered=True)
    async with world.bot(hold.connect):
        await world.plan_on_main()
        await world.settle()
        pull = await world.code_pull()
        await hold.reached()
        await world.sandbox.settled()
        await stop("QUIT")
        try:
            hold.let_go()
            await asyncio.sleep(0.5)
        finally:
            await start()
        async with beating(world):
            await world.settle()
        assert await world.verdict(pull) == BLOCKED
        assert (await row_of(world)).state is State.IDLE
        assert len(pull.comments) == 1


@pytest.mark.parametrize(("method", "path"), STEPS)
async def test_connections_that_are_killed_in_the_middle_are_made_again(
    on_postgres: World, method: str, path: str
) -> None:
    """That of the listener, too: it takes its name again."""
    world, hold = on_postgres, Hold(method, path)
    async with world.bot(hold.connect):
        await world.plan_on_main()
        pull = await world.code_pull()
        await hold.reached()
        assert await asyncio.to_thread(kill_connections) > 1
        await pull.edit(title="Meanwhile")
        hold.let_go()
        assert await world.verdict(pull) == BLOCKED
        assert len(pull.comments) == 1
        row = await row_of(world)
        assert (row.state, row.attempts) == (State.IDLE, 0)


async def test_connections_that_are_killed_all_the_time_lose_nothing(on_postgres: World) -> None:
    """In the middle of claims, of deliveries, of locks: whatever it meets."""
    world = on_postgres
    async with world.bot():
        await world.plan_on_main()
        await world.settle()
        killed = 0
        killing = asyncio.Event()

        async def kill() -> None:
            nonlocal killed
            while not killing.is_set():
                killed += await asyncio.to_thread(kill_connections)
                await asyncio.sleep(0.1)

        async with asyncio.TaskGroup() as group:
            group.create_task(kill())
            pulls = [
                await world.pull({f"src/{n}.py": "1\n"}, branch=f"patch-{n}", body="Plan: FEAT-12")
                for n in range(4)
            ]
            await world.sandbox.settled()
            killing.set()
        assert killed > 4
        await pass_time(world)
        assert [await world.verdict(pull) for pull in pulls] == [BLOCKED] * len(pulls)
        assert all(len(pull.comments) == 1 for pull in pulls)


def kill_connections() -> int:
    """End all that Plan Gate has at the moment; say how many."""
    ended = cluster().sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'plan-gate'"
    )
    return int(ended)
