"""What the App may reach changes in the middle: tokens, a repository, an installation, its key."""

import asyncio

import pytest

from bot.run import ATTEMPTS, REST
from bot.work.model import State
from tests.system.outages import BLOCKED, FREE, Hold, row_of, tried, until
from tests.system.test_healing import pass_time
from tests.system.test_outages_writes import long_plan
from tests.system.world import CODE, World

MIDDLE = [
    ("GET", "/pulls"),
    ("GET", "/compare/"),
    ("POST", "/check-runs$"),
    ("PATCH", r"/check-runs/\d+$"),
    ("POST", "/comments$"),
]


def since(world: World, seen: int) -> list[str]:
    """What was asked of GitHub for the installation since then."""
    paths = [request.path for request in world.sandbox.requests[seen:]]
    return [path for path in paths if not path.startswith("/app")]


# ── tokens ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("method", "path"), MIDDLE)
async def test_a_token_that_is_revoked_in_the_middle_is_replaced(
    github: World, method: str, path: str
) -> None:
    hold = Hold(method, path)
    async with github.bot(hold.connect):
        pull = await github.pull({"plans/FEAT-12.md": long_plan(), **CODE}, body="Plan: FEAT-12")
        await hold.reached()
        github.shop.world.tokens.clear()
        hold.let_go()
        run = await github.check(pull)
        assert (run.status, run.conclusion) == ("completed", "failure")
        assert len(run.annotations) > 100
        assert len(pull.comments) == 1
        assert (await row_of(github)).attempts == 0
    made = [one for one in github.sandbox.requests if one.path.endswith("/access_tokens")]
    assert len(made) == 2
    assert any(one.status == 401 for one in github.sandbox.requests)


async def test_a_key_that_is_taken_back_is_named_in_the_row(world: World) -> None:
    await world.plan_on_main()
    await world.settle()
    world.shop.world.tokens.clear()
    world.sandbox.faults.fail("*", "^/app", 401, times=10**6)
    pull = await world.code_pull()
    row = await tried(world, ATTEMPTS)
    assert row.state is State.PARKED
    assert "see APP_ID, PRIVATE_KEY and this machine's clock" in row.error
    world.sandbox.faults.clear()
    await pass_time(world)
    assert await world.verdict(pull) == BLOCKED


# ── a repository ─────────────────────────────────────────────────────────────
async def test_of_a_repository_that_is_taken_away_the_rows_say_so(github: World) -> None:
    """It waits in the queue when that happens, and is judged when it comes back."""
    hold = Hold("GET", "/compare/")
    depot = github.repository("acme/depot")
    async with github.bot(hold.connect):
        await github.plan_on_main()
        await github.settle()
        pull = await github.code_pull()
        await hold.reached()
        github.sandbox.select(github.installation, [depot])
        hold.let_go()
        await github.settle()
        assert pull.check_runs("Plan gate") == []
        row = await row_of(github)
        assert row.state is State.PARKED
        assert row.error == (
            "NotFound: GitHub answered 404: Not Found: it is gone, or the installation does not "
            "reach it"
        )
        github.sandbox.select(github.installation, [depot, github.shop])
        await pass_time(github)
        assert await github.verdict(pull) == BLOCKED


async def test_one_that_is_taken_away_keeps_no_other_waiting(world: World) -> None:
    depot = world.repository("acme/depot")
    await world.plan_on_main(repo=depot)
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    await world.code_pull()
    there = await world.code_in(depot)
    world.sandbox.select(world.installation, [depot])
    began = world.clock.now
    world.sandbox.faults.webhooks.release()
    await until(lambda: bool(there.check_runs("Plan gate")))
    assert world.clock.now < began + 60
    assert await world.verdict(there) == BLOCKED
    assert (await row_of(world)).state is State.PARKED


# ── an installation ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(("method", "path"), [("GET", "/compare/"), ("POST", "/check-runs$")])
async def test_one_that_is_suspended_in_the_middle_rests(
    github: World, method: str, path: str
) -> None:
    hold = Hold(method, path)
    async with github.bot(hold.connect):
        await github.plan_on_main()
        await github.settle()
        pull = await github.code_pull()
        await hold.reached()
        github.sandbox.suspend(github.installation)
        hold.let_go()
        await until(lambda: any(one.status == 403 for one in github.sandbox.requests))
        await github.sandbox.settled()
        seen = len(github.sandbox.requests)
        github.clock.now += REST / 2
        github.parts.store.wake.set()
        await asyncio.sleep(0.1)
        assert since(github, seen) == []
        row = await row_of(github)
        assert (row.state, row.attempts) == (State.READY, 0)
        github.sandbox.unsuspend(github.installation)
        assert await github.verdict(pull) == BLOCKED


@pytest.mark.parametrize(("method", "path"), [("GET", "/compare/"), ("POST", "/check-runs$")])
async def test_one_that_is_removed_in_the_middle_is_over_until_there_is_a_new_one(
    github: World, method: str, path: str
) -> None:
    hold = Hold(method, path)
    async with github.bot(hold.connect):
        await github.plan_on_main()
        await github.settle()
        pull = await github.code_pull()
        await hold.reached()
        github.sandbox.uninstall(github.installation)
        hold.let_go()
        await github.settle()
        assert pull.check_runs("Plan gate") == []
        row = await row_of(github)
        number = github.installation.id
        assert row.state is State.PARKED
        assert row.error == f"installation {number} is gone: who wants the App installs it again"
        again = github.sandbox.install(github.app, "acme")
        await pass_time(github)
        assert await github.verdict(pull) == BLOCKED
        assert (await row_of(github)).tenant == again.id != number


async def test_a_green_check_outlives_no_installation_that_came_back(github: World) -> None:
    """What has changed while nobody was installed is seen by the new installation."""
    async with github.bot():
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        assert await github.verdict(pull) == FREE
        github.sandbox.uninstall(github.installation)
        await github.settle()
        await github.plan_on_main()
        github.sandbox.install(github.app, "acme")
        await pass_time(github)
        assert await github.verdict(pull) == BLOCKED
