"""The comment disturbs nobody: it comes once, changes with the verdict alone, and goes quiet."""

from bot.report.comment import MARKER
from bot.sandbox.exchange import Exchange
from tests.system.world import World


def writes(world: World, since: int) -> list[Exchange]:
    """What was written as a comment."""
    return [
        one
        for one in world.sandbox.requests[since:]
        if one.method in {"POST", "PATCH"} and "/comments" in one.path
    ]


async def test_twenty_pushes_with_one_verdict_change_nothing(world: World) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    await world.settle()
    since = len(world.sandbox.requests)
    for number in range(20):
        await world.shop.commit("patch-1", {"src/more.py": f"{number}\n"}, author="alice")
        if number % 5 == 0:
            await world.settle()
    assert (await world.check(pull)).conclusion == "failure"
    assert writes(world, since) == []
    assert len(pull.comments) == 1


async def test_each_verdict_is_one_edit_of_the_one_comment(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull("Plan: FEAT-404")
    await world.settle()
    since = len(world.sandbox.requests)
    for body in ("Plan: FEAT-12", "Plan: FEAT-404") * 2:
        await pull.edit(body=body)
        await world.settle()
    assert len(writes(world, since)) == 4
    assert len(pull.comments) == 1


async def test_where_comments_are_turned_off_later_the_old_one_tells_of_no_other_day(
    world: World,
) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    await world.settle()
    await world.configure("comments: never\n")
    await world.settle()
    (comment,) = pull.comments
    assert comment.body == (
        f"{MARKER}\n**Plan Gate** comments no more here: see the check *Plan gate*."
    )
    since = len(world.sandbox.requests)
    await pull.edit(body="Nothing")
    assert (await world.check(pull)).title == "No plan linked"
    assert writes(world, since) == []
