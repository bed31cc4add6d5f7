"""Repositories, branches and heads move about: the verdict goes along, and nothing opens by it."""

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")
CENTRAL = "plans: {repository: acme/plans}\n"


async def newest(world: World, pull: PullRequest) -> tuple[str | None, str | None]:
    """The verdict, and that everything has come to rest without a fault."""
    verdict = await world.verdict(pull)
    assert all(not row.error for row in await world.parts.store.rows())
    return verdict


# ── the repository ───────────────────────────────────────────────────────────
async def test_a_renamed_repository_goes_on_under_its_new_name(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await world.shop.rename("store")
    await world.plan_on_main(status="Approved")
    assert await newest(world, pull) == FREE
    assert "/acme/store/blob/main/plans/FEAT-12.md" in await world.summary(pull)
    assert world.shop.check_runs(pull.head_sha)[0].external_id == "pull acme/store#1"


async def test_what_was_queued_under_the_old_name_is_done_under_the_new_one(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.webhooks.hold()
    await world.plan_on_main(status="Approved")
    await pull.edit(title="Still under the old name")
    await world.shop.rename("store")
    world.sandbox.faults.webhooks.drop(0)
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await newest(world, pull) == FREE


async def test_a_rename_that_nobody_told_of_is_noticed(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    await pull.edit(body="")
    world.sandbox.faults.webhooks.release()
    world.sandbox.faults.webhooks.drop()
    await world.shop.rename("store")
    assert await newest(world, pull) == ("failure", "No plan linked")
    keys = [row.key for row in await world.parts.store.rows()]
    assert "pull acme/store#1" in keys


async def test_a_taken_task_stays_taken_under_the_new_name(world: World) -> None:
    await world.configure("tasks: {order: error, link: error}\n")
    await world.plan_on_main(status="Approved")
    first = await world.code_pull("Plan: FEAT-12#1", branch="one")
    assert await world.verdict(first) == FREE
    await first.merge(by="bob")
    await world.settle()
    await world.shop.rename("store")
    rival = await world.pull({"src/b.py": "1\n"}, body="Plan: FEAT-12#1", branch="rival")
    assert await newest(world, rival) == ("failure", "FEAT-12#1 belongs to #1")
    second = await world.pull({"src/c.py": "1\n"}, body="Plan: FEAT-12#2", branch="two")
    assert await newest(world, second) == FREE


async def test_a_task_of_ones_own_is_not_taken_by_ones_former_name(world: World) -> None:
    await world.configure("tasks: {link: error}\n")
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull("Plan: FEAT-12#1")
    assert await world.verdict(pull) == FREE
    await world.shop.rename("a-later-name")
    assert await newest(world, pull) == FREE
    await world.shop.rename("zebra")
    await pull.edit(title="Once more")
    assert await newest(world, pull) == FREE


async def test_two_renames_told_the_wrong_way_round_lose_nothing(world: World) -> None:
    await world.configure("tasks: {link: error}\n")
    await world.plan_on_main(status="Approved")
    first = await world.code_pull("Plan: FEAT-12#1", branch="one")
    await world.settle()
    await first.merge(by="bob")
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    await world.shop.rename("store")
    await world.shop.rename("shelf")
    world.sandbox.faults.webhooks.release(newest_first=True)
    await world.settle()
    rival = await world.pull({"src/b.py": "1\n"}, body="Plan: FEAT-12#1", branch="rival")
    assert await newest(world, rival) == ("failure", "FEAT-12#1 belongs to #1")


async def test_a_transferred_repository_is_judged_by_its_new_owners_policy(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    house = world.repository("umbrella/.github")
    await world.configure("gate: {exempt_paths: ['src/**']}\n", house)
    world.sandbox.install(world.app, "umbrella")
    await world.shop.transfer("umbrella", by="maya")
    assert await newest(world, pull) == ("success", "No plan needed: only exempt files change")
    assert world.shop.check_runs(pull.head_sha)[0].external_id == "pull umbrella/shop#1"


async def test_what_the_old_owner_had_queued_is_done_for_the_new_one(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.install(world.app, "umbrella")
    world.sandbox.faults.webhooks.hold()
    await pull.edit(body="")
    await world.shop.transfer("umbrella", by="maya")
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(pull) == ("failure", "No plan linked")


# ── the repository of plans ──────────────────────────────────────────────────
async def test_renamed_plans_still_free_and_block(world: World) -> None:
    """`plans.repository` goes on naming the old name, which GitHub leads to the new one."""
    plans = world.repository("acme/plans", private=True)
    await world.configure(CENTRAL)
    await world.plan_on_main(repo=plans)
    before = await world.code_pull()
    assert await world.verdict(before) == BLOCKED
    await plans.rename("designs")
    after = await world.pull({"src/b.py": "1\n"}, body="Plan: FEAT-12", branch="after")
    await world.settle()
    await world.plan_on_main(status="Approved", repo=plans)
    assert [await newest(world, pull) for pull in (before, after)] == [FREE, FREE]
    assert "/acme/designs/blob/main/plans/FEAT-12.md" in await world.summary(after)
    await world.plan_on_main(repo=plans)
    assert [await newest(world, pull) for pull in (before, after)] == [BLOCKED, BLOCKED]


async def test_plans_that_another_owner_has_now_decide_nothing(world: World) -> None:
    plans = world.repository("acme/plans")
    await world.configure(CENTRAL)
    await world.plan_on_main(status="Approved", repo=plans)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    world.sandbox.install(world.app, "umbrella")
    await plans.transfer("umbrella", by="maya")
    await pull.edit(title="Once more")
    assert await world.verdict(pull) == ("failure", "The plans in acme/plans cannot be read")


async def test_another_default_branch_of_the_plans_decides_everywhere(world: World) -> None:
    plans = world.repository("acme/plans")
    await world.configure(CENTRAL)
    await world.plan_on_main(repo=plans)
    await plans.commit("next", {"plans/FEAT-12.md": plan_text(status="Approved")}, from_="main")
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await plans.set_default_branch("next", by="maya")
    assert await newest(world, pull) == FREE
    assert "`next` of `acme/plans`" in await world.summary(pull)


# ── the default branch ───────────────────────────────────────────────────────
async def test_a_renamed_default_branch_decides_as_before(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await world.shop.rename_branch("main", "trunk", by="maya")
    assert await newest(world, pull) == BLOCKED
    assert "on `trunk`" in await world.summary(pull)
    await world.shop.commit("trunk", {"plans/FEAT-12.md": plan_text(status="Approved")})
    assert await newest(world, pull) == FREE


async def test_another_default_branch_decides_at_once(world: World) -> None:
    await world.plan_on_main()
    approved = {"plans/FEAT-12.md": plan_text(status="Approved")}
    await world.shop.commit("next", approved, from_="main")
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await world.shop.set_default_branch("next", by="maya")
    assert await newest(world, pull) == FREE


async def test_tasks_merged_before_the_branch_was_renamed_stay_done(world: World) -> None:
    """GitHub leaves the old branch's name on what was merged."""
    await world.configure("tasks: {order: error}\n")
    await world.plan_on_main(status="Approved")
    first = await world.code_pull("Plan: FEAT-12#1", branch="one")
    await world.settle()
    await first.merge(by="bob")
    await world.shop.rename_branch("main", "trunk", by="maya")
    await world.settle()
    await first.edit(title="Add the entity")  # it is read again
    second = await world.pull(
        {"src/c.py": "1\n"}, body="Plan: FEAT-12#2", branch="two", base="trunk"
    )
    assert await newest(world, second) == FREE


# ── the pull request ─────────────────────────────────────────────────────────
@pytest.mark.parametrize("trusted", [True, False])
async def test_a_new_base_decides_if_it_is_trusted(world: World, trusted: bool) -> None:
    await world.configure(f"gate: {{base_branches: {['release/*'] if trusted else []}}}\n")
    await world.plan_on_main()
    approved = {"plans/FEAT-12.md": plan_text(status="Approved")}
    await world.shop.commit("release/1", approved, from_="main")
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    await pull.edit(base="release/1")
    assert await newest(world, pull) == (FREE if trusted else BLOCKED)
    await pull.edit(base="main")
    assert await newest(world, pull) == BLOCKED


async def test_a_fork_is_judged_like_anybody(world: World) -> None:
    await world.plan_on_main()
    fork = world.shop.fork("mallory")
    await fork.commit("main", {"plans/FEAT-12.md": plan_text(status="Approved")}, author="mallory")
    await fork.commit("patch-1", {"src/a.py": "1\n"}, from_="main", author="mallory")
    pull = await world.shop.open_pull_request(
        "mallory:patch-1", title="From a fork", body="Plan: FEAT-12", author="mallory"
    )
    assert (await world.check(pull)).conclusion == "failure"
    assert (await world.check(pull)).title == "FEAT-12 must be approved on main before its code"
    await fork.push("patch-1", world.shop.head("main"), by="mallory")
    await fork.commit("patch-1", {"src/a.py": "1\n"}, author="mallory")
    assert await newest(world, pull) == BLOCKED
    await world.plan_on_main(status="Approved")
    assert await newest(world, pull) == FREE


async def test_a_fork_that_is_gone_changes_nothing(world: World) -> None:
    await world.plan_on_main()
    fork = world.shop.fork("mallory")
    await fork.commit("patch-1", {"src/a.py": "1\n"}, from_="main", author="mallory")
    pull = await world.shop.open_pull_request(
        "mallory:patch-1", title="From a fork", body="Plan: FEAT-12", author="mallory"
    )
    assert await world.verdict(pull) == BLOCKED
    await fork.delete(by="mallory")
    await world.plan_on_main(status="Approved")
    assert await newest(world, pull) == FREE


async def test_a_forced_push_is_judged_by_what_it_leaves(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == ("failure", "No plan linked")
    await world.shop.push("patch-1", world.shop.head("main"))
    await world.shop.commit("patch-1", {"src/b.py": "1\n"}, "Add b\n\nPlan: FEAT-12\n")
    if pull.state == "closed":  # a head without a change of its own may close it
        await pull.reopen()
    assert await newest(world, pull) == FREE


async def test_a_forced_push_of_main_takes_an_approval_back(world: World) -> None:
    await world.plan_on_main()
    draft = world.shop.head("main")
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    await world.shop.push("main", draft, by="maya")
    assert (await world.check(pull)).conclusion == "failure"
    assert pull.merge_state().state == "blocked"
