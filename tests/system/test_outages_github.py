"""GitHub is down, out of reach or slow: that is waited out, and then all is as it should be."""

import asyncio
from collections.abc import Callable

import pytest

from bot.sandbox.pull_request import PullRequest
from bot.work.model import Row, State
from tests.system.outages import (
    BLOCKED,
    FREE,
    HOUR,
    NO_PLAN,
    Network,
    after,
    impatient,
    row_of,
)
from tests.system.world import World


async def wait_out(
    world: World, pull: PullRequest, seconds: float, end: Callable[[], None]
) -> tuple[Row, tuple[str | None, str | None]]:
    """The pull request's row at the end of an outage, and the verdict after it."""

    async def outage() -> Row:
        await after(world, seconds)
        seen = await row_of(world)
        end()
        return seen

    ending = asyncio.create_task(outage())
    verdict = await world.verdict(pull)
    return await ending, verdict


# ── down ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("status", "seconds"), [(500, HOUR), (503, 6 * HOUR)])
async def test_after_hours_of_errors_the_verdict_comes(
    world: World, status: int, seconds: float
) -> None:
    await world.plan_on_main()
    await world.settle()
    world.sandbox.faults.fail("*", "", status=status, times=10**6)
    pull = await world.code_pull()
    seen, verdict = await wait_out(world, pull, seconds, world.sandbox.faults.clear)
    assert verdict == BLOCKED
    assert f"GitHub answered {status}" in seen.error
    assert seen.state is not State.PARKED
    assert [run.title for run in pull.check_runs("Plan gate")] == [BLOCKED[1]]  # said once


async def test_what_happens_during_an_outage_counts_after_it(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.fail("*", "", status=502, times=10**6)
    await world.plan_on_main(status="Approved")
    await pull.edit(title="Meanwhile")
    _, verdict = await wait_out(world, pull, 3 * HOUR, world.sandbox.faults.clear)
    assert verdict == FREE
    await world.plan_on_main()
    assert await world.verdict(pull) == BLOCKED


async def test_a_green_check_is_not_left_to_a_head_that_could_not_be_judged(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    world.sandbox.faults.fail("*", "", status=502, times=10**6)
    await world.shop.commit("patch-1", {"src/more.py": "1\n"})
    await asyncio.gather(world.sandbox.settled(), asyncio.sleep(0.05))
    assert pull.check_runs("Plan gate") == []
    assert pull.merge_state().state == "blocked"
    _, verdict = await wait_out(world, pull, HOUR, world.sandbox.faults.clear)
    assert verdict == FREE


# ── out of reach ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (
            "is_known",
            "github.test is not found; see GITHUB_API_URL and this machine's DNS",
        ),
        ("listens", "github.test cannot be reached; see the network, and GitHub's status page"),
    ],
)
async def test_a_network_that_was_lost_is_waited_for(github: World, lost: str, words: str) -> None:
    network = Network(github)
    async with github.bot(network.connect):
        await github.plan_on_main()
        await github.settle()
        setattr(network, lost, False)
        pull = await github.code_pull()
        seen, verdict = await wait_out(github, pull, HOUR, lambda: setattr(network, lost, True))
    assert verdict == BLOCKED
    assert words in seen.error


# ── slow ─────────────────────────────────────────────────────────────────────
async def test_reads_that_take_too_long_are_made_again(github: World) -> None:
    async with github.bot(impatient):
        await github.plan_on_main()
        await github.settle()
        github.sandbox.faults.slow("/pulls", seconds=2.0, times=2)
        pull = await github.code_pull()
        assert await github.verdict(pull) == BLOCKED
        assert (await row_of(github)).attempts == 0


@pytest.mark.parametrize("path", ["/check-runs$", "/comments$"])
async def test_a_write_of_which_nobody_hears_in_time_is_looked_for(
    github: World, path: str
) -> None:
    """It takes effect after we have given it up; whoever looks at the check sees the same."""
    async with github.bot(impatient):
        await github.plan_on_main()
        await github.settle()
        github.sandbox.faults.slow(path, seconds=2.0)
        pull = await github.code_pull(body=None)
        assert await github.verdict(pull) == NO_PLAN
        await asyncio.sleep(2.0)
        assert await github.verdict(pull) == NO_PLAN
        bodies = {comment.body for comment in pull.comments}
        assert len(bodies) == 1
        await pull.edit(body="Plan: FEAT-12")
        assert await github.verdict(pull) == BLOCKED
