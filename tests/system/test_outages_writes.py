"""GitHub fails at exactly the write, before and after it took effect: what stands then is whole."""

from typing import Literal

import pytest

from bot.run import ATTEMPTS
from bot.sandbox.pull_request import PullRequest
from bot.work.model import State
from tests.plan_text import plan_text
from tests.system.outages import BLOCKED, FREE, NO_PLAN, row_of, tried
from tests.system.world import World

TASKS = 120  # each with a finding, so that annotations take three requests
EFFECTS = pytest.mark.parametrize("applied", [False, True], ids=["before it", "after it"])


def long_plan() -> str:
    """A plan with more findings than one request can hold."""
    lines = "".join(f"| {n} | task number {n} | shop | 9999 |\n" for n in range(3, 3 + TASKS))
    text = plan_text()
    place = text.index("\n---\n\n## Testing Strategy")
    return text[:place] + lines + text[place:]


async def propose(world: World) -> PullRequest:
    return await world.pull({"plans/FEAT-12.md": long_plan()}, branch="plan")


def lines_of(pull: PullRequest) -> list[int]:
    """The lines that are annotated, in order."""
    return sorted(each.start_line for each in pull.check_runs("Plan gate")[0].annotations)


async def expected(world: World) -> tuple[tuple[str | None, str | None], list[int]]:
    """What an undisturbed run says of the same plan."""
    depot = world.repository("acme/depot")
    calm = await world.pull({"plans/FEAT-12.md": long_plan()}, depot, branch="plan")
    return await world.verdict(calm), lines_of(calm)


@pytest.mark.parametrize(("how", "applied"), [("refused", False), ("cut off", True)])
@pytest.mark.parametrize(
    ("method", "path", "fails"),
    [
        ("POST", "/check-runs$", 1),
        ("PATCH", r"/check-runs/\d+$", 1),  # the second batch of annotations
        ("PATCH", r"/check-runs/\d+$", 4),
        ("POST", "/comments$", 2),
    ],
)
async def test_what_was_half_written_is_written_whole(
    world: World,
    method: str,
    path: str,
    fails: int,
    how: Literal["refused", "cut off"],
    applied: bool,
) -> None:
    verdict, lines = await expected(world)
    assert len(lines) > 100
    if how == "refused":
        world.sandbox.faults.fail(method, path, 502, times=fails, applied=applied)
    else:
        world.sandbox.faults.disconnect(method, path, times=fails, applied=applied)
    pull = await propose(world)
    assert await world.verdict(pull) == verdict
    assert lines_of(pull) == lines
    assert len(pull.comments) == 1
    assert (await row_of(world)).state is State.IDLE


async def test_until_all_annotations_stand_nothing_is_concluded(world: World) -> None:
    world.sandbox.faults.fail("PATCH", r"/check-runs/\d+$", 502, times=10**6)
    pull = await propose(world)
    await tried(world, 3)
    assert {run.status for run in pull.check_runs("Plan gate")} == {"in_progress"}
    assert pull.merge_state().state == "blocked"
    world.sandbox.faults.clear()
    verdict = await world.verdict(pull)
    assert verdict[0] == "failure"
    assert len(lines_of(pull)) > 100


@EFFECTS
async def test_a_comment_that_cannot_be_edited_is_no_reason_to_block(
    world: World, applied: bool
) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    (comment,) = pull.comments
    world.sandbox.faults.fail("PATCH", r"/comments/\d+$", 502, times=3, applied=applied)
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == FREE
    assert [(one.id, FREE[1] in one.body) for one in pull.comments] == [(comment.id, True)]


@EFFECTS
async def test_an_older_verdict_is_not_taken_for_the_one_that_failed(
    world: World, applied: bool
) -> None:
    """The state moves on while the write is in doubt: what counts is what is so in the end."""
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    world.sandbox.faults.fail("POST", "/check-runs$", 502, times=1, applied=applied)
    await pull.edit(body="")
    await world.sandbox.settled()
    await pull.edit(body="Plan: FEAT-12")
    assert await world.verdict(pull) == FREE
    await pull.edit(body="")
    assert await world.verdict(pull) == NO_PLAN


async def test_a_check_that_cannot_be_written_is_written_once_it_can(world: World) -> None:
    """Nobody can be told on GitHub that telling fails: so it goes on, and the row says why."""
    await world.plan_on_main()
    await world.settle()
    world.sandbox.faults.fail("POST", "/check-runs$", 500, times=10**6)
    pull = await world.code_pull()
    row = await tried(world, ATTEMPTS + 4)
    assert row.state is not State.PARKED
    assert "GitHub answered 500" in row.error
    world.sandbox.faults.clear()
    assert await world.verdict(pull) == BLOCKED
    assert len(pull.comments) == 1


async def test_where_the_permission_to_write_is_gone_the_row_says_so(world: World) -> None:
    await world.plan_on_main()
    await world.settle()
    world.sandbox.faults.fail("POST", "/check-runs$", 403, times=10**6)
    pull = await world.code_pull()
    await world.settle()
    assert pull.check_runs("Plan gate") == []
    row = await row_of(world)
    assert row.state is State.PARKED
    assert "GitHub answered 403" in row.error
    world.sandbox.faults.clear()
    assert await world.parts.store.revive(row.key)  # `plan-gate queue retry`
    assert await world.verdict(pull) == BLOCKED
