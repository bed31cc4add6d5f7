"""A merge group gets a real verdict on its own head: over all its pull requests, strictest wins."""

import pytest

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.records import MergeMethod
from tests.plan_text import plan_text
from tests.system.world import World


async def approved_pull(world: World, number: int, files: dict[str, str | None]) -> PullRequest:
    await world.plan_on_main(f"FEAT-{number}", "Approved")
    pull = await world.pull(files, branch=f"feat-{number}-x", title=f"Change {number}")
    assert await world.verdict(pull) == ("success", f"FEAT-{number} is Approved")
    return pull


@pytest.mark.parametrize("method", ["merge", "squash"])
async def test_a_group_whose_plans_are_approved_merges(world: World, method: MergeMethod) -> None:
    one = await approved_pull(world, 1, {"src/one.py": "1\n"})
    two = await approved_pull(world, 2, {"src/two.py": "2\n"})
    group = await world.shop.enqueue(one, two, method=method)
    await world.settle()
    runs = world.shop.check_runs(group.head_sha, "Plan gate")
    assert [(run.conclusion, run.title) for run in runs] == [("success", "FEAT-1 is Approved")]
    assert one.merged
    assert two.merged


async def test_a_plan_set_back_to_draft_stops_the_group(world: World) -> None:
    pull = await approved_pull(world, 1, {"src/one.py": "1\n"})
    world.sandbox.faults.webhooks.hold()
    await world.plan_on_main("FEAT-1", "Draft")  # the bot does not hear of it in time
    group = await world.shop.enqueue(pull)
    world.sandbox.faults.webhooks.release(newest_first=True)
    await world.settle()
    runs = world.shop.check_runs(group.head_sha, "Plan gate")
    assert [(run.conclusion, run.title) for run in runs] == [
        ("failure", "FEAT-1 is Draft: merging is blocked")
    ]
    assert not pull.merged


async def test_an_approval_ahead_in_the_same_group_counts(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Draft")
    approval = await world.pull({"plans/FEAT-1.md": plan_text("FEAT-1", "Approved")}, branch="ok")
    code = await world.code_pull("Plan: FEAT-1", branch="code")
    await approval.review("bob")
    assert (await world.check(approval)).conclusion == "success"
    assert (await world.check(code)).conclusion == "failure"
    group = await world.shop.enqueue(approval, code, admin=True)
    await world.settle()
    assert world.shop.check_runs(group.head_sha, "Plan gate")[0].conclusion == "success"


async def test_an_approval_that_the_code_brings_along_does_not_count(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Draft")
    files = {"plans/FEAT-1.md": plan_text("FEAT-1", "Approved"), "src/a.py": "1\n"}
    pull = await world.pull(dict(files), body="Plan: FEAT-1")
    await world.settle()
    group = await world.shop.enqueue(pull, admin=True)
    await world.settle()
    run = world.shop.check_runs(group.head_sha, "Plan gate")[0]
    assert run.conclusion == "failure"
    assert run.title == "FEAT-1 must be approved on main before its code"


async def test_a_group_that_has_merged_is_left_alone(world: World) -> None:
    one = await approved_pull(world, 1, {"src/one.py": "1\n"})
    two = await approved_pull(world, 2, {"src/two.py": "2\n"})
    group = await world.shop.enqueue(one, two)
    await world.settle()
    (run,) = world.shop.check_runs(group.head_sha, "Plan gate")
    assert one.merged
    assert two.merged
    await world.sandbox.rerequest_check_run(run)
    await world.settle()
    assert world.shop.check_runs(group.head_sha, "Plan gate") == [run]


async def test_numbers_in_commit_messages_can_only_add_to_the_group(world: World) -> None:
    """Anybody's text: numbers of issues, of nothing, and of pull requests elsewhere."""
    await world.plan_on_main("FEAT-1", "Approved")
    await world.shop.open_issue("An issue")
    other = await world.pull({"docs/x.txt": "1\n"}, branch="elsewhere")
    await other.close()
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    files = {"src/b.py": "1\n"}
    await world.shop.commit("code", files, "Merge pull request #1 from x\n\ntext")
    await world.shop.commit("code", {"src/c.py": "1\n"}, "Mend (#9999)")
    await world.shop.commit("code", {"src/d.py": "1\n"}, f"Again (#{other.number})")
    await world.settle()
    await world.shop.enqueue(pull)
    await world.settle()
    assert pull.merged


async def test_a_group_of_too_many_is_not_passed(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Approved")
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    for number in range(60):
        await world.shop.commit("code", {"src/b.py": f"{number}\n"}, f"x (#{1000 + number})")
    await world.settle()
    group = await world.shop.enqueue(pull)
    await world.settle()
    (run,) = world.shop.check_runs(group.head_sha, "Plan gate")
    assert run.conclusion == "failure"
    assert "more than 50 pull requests" in (run.title or "")


async def test_a_change_of_no_known_pull_request_stops_the_group(world: World) -> None:
    pull = await approved_pull(world, 1, {"src/one.py": "1\n"})
    world.sandbox.faults.webhooks.hold()
    group = await world.shop.enqueue(pull)
    stray = await world.shop.commit("stray", {"src/stray.py": "!\n"}, from_="main")
    held = world.sandbox.faults.webhooks
    group.head_sha = stray  # as if a pull request had joined whose commit does not name it
    held.release()
    await world.settle()
    assert not pull.merged


async def test_a_group_is_judged_again_when_its_check_is_rerun(world: World) -> None:
    pull = await approved_pull(world, 1, {"src/one.py": "1\n"})
    world.sandbox.faults.webhooks.hold()
    await world.plan_on_main("FEAT-1", "Draft")
    group = await world.shop.enqueue(pull)
    world.sandbox.faults.webhooks.release(newest_first=True)
    await world.settle()
    run = world.shop.check_runs(group.head_sha, "Plan gate")[0]
    before = len(world.sandbox.requests)
    await world.sandbox.rerequest_check_run(run)
    await world.settle()
    asked = [request.path for request in world.sandbox.requests[before:]]
    assert any(path.endswith(f"/commits/{group.head_sha}/check-runs") for path in asked)
