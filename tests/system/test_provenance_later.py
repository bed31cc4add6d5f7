"""An approved plan changes on the trusted branch, where `approval.provenance` is enforced.

A reviewed pull request has set FEAT-12 Approved, and a pull request with code links it.
"""

import pytest

from bot.sandbox import PullRequest
from bot.sandbox.state.records import MergeMethod
from tests.plan_text import plan_text
from tests.system.world import World

PATH = "plans/FEAT-12.md"
APPROVED = plan_text(status="Approved")
TICKED = APPROVED.replace("- [ ] All task", "- [x] All task")
BROADER = APPROVED.replace("the checkout page", "the checkout page, and refunds")
ENFORCE = "approval: {provenance: enforce}\n"
GAP = "it was changed since without a review"


def pull_link(pull: PullRequest) -> str:
    """How it is shown."""
    return f"[`#{pull.number}`]({pull.url})"


async def merge_plan(
    world: World, text: str, *, reviewed: bool, method: MergeMethod = "merge"
) -> PullRequest:
    """alice proposes the plan, and an administrator merges it whatever the check says."""
    branch = f"plan-{len(world.shop.pulls)}"
    pull = await world.pull({PATH: text}, branch=branch, title="The plan")
    if reviewed:
        await pull.review("carol")
    await pull.merge("maya", method, admin=True)
    return pull


async def approved_plan(world: World, config: str = ENFORCE) -> PullRequest:
    """A pull request that the plan, as it was reviewed, lets pass."""
    await world.configure(config)
    await world.plan_on_main()
    await merge_plan(world, APPROVED, reviewed=True)
    code = await world.code_pull(branch="code")
    assert (await world.check(code)).conclusion == "success", await world.summary(code)
    return code


async def test_a_push_that_broadens_the_scope_blocks(world: World) -> None:
    code = await approved_plan(world)
    sha = await world.shop.commit("main", {PATH: BROADER}, author="mallory")
    assert (await world.check(code)).conclusion == "failure"
    summary = await world.summary(code)
    assert GAP in summary
    assert f"changed since: `Why & What` in `{sha[:12]}`" in summary


async def test_a_push_that_ticks_a_box_leaves_the_approval_standing(world: World) -> None:
    code = await approved_plan(world)
    await world.shop.commit("main", {PATH: TICKED}, author="bob")
    assert (await world.check(code)).conclusion == "success"


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_reviewed_change_is_approved_as_well(world: World, method: MergeMethod) -> None:
    code = await approved_plan(world)
    pull = await merge_plan(world, BROADER, reviewed=True, method=method)
    assert (await world.check(code)).conclusion == "success"
    assert f"changed since: `Why & What` in {pull_link(pull)}" in await world.summary(code)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_change_that_an_administrator_waved_through_blocks(
    world: World, method: MergeMethod
) -> None:
    code = await approved_plan(world)
    pull = await merge_plan(world, BROADER, reviewed=False, method=method)
    assert (await world.check(code)).conclusion == "failure"
    summary = await world.summary(code)
    assert GAP in summary
    assert f"in {pull_link(pull)}" in summary


async def test_approving_it_anew_frees_the_code(world: World) -> None:
    code = await approved_plan(world)
    await world.shop.commit("main", {PATH: BROADER}, author="mallory")
    await world.shop.commit("main", {PATH: BROADER.replace("Approved", "Draft", 1)}, author="bob")
    await merge_plan(world, BROADER, reviewed=True)
    assert (await world.check(code)).conclusion == "success"


async def test_who_counts_as_an_approver_holds_for_later_changes_too(world: World) -> None:
    code = await approved_plan(world)
    await merge_plan(world, BROADER, reviewed=True)
    assert (await world.check(code)).conclusion == "success"
    await world.configure("approval: {provenance: enforce, approvers: [dora]}\n")
    assert (await world.check(code)).conclusion == "failure"
    await world.configure("approval: {provenance: enforce, approvers: [carol]}\n")
    assert (await world.check(code)).conclusion == "success"


async def test_too_many_changes_are_not_looked_at(world: World) -> None:
    code = await approved_plan(world)
    for number in range(51):
        await world.shop.commit("main", {PATH: APPROVED if number % 2 else TICKED}, author="bob")
    assert (await world.check(code)).conclusion == "failure"
    assert "more than 50 commits touched plans/FEAT-12.md" in await world.summary(code)


async def test_judging_the_same_head_again_asks_graphql_for_nothing(world: World) -> None:
    """Nor does it cost a piece of the rate limit, but for the pull request's own state."""
    await world.configure(ENFORCE)
    await world.plan_on_main("FEAT-12")
    await merge_plan(world, APPROVED, reviewed=True)
    await merge_plan(world, BROADER, reviewed=True)
    await world.plan_on_main("FEAT-13")
    pull = await world.pull(
        {"plans/FEAT-13.md": plan_text("FEAT-13", "Approved"), "src/pay.py": "pay()\n"},
        body="Plan: FEAT-12",
    )
    await pull.review("carol")
    await pull.review("bob")
    assert (await world.check(pull)).conclusion == "success"
    seen = len(world.sandbox.requests)
    await pull.edit(title="Pay at once")
    assert (await world.check(pull)).conclusion == "success"
    asked = world.sandbox.requests[seen:]
    assert not [request for request in asked if request.path.endswith("/graphql")]
    roles = [request.path for request in asked if request.path.endswith("/permission")]
    assert len(roles) == len(set(roles)) == 2
    assert sum(request.counted for request in asked) <= 3


async def test_where_provenance_is_only_shown_nothing_more_is_read(world: World) -> None:
    code = await approved_plan(world, "mode: enforce\n")
    seen = len(world.sandbox.requests)
    await world.shop.commit("main", {PATH: BROADER}, author="mallory")
    assert (await world.check(code)).conclusion == "success"
    asked = {
        request.query["sha"]
        for request in world.sandbox.requests[seen:]
        if request.path.endswith("/commits") and "path" in request.query
    }
    assert asked == {world.shop.head("main")}
