"""What people write in comments, and what the bot answers."""

import pytest

from bot.sandbox.state.records import Comment
from tests.system.world import World

FREE = ("success", "FEAT-12 is Approved")


def reactions(comment: Comment) -> list[str]:
    return [reaction.content for reaction in comment.reactions]


@pytest.mark.parametrize("author", ["alice", "bob"])
async def test_check_judges_anew_whatever_is_remembered(world: World, author: str) -> None:
    """For who opened the pull request, and for who may write."""
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    run = await world.check(pull)
    run.conclusion = "failure"  # as if somebody had written over ours
    comment = await pull.comment("/plan-check", author=author)
    assert await world.verdict(pull) == FREE
    assert (await world.check(pull)).id != run.id
    assert reactions(comment) == ["eyes", "rocket"]


async def test_check_is_not_for_everybody(world: World) -> None:
    pull = await world.code_pull(None)
    await world.settle()
    comment = await pull.comment("/plan-check", author="mallory")
    await world.settle()
    assert reactions(comment) == ["eyes", "confused"]
    assert "for those with write access" in pull.comments[-1].body


async def test_check_needs_a_pull_request_that_is_open(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    await world.shop.comment(issue, "/plan-check", author="bob")
    await world.settle()
    assert "only a pull request has a check" in issue.comments[-1].body
    pull = await world.code_pull(None)
    await world.settle()
    await pull.close()
    await pull.comment("/plan-check", author="bob")
    await world.settle()
    assert "This pull request is closed" in pull.comments[-1].body


async def test_help_answers_with_the_table(world: World) -> None:
    issue = await world.shop.open_issue("How does this work?")
    comment = await world.shop.comment(issue, "/plan-help", author="mallory")
    await world.settle()
    assert reactions(comment) == ["eyes", "rocket"]
    _, answer = issue.comments
    assert "| `/plan-check` | judges the pull request anew" in answer.body


async def test_a_slip_is_answered_once_for_each_person_in_a_conversation(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    slips = [
        await world.shop.comment(issue, text, author=author)
        for text, author in (
            ("/plan-stats", "bob"),
            ("/plan-hepl", "bob"),
            ("/plan-exmpt", "carol"),
        )
    ]
    await world.settle()
    assert [reactions(slip) for slip in slips] == [["eyes", "confused"]] * 3
    answers = [one.body for one in issue.comments if one.author.login == "plan-gate[bot]"]
    assert len(answers) == 2
    assert any("Did you mean `/plan-exempt`?" in answer for answer in answers)


async def test_words_of_others_are_left_alone(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    comment = await world.shop.comment(issue, "/plan-feature soon\n/plan-approve", author="bob")
    await world.settle()
    assert reactions(comment) == []
    assert len(issue.comments) == 1


async def test_several_in_one_comment_run_in_order(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    comment = await pull.comment("/plan-status\r\n\r\n/plan-chek\r\n/plan-help", author="bob")
    await world.settle()
    assert reactions(comment) == ["eyes", "rocket", "confused"]
    kinds = [body.partition("<!-- plan-gate:")[2].split(" ")[0] for body in bodies(pull.comments)]
    assert kinds[-3:] == ["status", "unknown", "help"]


def bodies(comments: list[Comment]) -> list[str]:
    return [comment.body for comment in comments]
