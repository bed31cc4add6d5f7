"""The buttons beside our check run: who presses which, and what follows."""

import pytest

from bot.sandbox.pull_request import PullRequest
from bot.subject import Button
from tests.system.world import World

MAINTAINER, WRITER, AUTHOR = "maya", "bob", "alice"


async def press(world: World, pull: PullRequest, button: Button, by: str = WRITER) -> None:
    await world.sandbox.request_action(await world.check(pull), button, by)
    await world.settle()


async def offered(world: World, pull: PullRequest) -> list[str]:
    return [action.label for action in (await world.check(pull)).actions]


async def test_what_blocks_can_be_explained_and_exempted_and_what_passes_only_checked_again(
    world: World,
) -> None:
    await world.plan_on_main(status="Draft")
    pull = await world.code_pull()
    assert await offered(world, pull) == ["Re-check", "Explain", "Exempt…"]
    await world.plan_on_main(status="Approved")
    assert await offered(world, pull) == ["Re-check"]
    await world.configure("mode: shadow\n")
    await world.plan_on_main(status="Draft")
    assert await offered(world, pull) == ["Re-check", "Explain"]


async def test_re_check_judges_anew_whatever_is_remembered(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    run = await world.check(pull)
    run.conclusion = "failure"  # as if somebody had written over ours
    await press(world, pull, Button.RECHECK)
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")
    assert (await world.check(pull)).id != run.id


async def test_explain_shows_every_condition_in_one_comment(world: World) -> None:
    await world.plan_on_main(status="Draft")
    pull = await world.code_pull()
    await press(world, pull, Button.EXPLAIN)
    _, explanation = pull.comments
    assert "FEAT-12 is Draft" in explanation.body.splitlines()[1]
    assert "✗ It is Approved there" in explanation.body
    await press(world, pull, Button.EXPLAIN, MAINTAINER)
    await pull.edit(body="Plan: FEAT-404")
    await press(world, pull, Button.EXPLAIN)
    assert [one.id for one in pull.comments][1:] == [explanation.id]
    assert "FEAT-404" in explanation.body


async def test_a_press_that_comes_twice_is_answered_once(world: World) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    run = await world.check(pull)
    for _ in range(3):
        await world.sandbox.request_action(run, Button.EXPLAIN, WRITER)
    await world.sandbox.request_action(run, Button.EXPLAIN, MAINTAINER)
    await world.settle()
    assert len(pull.comments) == 2


async def test_a_press_beside_an_old_head_is_about_no_pull_request(world: World) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    run = await world.check(pull)
    await world.shop.commit("patch-1", {"src/more.py": "1\n"}, author="alice")
    await world.settle()
    await world.sandbox.request_action(run, Button.EXEMPT, MAINTAINER)
    await world.settle()
    assert len(pull.comments) == 1


async def test_what_follows_from_plans_elsewhere_is_not_explained(world: World) -> None:
    plans = world.repository("acme/plans", private=True)
    await world.configure("plans: {repository: acme/plans}\n")
    await world.plan_on_main(repo=plans)
    pull = await world.code_pull()
    await press(world, pull, Button.EXPLAIN)
    explanation = pull.comments[-1].body
    assert "the plans are in `acme/plans`" in explanation
    assert "FEAT-12" not in explanation


async def test_exempt_says_who_may_and_what_to_write(world: World) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    await press(world, pull, Button.EXEMPT, AUTHOR)
    await press(world, pull, Button.EXEMPT, MAINTAINER)
    _, answer = pull.comments
    assert f"**To exempt `{pull.head_sha[:7]}`**" in answer.body
    assert "/plan-exempt REASON" in answer.body
    assert (await world.check(pull)).conclusion == "failure"  # a press alone exempts nothing


@pytest.mark.parametrize("button", Button)
async def test_who_may_not_write_is_not_obeyed(world: World, button: Button) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    run = await world.check(pull)
    run.conclusion = "success"
    await press(world, pull, button, "mallory")
    assert (await world.check(pull)).id == run.id
    assert len(pull.comments) == 1


async def test_a_button_of_a_head_that_is_gone_says_nothing(world: World) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    run = await world.check(pull)
    await pull.close()
    await world.settle()
    for button in Button:
        await world.sandbox.request_action(run, button, WRITER)
    await world.settle()
    assert len(pull.comments) == 1
