"""A pull request names the task that it does: in its turn, once, and of a plan that has it."""

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

FREE = ("success", "FEAT-12 is Approved")
EARLY = ("failure", "FEAT-12#2 waits for task 1")
STRICT = "tasks: {order: error, link: error}\n"


async def task_pull(
    world: World, task: int | str, *, body: str = "", base: str = "main"
) -> PullRequest:
    """Alice does a task."""
    number = len(world.shop.pulls) + 1
    return await world.pull(
        {f"src/task_{number}.py": "done()\n"},
        branch=f"task-{number}",
        body=body or f"Plan: FEAT-12#{task}",
        base=base,
    )


async def start(world: World, config: str = STRICT) -> None:
    """A plan of two tasks is Approved, and the second depends on the first."""
    await world.configure(config)
    await world.plan_on_main(status="Approved")


# ── in its turn ──────────────────────────────────────────────────────────────
async def test_out_of_turn_is_a_word_beside_the_verdict(world: World) -> None:
    await start(world, "")
    second = await task_pull(world, 2)
    assert await world.verdict(second) == FREE
    said = await world.summary(second)
    assert "Task 2 of `FEAT-12` depends on task 1, which is not merged." in said
    assert "**Next step:** Merge task 1 of `FEAT-12` first." in said
    assert second.merge_state().state == "clean"


async def test_out_of_turn_may_go_unsaid(world: World) -> None:
    await start(world, "tasks: {order: off}\n")
    second = await task_pull(world, 2)
    assert await world.verdict(second) == FREE
    assert "depends on" not in await world.summary(second)


async def test_out_of_turn_may_be_refused(world: World) -> None:
    await start(world)
    second = await task_pull(world, 2)
    assert await world.verdict(second) == EARLY
    assert second.merge_state().state == "blocked"


async def test_the_merge_of_a_task_frees_the_next_by_itself(world: World) -> None:
    await start(world)
    second = await task_pull(world, 2)
    assert await world.verdict(second) == EARLY
    first = await task_pull(world, 1)
    assert await world.verdict(first) == FREE
    assert await world.verdict(second) == EARLY
    await first.merge(by="bob")
    assert await world.verdict(second) == FREE


async def test_a_task_that_is_closed_unmerged_frees_nothing(world: World) -> None:
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    await world.settle()
    await first.close()
    assert await world.verdict(second) == EARLY


async def test_a_task_merged_while_the_bot_was_away_frees_the_next(github: World) -> None:
    async with github.bot():
        await start(github)
        first, second = await task_pull(github, 1), await task_pull(github, 2)
        assert await github.verdict(second) == EARLY
    github.sandbox.faults.webhooks.hold()
    await first.merge(by="bob")
    async with github.bot():
        github.sandbox.faults.webhooks.release(newest_first=True)
        assert await github.verdict(second) == FREE


async def test_both_tasks_in_one_pull_request_wait_for_nobody(world: World) -> None:
    await start(world)
    both = await task_pull(world, "1, FEAT-12#2")
    assert await world.verdict(both) == FREE


async def test_a_task_line_names_a_task_of_the_plan_beside_it(world: World) -> None:
    await start(world)
    second = await task_pull(world, 2, body="Plan: FEAT-12\nTask: 2")
    assert await world.verdict(second) == EARLY
    await second.edit(body="Plan: plans/FEAT-12.md\nTask: 2")
    assert await world.verdict(second) == EARLY
    await second.edit(body="Plan: FEAT-12\nTasks: 1, 2")
    assert await world.verdict(second) == FREE


async def test_a_task_line_beside_no_plan_is_nobodys(world: World) -> None:
    await start(world)
    loose = await world.code_pull("Task: 2", title="FEAT-12: add the page")
    assert await world.verdict(loose) == FREE
    assert "`Task: 2` stands beside no plan" in await world.summary(loose)


async def test_merged_elsewhere_is_not_done(world: World) -> None:
    """Anybody may merge to a branch of their own."""
    await start(world)
    await world.shop.create_branch("mine")
    first = await task_pull(world, 1, base="mine")
    second = await task_pull(world, 2)
    await world.settle()
    await first.merge(by="alice", admin=True)
    assert first.merged
    assert await world.verdict(second) == EARLY


async def test_merged_to_a_trusted_branch_is_done(world: World) -> None:
    await start(world, f"{STRICT}gate: {{base_branches: ['release/*']}}\n")
    await world.shop.create_branch("release/1")
    first = await task_pull(world, 1, base="release/1")
    second = await task_pull(world, 2)
    assert await world.verdict(second) == EARLY
    await first.merge(by="alice")
    assert await world.verdict(second) == FREE


# ── once ─────────────────────────────────────────────────────────────────────
async def test_the_earlier_pull_request_has_the_task(world: World) -> None:
    await start(world)
    first, rival = await task_pull(world, 1), await task_pull(world, 1)
    assert await world.verdict(first) == FREE
    assert await world.verdict(rival) == ("failure", "FEAT-12#1 belongs to #1")
    said = await world.summary(rival)
    assert f"belongs to [`#1`]({world.sandbox.url}/acme/shop/pull/1), which is open." in said
    assert "Name another task of `FEAT-12`, or close the other pull request." in said


