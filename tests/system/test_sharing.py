"""Pull requests with one head commit have one check run: none passes while another must not.

GitHub names the pull requests of a commit, but none of the open ones where it is on the default
branch already: as in a release, which brings what has been merged to another branch.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.system.world import CODE, World, make_world

RELEASES = 'gate: {base_branches: ["release/*"]}\n'
FREE = ("success", "FEAT-12 is Approved")


@pytest.fixture
async def releasing(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """Two release branches with an approved plan, and code on main that they have not."""
    async with make_world(private_key, tmp_path) as world, world.bot():
        await world.configure(RELEASES)
        await world.plan_on_main(status="Approved")
        for name in ("release/1", "release/2"):
            await world.shop.create_branch(name)
        await world.shop.commit("main", CODE)
        await world.shop.create_branch("next")
        await world.settle()
        yield world


async def release(world: World, name: str, body: str = "Plan: FEAT-12") -> PullRequest:
    """Propose what is on main for a release branch."""
    return await world.shop.open_pull_request("next", name, title="Release", body=body)


async def test_what_github_does_not_list_counts_all_the_same(releasing: World) -> None:
    world = releasing
    first = await release(world, "release/1")
    assert await world.verdict(first) == FREE
    second = await release(world, "release/2", "No plan")
    blocked = ("failure", f"#{second.number}: No plan linked")
    assert await world.verdict(second) == blocked
    # Whichever of them is looked at again, the other is not forgotten.
    for pull in (first, second):
        await pull.edit(title="Look again")
        assert await world.verdict(pull) == blocked
    await second.edit(body="Plan: FEAT-12")
    assert await world.verdict(second) == FREE


async def test_one_that_is_closed_counts_no_more_until_it_is_open_again(releasing: World) -> None:
    world = releasing
    first, second = await release(world, "release/1"), await release(world, "release/2", "None")
    blocked = ("failure", f"#{second.number}: No plan linked")
    assert await world.verdict(first) == blocked
    await second.close()
    assert await world.verdict(first) == FREE
    await second.reopen()
    assert await world.verdict(first) == blocked


async def test_one_that_has_moved_on_counts_there(releasing: World) -> None:
    world = releasing
    await world.shop.create_branch("last", from_="next")
    first = await release(world, "release/1")
    second = await world.shop.open_pull_request("last", "release/2", title="Release", body="None")
    assert await world.verdict(first) == ("failure", f"#{second.number}: No plan linked")
    await world.shop.commit("last", {"src/more.py": "1\n"})
    assert await world.verdict(second) == ("failure", "No plan linked")
    await first.edit(title="Look again")
    assert await world.verdict(first) == FREE


async def test_one_from_a_fork_counts(releasing: World) -> None:
    world = releasing
    first = await release(world, "release/1")
    assert await world.verdict(first) == FREE
    world.shop.fork("mallory")
    second = await world.shop.open_pull_request(
        "mallory:next", "release/2", title="Mine", author="mallory"
    )
    assert second.head_sha == first.head_sha
    assert await world.verdict(first) == ("failure", f"#{second.number}: No plan linked")


async def test_one_that_is_retargeted_is_judged_anew(releasing: World) -> None:
    """A branch that nobody trusts is decided about by main, which has all of it already."""
    world = releasing
    await world.shop.create_branch("side", from_="release/1")
    first = await release(world, "release/1")
    second = await release(world, "side", "None")
    assert await world.verdict(first) == FREE
    await second.edit(base="release/2")
    assert await world.verdict(first) == ("failure", f"#{second.number}: No plan linked")


async def test_an_event_that_is_lost_frees_nobody(world: World) -> None:
    """The second is seen by whoever looks at the first."""
    await world.plan_on_main(status="Approved")
    first = await world.code_pull("Plan: FEAT-404")
    await world.shop.create_branch("other")
    await world.settle()
    world.sandbox.faults.webhooks.drop()
    second = await world.shop.open_pull_request("patch-1", "other", title="Without a plan")
    await first.edit(body="Plan: FEAT-12")
    assert await world.verdict(first) == ("failure", f"#{second.number}: No plan linked")


async def test_they_stay_together_under_another_name(releasing: World) -> None:
    world = releasing
    first, second = await release(world, "release/1"), await release(world, "release/2", "None")
    blocked = ("failure", f"#{second.number}: No plan linked")
    assert await world.verdict(first) == blocked
    await world.shop.rename("store")
    await world.settle()
    for pull in (first, second):
        await pull.edit(title="Look again")
        assert await world.verdict(pull) == blocked
