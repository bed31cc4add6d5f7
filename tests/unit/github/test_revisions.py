"""What is said of an approved plan's changes, however the history is twisted around them."""

import pytest

from bot.config.schema import Config
from bot.gate.facts import Branch, PlanFile, Revision
from bot.github.client import Client
from bot.github.errors import Incomplete
from bot.github.history import History
from bot.github.objects import ObjectCache
from bot.github.parsed_plans import ParsedPlans
from bot.github.plans import PlanReader
from bot.github.reader import Reader
from bot.github.revisions import MAX_REVISIONS, Revisions
from bot.sandbox import PullRequest
from bot.sandbox.state.records import MergeMethod
from tests.in_process import InProcess
from tests.sandbox.stage import Stage
from tests.unit.github.conftest import Memory
from tests.unit.github.test_history import asked, rate_limited

PATH = "plans/FEAT-12.md"
SCOPE, TITLE = "Why & What", "Title"


def plan(scope: str = "narrow", status: str = "Approved", *more: str, name: str = "Pay") -> str:
    head = [f"# Plan: FEAT-12 — {name}", "", f"**Status**: {status}", ""]
    return "\n".join([*head, "## Why & What", "", scope, "", *more]) + "\n"


TICKED = plan("narrow", "Approved", "## Definition of Done", "", "- [x] Merged")
UNTICKED = TICKED.replace("[x]", "[ ]")


class Trail:
    """A shop with a plan, and what is said of it."""

    def __init__(self, stage: Stage, client: Client, memory: Memory) -> None:
        self.stage = stage
        self.shop = stage.shop
        objects = ObjectCache(memory)
        reader = Reader(client, "acme/shop", objects)
        self.history = History(client, "acme/shop", memory, objects)
        self.plans = PlanReader(reader, ParsedPlans(InProcess()), memory, Config())
        self.revisions = Revisions(self.history, reader, self.plans, memory)
        self.reader = reader

    async def read(self, branch: str = "main", path: str = PATH) -> tuple[Revision, ...]:
        """What changed in the plan on a branch since it was set Approved."""
        at = await self.reader.read_branch(branch)
        return await self.read_of(at, await self.plan_at(at, path))

    async def plan_at(self, at: Branch, path: str = PATH) -> PlanFile:
        """The plan on a branch."""
        return (await self.plans.read_at(await self.reader.read_tree(at.tree), [path]))[path]

    async def read_of(self, at: Branch, plan: PlanFile) -> tuple[Revision, ...]:
        """What changed in *plan*, which should be the one on that branch, since."""
        proven = await self.history.read_provenance(at, plan)
        return await self.revisions.read_later(at, plan, proven.commit)

    async def pull(self, text: str | None, *, path: str = PATH) -> PullRequest:
        """alice's pull request with another plan, reviewed by carol."""
        branch = f"plan-{len(self.shop.pulls)}"
        await self.shop.commit(branch, {path: text}, author="alice", from_="main")
        pull = await self.shop.open_pull_request(branch, title="The plan")
        await pull.review("carol")
        return pull

    async def commit(self, text: str, branch: str = "main") -> str:
        """Somebody pushes a plan past everybody."""
        return await self.shop.commit(branch, {PATH: text}, author="mallory")

    async def merge_by_hand(
        self,
        text: str,
        *parents: str,
        branch: str = "main",
        committer: str = "mallory",
        brings: PullRequest | None = None,
    ) -> str:
        """Somebody makes a merge commit with any content, and forces it onto a branch.

        GitHub says that it *brings* a pull request, as it does where a merge has its head.
        """
        store = self.shop.record.store
        tree = store.edit_tree(store.commits[parents[0]].tree, {PATH: store.write_content(text)})
        world = self.shop.world
        made = store.write_commit(
            tree=tree,
            parents=parents,
            author=world.signature(world.account("mallory")),
            committer=world.signature(world.account(committer)),
            message="Merge",
        )
        await self.shop.push(branch, made.sha, by="mallory")
        if brings:
            brings.record.landed |= {made.sha}
        return made.sha


@pytest.fixture
async def trail(stage: Stage, client: Client, memory: Memory) -> Trail:
    """A draft on main, with an old scope, that carol's review and alice's merge made a plan."""
    stage.shop.grant("carol", "write")
    trail = Trail(stage, client, memory)
    await trail.commit(plan("old", "Draft"))
    await (await trail.pull(plan())).merge("alice")
    return trail