async def test_claimed_twice_is_a_word_beside_the_verdict(world: World) -> None:
    await start(world, "")
    await task_pull(world, 1)
    rival = await task_pull(world, 1)
    assert await world.verdict(rival) == FREE
    assert "belongs to [`#1`]" in await world.summary(rival)
    await world.configure("tasks: {link: off}\n")
    assert await world.verdict(rival) == FREE
    assert "belongs to" not in await world.summary(rival)


@pytest.mark.parametrize("words", ["Plan: FEAT-12#2", "Plan: FEAT-12", ""])
async def test_the_first_that_names_another_task_frees_the_second(world: World, words: str) -> None:
    await start(world)
    first, rival = await task_pull(world, 1), await task_pull(world, 1)
    assert (await world.check(rival)).conclusion == "failure"
    await first.edit(body=words)
    assert await world.verdict(rival) == FREE


async def test_the_first_that_is_closed_frees_the_second(world: World) -> None:
    await start(world)
    first, rival = await task_pull(world, 1), await task_pull(world, 1)
    assert (await world.check(rival)).conclusion == "failure"
    await first.close()
    assert await world.verdict(rival) == FREE
    await first.reopen()
    assert (await world.check(rival)).conclusion == "failure"


async def test_a_merged_pull_request_has_the_task_for_good(world: World) -> None:
    await start(world)
    early, late = await task_pull(world, 2), await task_pull(world, 1)
    await world.settle()
    await late.merge(by="bob")
    await early.edit(body="Plan: FEAT-12#1")
    assert await world.verdict(early) == ("failure", "FEAT-12#1 belongs to #2")
    assert "which was merged." in await world.summary(early)


async def test_two_that_claim_a_task_at_once_do_not_both_get_it(world: World) -> None:
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    await first.edit(body="Plan: FEAT-12#2")
    await second.edit(body="Plan: FEAT-12#1, FEAT-12#2")
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(second) == ("failure", "FEAT-12#2 belongs to #1")


# ── of a plan that has it ────────────────────────────────────────────────────
async def test_a_task_that_the_plan_does_not_have_fails(world: World) -> None:
    await start(world, "tasks: {order: off, link: off}\n")
    unknown = await task_pull(world, 7)
    assert await world.verdict(unknown) == ("failure", "FEAT-12 has no task 7")
    assert "`FEAT-12` has no task 7; its tasks: 1, 2." in await world.summary(unknown)
    more = plan_text(status="Approved").replace(
        "\n---\n\n## Testing", "| 7 | mend it | shop | 1 |\n\n---\n\n## Testing"
    )
    await world.plan_on_main(text=more)
    assert await world.verdict(unknown) == FREE


# ── what was before the bot ──────────────────────────────────────────────────
async def test_what_was_merged_before_the_bot_came_counts(github: World) -> None:
    """The first pull request that names a task has all the others read, merged ones too."""
    await start(github)
    first = await task_pull(github, 1)
    await first.merge(by="bob", admin=True)
    await (await task_pull(github, 2)).close()
    async with github.bot():
        second = await task_pull(github, 2)
        assert await github.verdict(second) == FREE
        assert "index acme/shop" in [row.key for row in await github.parts.store.rows()]


async def test_the_index_is_read_once(world: World) -> None:
    await start(world)
    await task_pull(world, 1)
    await world.settle()
    await task_pull(world, 2)
    await world.settle()
    listed = [r for r in world.sandbox.requests if r.query.get("state") == "all"]
    assert len(listed) == 1


# ── plans that speak of files and of what is merged ──────────────────────────
async def test_a_rollback_script_that_is_absent_is_a_warning(world: World) -> None:
    text = plan_text(status="Approved").replace(
        "- DB rollback: N/A — no schema change", "- DB rollback: `db/undo_12.sql`"
    )
    pull = await world.pull({"plans/FEAT-12.md": text})
    found = [(a.title, a.annotation_level) for a in (await world.check(pull)).annotations]
    assert ("R006 rollback-script-absent", "warning") in found
    await world.shop.commit("patch-1", {"db/undo_12.sql": "DROP TABLE checkouts;\n"})
    found = [(a.title, a.annotation_level) for a in (await world.check(pull)).annotations]
    assert ("R006 rollback-script-absent", "warning") not in found


async def test_a_plan_that_is_done_before_its_tasks_is_a_warning(world: World) -> None:
    await start(world)
    first = await task_pull(world, 1)
    await world.settle()
    await first.merge(by="bob")
    await world.settle()
    done = plan_text(status="Approved").replace("- [ ]", "- [x]")
    pull = await world.pull({"plans/FEAT-12.md": done})
    found = [(a.title, a.annotation_level) for a in (await world.check(pull)).annotations]
    assert ("F004 done-but-tasks-open", "warning") in found
    second = await task_pull(world, 2)
    await world.settle()
    await second.merge(by="bob")
    await world.shop.commit("patch-1", {"docs/note.txt": "all merged\n"})
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")
    found = [(a.title, a.annotation_level) for a in (await world.check(pull)).annotations]
    assert ("F004 done-but-tasks-open", "warning") not in found
