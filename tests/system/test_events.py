"""What happens makes the right pull requests be judged again, and nothing else."""

import pytest

from tests.plan_text import plan_text
from tests.system.world import World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")


async def test_a_plan_approved_on_main_frees_the_code_without_a_push(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == FREE
    await world.plan_on_main(status="Draft")
    assert await world.verdict(pull) == BLOCKED


@pytest.mark.parametrize(
    "words",
    [
        {"body": None, "title": "FEAT-12: add the page"},
        {"body": None, "branch": "feature/feat-12/page"},
        {"body": "Plan: plans/FEAT-12.md"},
    ],
)
async def test_every_way_to_link_is_woken_by_the_approval(
    world: World, words: dict[str, str]
) -> None:
    await world.plan_on_main()
    pull = await world.code_pull(**words)
    assert await world.verdict(pull) == BLOCKED
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == FREE


async def test_a_push_of_another_plan_does_not_wake_the_pull_request(world: World) -> None:
    await world.plan_on_main("FEAT-12")
    await world.plan_on_main("FEAT-13")
    pull = await world.code_pull()
    await world.settle()
    seen = len(world.sandbox.requests)
    await world.plan_on_main("FEAT-13", "Approved")
    await world.settle()
    asked = [request.path for request in world.sandbox.requests[seen:]]
    assert not [path for path in asked if path.endswith(f"/pulls/{pull.number}")]


async def test_a_forced_push_that_hides_what_was_before_wakes_all(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.fail("GET", "/git/commits/", status=404)
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == FREE


async def test_a_change_of_the_configuration_wakes_all(world: World) -> None:
    pull = await world.code_pull(body=None)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    config = "gate:\n  exempt_paths: ['src/**']\n"
    await world.shop.commit("main", {".github/plan-gate.yml": config})
    assert await world.verdict(pull) == ("success", "No plan needed: only exempt files change")
    await world.shop.commit("main", {".github/plan-gate.yml": "broken: true\n"})
    assert await world.verdict(pull) == ("failure", "Configuration error")


async def test_a_new_title_or_description_is_judged(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull(body=None)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    await pull.edit(title="FEAT-12: add the page")
    assert await world.verdict(pull) == FREE
    await pull.edit(body="Plan: FEAT-404")
    assert await world.verdict(pull) == ("failure", "FEAT-404 is not on main yet")


async def test_a_new_push_is_judged(world: World) -> None:
    pull = await world.pull({"docs/a.txt": "1\n"})
    assert (await world.check(pull)).conclusion == "success"
    await world.shop.commit("patch-1", {"src/a.py": "1\n"})
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_a_branch_that_is_not_trusted_decides_nothing(world: World) -> None:
    """A pull request to an attacker's branch with an approved plan is decided by main."""
    await world.plan_on_main()
    approved = {"plans/FEAT-12.md": plan_text(status="Approved")}
    approved |= {".github/plan-gate.yml": "gate: {exempt_paths: ['**']}\n"}
    await world.shop.commit("permissive", approved, from_="main")
    pull = await world.code_pull(base="permissive")
    brought = ("failure", "FEAT-12 must be approved on main before its code")
    assert await world.verdict(pull) == brought
    await pull.edit(base="main")
    assert await world.verdict(pull) == brought


async def test_a_trusted_branch_decides_by_its_own_plans(world: World) -> None:
    config = "gate: {base_branches: ['release/*']}\n"
    await world.shop.commit("main", {".github/plan-gate.yml": config})
    await world.plan_on_main()
    approved = {"plans/FEAT-12.md": plan_text(status="Approved")}
    await world.shop.commit("release/1", approved, from_="main")
    pull = await world.code_pull(base="release/1")
    assert await world.verdict(pull) == FREE
    await world.shop.commit("release/1", {"plans/FEAT-12.md": plan_text()})
    assert (await world.check(pull)).title == "FEAT-12 is Draft: merging is blocked"


async def test_rerun_writes_the_check_again_where_it_is_wrong(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    world.sandbox.faults.webhooks.drop(2)  # the push and its check suite are lost
    await world.plan_on_main(status="Approved")
    run = await world.check(pull)
    assert (run.conclusion, run.title) == BLOCKED
    await world.sandbox.rerequest_check_run(run)
    assert await world.verdict(pull) == FREE


async def test_rerun_all_of_a_fork_finds_the_pull_request_by_its_head(world: World) -> None:
    await world.plan_on_main()
    fork = world.shop.fork("mallory")
    sha = await fork.commit("patch-1", {"src/a.py": "1\n"}, author="mallory", from_="main")
    pull = await world.shop.open_pull_request(
        "mallory:patch-1", title="From a fork", body="Plan: FEAT-12", author="mallory"
    )
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.webhooks.drop(2)
    await world.plan_on_main(status="Approved")
    await world.settle()
    await world.sandbox.rerequest_check_suite(world.shop, sha)
    assert await world.verdict(pull) == FREE


async def test_pull_requests_that_share_a_head_get_the_strictest_verdict(world: World) -> None:
    await world.plan_on_main(status="Approved")
    first = await world.code_pull()
    assert await world.verdict(first) == FREE
    await world.shop.create_branch("other")
    second = await world.shop.open_pull_request("patch-1", "other", title="Without a plan")
    assert second.head_sha == first.head_sha
    assert await world.verdict(first) == ("failure", f"#{second.number}: No plan linked")
    assert first.merge_state().state == "blocked"
    assert [len(pull.comments) for pull in (first, second)] == [0, 1]
    await second.close()
    assert await world.verdict(first) == FREE


async def test_a_closed_pull_request_is_left_alone(world: World) -> None:
    pull = await world.code_pull()
    await world.settle()
    runs = len(pull.check_runs())
    await pull.close()
    await world.settle()
    assert len(pull.check_runs()) == runs
    await pull.reopen()
    assert (await world.check(pull)).conclusion == "failure"


async def test_ping_and_foreign_events_are_taken_and_change_nothing(world: World) -> None:
    await world.settle()
    seen = len(world.sandbox.requests)
    world.sandbox.ping(world.app)
    await world.settle()
    assert [(d.event, d.status_code) for d in world.sandbox.deliveries][-1] == ("ping", 202)
    assert len(world.sandbox.requests) == seen