# ── what counts as a change ──────────────────────────────────────────────────
async def test_nothing_changed(trail: Trail) -> None:
    assert await trail.read() == ()


async def test_a_push_is_told_with_what_it_changes(trail: Trail) -> None:
    scope = await trail.commit(plan("wide"))
    title = await trail.commit(plan("wide", name="Repay"))
    assert await trail.read() == (Revision(title, (TITLE,)), Revision(scope, (SCOPE,)))


async def test_what_approval_leaves_open_is_no_change(trail: Trail) -> None:
    await (await trail.pull(UNTICKED)).merge("alice")
    reviewed = await trail.read()
    await trail.commit(TICKED)
    await trail.commit(TICKED + "\n\n")
    assert await trail.read() == reviewed


async def test_a_change_that_is_taken_back_was_one(trail: Trail) -> None:
    """Who goes back goes to a plan of then, and nobody said that it is still the plan."""
    wide = await trail.commit(plan("wide"))
    back = await trail.commit(plan())
    assert [each.commit for each in await trail.read()] == [back, wide]


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_a_pull_request_is_told_with_its_reviews(trail: Trail, method: MergeMethod) -> None:
    pull = await trail.pull(plan("wide"))
    await pull.merge("alice", method)
    (found,) = await trail.read()
    assert (found.parts, found.pull) == ((SCOPE,), pull.number)
    assert found.author is not None
    assert [review.by.login for review in found.reviews] == ["carol"]


# ── twisted histories ────────────────────────────────────────────────────────
async def test_a_merge_made_by_hand_is_nobodys_review(trail: Trail) -> None:
    pull = await trail.pull(TICKED)
    both = trail.shop.head("main"), pull.head_sha
    sha = await trail.merge_by_hand(plan("evil"), *both, brings=pull)
    assert pull.merged
    assert Revision(sha, (SCOPE,)) in await trail.read()


@pytest.mark.parametrize("forged", [False, True])
async def test_a_merge_that_github_made_is_its_pull_request_s(trail: Trail, forged: bool) -> None:
    """Both sides have changed a section, which git can merge. Anybody may write GitHub's name."""
    pull = await trail.pull(plan("wide"))
    await (await trail.pull(plan("long"))).merge("alice")
    both = trail.shop.head("main"), pull.head_sha
    text = plan("wide and long")
    sha = await trail.merge_by_hand(text, *both, committer="web-flow", brings=pull)
    if forged:
        trail.shop.world.unsigned.add(sha)
    found = {each.commit: each for each in await trail.read()}
    assert (found[sha].parts, found[sha].pull) == ((SCOPE,), 0 if forged else pull.number)


async def test_an_approval_in_a_merge_made_by_hand_approves_nothing(trail: Trail) -> None:
    """What the merge itself writes, the reviewers of its pull request have not seen."""
    await trail.commit(plan("old", "Draft"))
    pull = await trail.pull(plan("new", "Draft"))
    both = trail.shop.head("main"), pull.head_sha
    sha = await trail.merge_by_hand(plan("evil"), *both, brings=pull)
    (found,) = await trail.read()
    assert (found.commit, set(found.parts), found.pull) == (sha, {TITLE, SCOPE}, 0)


@pytest.mark.parametrize("order", [1, -1])
async def test_an_old_draft_does_not_come_back_through_a_merge(trail: Trail, order: int) -> None:
    """The scope is as in one parent, the Status line as in the other."""
    main = trail.shop.head("main")
    draft = trail.shop.record.store.commits[main].parents[0]
    sha = await trail.merge_by_hand(plan("old"), *[main, draft][::order])
    assert await trail.read() == (Revision(sha, (SCOPE,)),)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_side_branch_brings_nothing_past_the_approval(trail: Trail, order: int) -> None:
    """The side left before the approval, and its commit says that it is years old."""
    main = trail.shop.head("main")
    draft = trail.shop.record.store.commits[main].parents[0]
    trail.stage.clock.now -= 10**8
    await trail.shop.push("side", draft)
    side = await trail.commit(plan("evil", "Draft"), "side")
    sha = await trail.merge_by_hand(plan("evil"), *[main, side][::order])
    assert await trail.read() == (Revision(sha, (SCOPE,)),)


