"""Who can push, or rename a label, makes another's exemption their own: it exempts nobody."""

import pytest

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.records import MergeMethod
from tests.system.world import World

LABEL = "gate: {exempt_labels: [no-plan]}\n"
UNLINKED = ("failure", "No plan linked")
BY_BOT = ("success", "Exempt: dependabot[bot]")
BY_LABEL = ("success", "Exempt: label no-plan, put on by maya")


# ── labels ───────────────────────────────────────────────────────────────────
async def test_a_label_that_is_renamed_to_an_exempting_one_exempts_nobody(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await pull.add_label("bug", by="maya")
    assert await world.verdict(pull) == UNLINKED
    await world.shop.rename_label("bug", "no-plan")
    await pull.edit(title="Look again")
    assert pull.labels == ["no-plan"]
    assert await world.verdict(pull) == UNLINKED
    assert "The label `no-plan` exempts nobody" in await world.summary(pull)

    world.clock.now += 60
    await pull.remove_label("no-plan", by="maya")
    await pull.add_label("no-plan", by="maya")
    assert await world.verdict(pull) == BY_LABEL


async def test_a_label_that_is_renamed_away_and_back_has_to_be_put_on_again(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await pull.add_label("no-plan", by="maya")
    assert await world.verdict(pull) == BY_LABEL
    world.clock.now += 60
    await world.shop.rename_label("no-plan", "bug")
    await world.shop.rename_label("bug", "no-plan")
    await pull.edit(title="Look again")
    assert await world.verdict(pull) == UNLINKED


# ── merges in a Bot's name ───────────────────────────────────────────────────
@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
@pytest.mark.parametrize("forced", [True, False])
async def test_a_merge_in_a_bots_name_does_not_make_the_code_a_bots(
    world: World, method: MergeMethod, forced: bool
) -> None:
    """Alice merges her code into a branch of hers, as the Bot's, and pushes that to the Bot's."""
    one, two = [await bump(world, branch) for branch in ("bump-1", "bump-2")]
    assert await world.verdict(two) == BY_BOT
    await world.shop.create_branch("mine", from_="main" if forced else "bump-2")
    await one.edit(base="mine", by="alice")
    await world.shop.commit("bump-1", {"src/evil.py": "steal()\n"}, author="alice")
    assert await world.verdict(one) == UNLINKED
    laundered = await one.merge("alice", method, admin=True)
    await world.shop.delete_branch("mine")
    await world.shop.push("bump-2", laundered)
    assert await world.verdict(two) == UNLINKED
    assert two.merge_state().state == "blocked"


async def test_a_commit_that_a_bot_made_through_github_is_the_bots(world: World) -> None:
    """As Dependabot's are: GitHub is their committer, as it is of merges."""
    pull = await bump(world, "bump-1")
    await world.shop.push("bump-1", made_by_github(pull), by="dependabot[bot]")
    assert await world.verdict(pull) == BY_BOT


@pytest.mark.parametrize(("commits", "expected"), [(30, BY_BOT), (31, UNLINKED)])
async def test_a_bots_commits_are_looked_into_up_to_a_limit(
    world: World, commits: int, expected: tuple[str, str]
) -> None:
    for number in range(commits):
        files = {f"src/{number}.py": "1\n"}
        await world.shop.commit("bump", files, author="dependabot[bot]", from_="main")
    pull = await world.shop.open_pull_request("bump", title="Bump", author="dependabot[bot]")
    assert await world.verdict(pull) == expected


async def bump(world: World, branch: str) -> PullRequest:
    """A pull request that a Bot opens on its own."""
    files: dict[str, str | None] = {f"src/{branch}.py": "1\n"}
    return await world.pull(files, branch=branch, author="dependabot[bot]")


def made_by_github(pull: PullRequest) -> str:
    """The pull request's head anew, as its author's, with GitHub as the committer."""
    store, head = pull.repo.store, pull.repo.store.commits[pull.head_sha]
    return store.write_commit(
        tree=head.tree,
        parents=head.parents,
        author=head.author,
        committer=pull.world.signature(pull.world.account("web-flow")),
        message=head.message,
    ).sha