async def test_two_approved_sides_are_both_followed(trail: Trail) -> None:
    """Each part of the merge is as in one of them; that one's commit is told."""
    before = await trail.commit(plan("wide"))
    await trail.shop.push("side", before)
    side = await trail.commit(plan("evil"), "side")
    other = await trail.commit(plan("wide", name="Repay"))
    await trail.merge_by_hand(plan("evil", name="Repay"), other, side)
    *found, first = await trail.read()
    assert first == Revision(before, (SCOPE,))
    assert len(found) == 2
    assert set(found) == {Revision(side, (SCOPE,)), Revision(other, (TITLE,))}


async def test_a_pull_request_that_main_was_merged_into_by_hand(trail: Trail) -> None:
    """That merge is in the head that was reviewed, whoever made it."""
    pull = await trail.pull(plan("wide"))
    await (await trail.pull(plan(name="Repay"))).merge("alice")
    both = pull.head_sha, trail.shop.head("main")
    text = plan("very wide", name="Repay")
    sha = await trail.merge_by_hand(text, *both, branch=pull.record.head_ref)
    await pull.review("carol")
    await pull.merge("alice")
    found = {each.commit: each for each in await trail.read()}
    assert found[sha].parts == (SCOPE,)
    assert all(each.pull and each.reviews for each in found.values())


async def test_what_was_moved_is_new(trail: Trail) -> None:
    await trail.shop.commit("main", {PATH: None, "plans/pay.md": plan("wide")}, author="mallory")
    (found,) = await trail.read(path="plans/pay.md")
    assert (set(found.parts), found.pull) == ({TITLE, SCOPE}, 0)


async def test_what_a_reviewed_pull_request_moved_is_approved(trail: Trail) -> None:
    pull = await trail.pull(plan(), path="plans/pay.md")
    await trail.shop.commit(pull.record.head_ref, {PATH: None}, author="alice")
    await pull.review("carol")
    await pull.merge("alice", "squash")
    found = await trail.read(path="plans/pay.md")
    assert all(each.pull == pull.number and each.reviews for each in found)


async def test_a_rewritten_history_is_looked_at_anew(trail: Trail) -> None:
    """The same content, reviewed once, is forced in by a commit of somebody's own."""
    before = trail.shop.head("main")
    await (await trail.pull(plan("wide"))).merge("alice")
    assert all(each.pull for each in await trail.read())
    await trail.shop.push("main", before, by="mallory")
    sha = await trail.commit(plan("wide"))
    assert await trail.read() == (Revision(sha, (SCOPE,)),)


async def test_what_only_a_merge_group_has_is_told(trail: Trail) -> None:
    at = await trail.reader.read_branch("main")
    await trail.shop.commit("group", {PATH: plan("wide")}, from_="main")
    other = await trail.reader.read_branch("group")
    assert await trail.read_of(at, await trail.plan_at(other)) == (Revision("", (SCOPE,)),)


# ── bounds, and what is kept ─────────────────────────────────────────────────
async def test_more_commits_than_are_looked_at(trail: Trail) -> None:
    for number in range(MAX_REVISIONS):
        await trail.commit(plan("narrow", "Approved", *[""] * (number + 1)))
    assert await trail.read() == ()
    await trail.commit(TICKED)
    with pytest.raises(Incomplete, match="set it to Draft"):
        await trail.read()


async def test_what_is_known_is_asked_for_once(
    trail: Trail, stage: Stage, client: Client, memory: Memory
) -> None:
    await (await trail.pull(plan("wide"))).merge("alice")
    first = await trail.read()
    again = Trail(stage, client, memory)
    at = await again.reader.read_branch("main")
    found = await again.plan_at(at)
    before = asked(stage), rate_limited(stage)
    assert await again.read_of(at, found) == first
    assert (asked(stage), rate_limited(stage)) == before


async def test_what_no_pull_request_brought_is_asked_again(trail: Trail, memory: Memory) -> None:
    """GitHub may only not know of the merge yet."""
    await trail.commit(plan("wide"))
    first = await trail.read()
    assert not any("revisions" in kind for kind, _ in memory.kept)
    before = asked(trail.stage)
    assert await trail.read() == first
    assert asked(trail.stage) == before + 1


@pytest.mark.parametrize("spoilt", [b"", b"{", b"\xff", b"[7]", b'[{"commit": 1}]'])
async def test_a_damaged_memory_is_read_anew(trail: Trail, memory: Memory, spoilt: bytes) -> None:
    await (await trail.pull(plan("wide"))).merge("alice")
    first = await trail.read()
    (key,) = (key for key in memory.kept if "revisions" in key[0])
    memory.kept[key] = spoilt
    assert await trail.read() == first
    assert memory.kept[key] != spoilt
