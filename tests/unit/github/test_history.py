"""Who wrote a plan and how it was approved, as the sandbox's GitHub tells it."""

import pytest

from bot.gate.facts import (
    Actor,
    Authorship,
    Branch,
    Commit,
    PlanFile,
    Provenance,
    Review,
    Role,
)
from bot.github.client import Client
from bot.github.errors import NotFound, RateLimited, Refused, Unexpected
from bot.github.history import History
from bot.github.objects import ObjectCache
from bot.sandbox import PullRequest
from bot.sandbox.state.records import MergeMethod
from tests.sandbox.stage import NOON, Stage
from tests.unit.github.conftest import Memory

PATH = "plans/FEAT-12.md"
STATUS_LINE = 3
AT_NOON = "2026-02-02T02:40:00Z"


def plan(status: str = "Draft", problem: str = "Old.", *more: str) -> str:
    lines = ["# Plan: FEAT-12 — Invoices", "", f"**Status**: {status}", "", problem, *more]
    return "\n".join(lines) + "\n"


@pytest.fixture
def history(client: Client, memory: Memory) -> History:
    return History(client, "acme/shop", memory, ObjectCache(memory))


def asked(stage: Stage) -> int:
    """How often GraphQL was asked."""
    return sum("graphql" in exchange.path for exchange in stage.sandbox.requests)


def rate_limited(stage: Stage) -> int:
    """How many requests cost a piece of the rate limit."""
    return sum(exchange.counted for exchange in stage.sandbox.requests)


# ── authorship ───────────────────────────────────────────────────────────────
def own(sha: str, author: str | None, *, bot: bool = False) -> Commit:
    return Commit(sha, Actor(author, bot) if author else None, verified=True, message="")


async def test_the_status_line_has_an_author_and_the_others_have_writers(
    stage: Stage, history: History
) -> None:
    shop = stage.shop
    await shop.commit("main", {PATH: plan()}, author="ann")
    flip = await shop.commit("feature", {PATH: plan("Approved")}, author="bob", from_="main")
    text = await shop.commit("feature", {PATH: plan("Approved", "New.", "More.")}, author="cid")
    commits = {flip: own(flip, "bob"), text: own(text, "cid")}
    found = await history.read_authorship(text, PATH, STATUS_LINE, commits)
    assert found == Authorship(Actor("bob"), in_pull=True, writers=("cid",))
    # As of the commit before, nobody had written anything else.
    found = await history.read_authorship(flip, PATH, STATUS_LINE, commits)
    assert found == Authorship(Actor("bob"), in_pull=True, writers=())
    assert asked(stage) == 2


async def test_a_status_that_stood_before_is_not_the_pull_request_s(
    stage: Stage, history: History
) -> None:
    await stage.shop.commit("main", {PATH: plan("Approved")}, author="ann")
    sha = await stage.shop.commit(
        "feature", {PATH: plan("Approved", "New.")}, author="bob", from_="main"
    )
    found = await history.read_authorship(sha, PATH, STATUS_LINE, {sha: own(sha, "bob")})
    assert found == Authorship(Actor("ann"), in_pull=False, writers=("bob",))


async def test_a_new_plan_is_written_by_who_sets_its_status(stage: Stage, history: History) -> None:
    """The lines around the Status count as lines of their own, though blame has one range."""
    sha = await stage.shop.commit("feature", {PATH: plan("Approved")}, author="bob", from_="main")
    found = await history.read_authorship(sha, PATH, STATUS_LINE, {sha: own(sha, "bob")})
    assert found == Authorship(Actor("bob"), in_pull=True, writers=("bob",))


async def test_what_the_commit_s_reader_knows_counts(stage: Stage, history: History) -> None:
    """Blame names no Bot, and a user by the address alone."""
    sha = await stage.shop.commit(
        "feature", {PATH: plan("Approved")}, author="helper[bot]", from_="main"
    )
    bot = {sha: own(sha, "helper[bot]", bot=True)}
    found = await history.read_authorship(sha, PATH, STATUS_LINE, bot)
    assert found == Authorship(Actor("helper[bot]", bot=True), True, ("helper[bot]",))
    unknown = {sha: own(sha, None)}
    found = await history.read_authorship(sha, PATH, STATUS_LINE, unknown)
    assert found == Authorship(None, in_pull=True, writers=())
    found = await history.read_authorship(sha, PATH, STATUS_LINE, {})
    assert found == Authorship(None, in_pull=False, writers=())


async def test_a_status_that_is_not_there_was_written_by_nobody(
    stage: Stage, history: History
) -> None:
    sha = await stage.shop.commit("main", {PATH: plan()}, author="bob")
    found = await history.read_authorship(sha, PATH, None, {sha: own(sha, "bob")})
    assert found == Authorship(None, in_pull=False, writers=("bob",))


@pytest.mark.parametrize("line", [0, 6])
async def test_a_line_that_blame_does_not_know_is_doubt(
    stage: Stage, history: History, line: int
) -> None:
    sha = await stage.shop.commit("main", {PATH: plan()})
    with pytest.raises(Unexpected, match="no line"):
        await history.read_authorship(sha, PATH, line, {})


async def test_a_commit_or_a_file_that_is_not_there_is_no_answer(
    stage: Stage, history: History
) -> None:
    with pytest.raises(Unexpected, match="lacks what we need"):
        await history.read_authorship("0" * 40, PATH, STATUS_LINE, {})
    with pytest.raises(NotFound):
        await history.read_authorship(stage.shop.head("main"), PATH, STATUS_LINE, {})


# ── provenance ───────────────────────────────────────────────────────────────
async def tip(stage: Stage) -> tuple[Branch, PlanFile]:
    """The trusted branch as it is now, and the plan on it."""
    repo = stage.shop.record
    sha = stage.shop.head("main")
    tree = repo.store.commits[sha].tree
    entry = repo.store.find(tree, PATH)
    assert entry is not None
    return Branch("main", sha, tree), PlanFile(PATH, entry.sha, status_line=STATUS_LINE)


async def propose(stage: Stage, status: str = "Approved") -> PullRequest:
    """A pull request of alice's that bob's commit sets the Status in."""
    branch = f"plan-{len(stage.shop.pulls)}"
    await stage.shop.commit(branch, {PATH: plan(status)}, author="bob", from_="main")
    return await stage.shop.open_pull_request(branch, title="Approve FEAT-12")


@pytest.mark.parametrize("method", ["merge", "rebase"])
async def test_an_approval_is_traced_to_its_pull_request(
    stage: Stage, history: History, method: MergeMethod
) -> None:
    stage.shop.grant("carol", "write")
    await stage.shop.commit("main", {PATH: plan()}, author="ann")
    pull = await propose(stage)
    await pull.review("carol", "APPROVED")
    await pull.review("dave", "APPROVED")
    await pull.merge("alice", method)
    await stage.shop.commit("main", {PATH: plan("Approved", "New.")}, author="eve")
    found = await history.read_provenance(*await tip(stage))
    assert (found.by, found.pull, found.author) == (Actor("bob"), pull.number, Actor("alice"))
    assert found.at == AT_NOON
    assert stage.clock.now == NOON
    assert found.reviews == (
        Review(Actor("carol"), "APPROVED", pull.head_sha, Role.WRITE),
        Review(Actor("dave"), "APPROVED", pull.head_sha, Role.READ),
    )


async def test_a_squashed_approval_is_traced(stage: Stage, history: History) -> None:
    pull = await propose(stage)
    merged = await pull.merge("alice", "squash")
    found = await history.read_provenance(*await tip(stage))
    assert (found.commit, found.pull) == (merged, pull.number)


async def test_only_reviews_of_the_last_head_count(stage: Stage, history: History) -> None:
    for login in ("carol", "dave", "erin"):
        stage.shop.grant(login, "write")
    pull = await propose(stage)
    await pull.review("carol", "APPROVED")
    await pull.review("erin", "APPROVED")
    await stage.shop.commit("plan-0", {"README.md": "More.\n"}, author="bob")
    await pull.review("dave", "APPROVED")
    await pull.review("erin", "CHANGES_REQUESTED")
    await pull.merge("alice")
    found = await history.read_provenance(*await tip(stage))
    assert [(one.by.login, one.state) for one in found.reviews] == [
        ("dave", "APPROVED"),
        ("erin", "CHANGES_REQUESTED"),
    ]


async def test_every_page_of_reviews_counts(stage: Stage, history: History) -> None:
    pull = await propose(stage)
    await pull.review("carol", "APPROVED")
    for _ in range(100):
        await pull.review("dave", "COMMENTED")
    await pull.review("carol", "CHANGES_REQUESTED")
    await pull.merge("alice")
    found = await history.read_provenance(*await tip(stage))
    assert [(one.by.login, one.state) for one in found.reviews] == [("carol", "CHANGES_REQUESTED")]


async def test_what_was_approved_is_asked_for_once(
    stage: Stage, client: Client, memory: Memory, history: History
) -> None:
    await (await propose(stage)).merge("alice")
    at = await tip(stage)
    first = await history.read_provenance(*at)
    before, counted = asked(stage), rate_limited(stage)
    assert await history.read_provenance(*at) == first
    anew = History(client, "acme/shop", memory, ObjectCache(memory))
    assert await anew.read_provenance(*at) == first
    assert rate_limited(stage) == counted
    # Nor does GraphQL hear of it when the branch moves and the plan does not.
    await stage.shop.commit("main", {"README.md": "More.\n"})
    assert await history.read_provenance(*await tip(stage)) == first
    assert asked(stage) == before == 3


async def test_other_content_is_traced_anew(stage: Stage, history: History) -> None:
    first = await propose(stage)
    await first.merge("alice")
    assert (await history.read_provenance(*await tip(stage))).pull == first.number
    await stage.shop.commit("main", {PATH: plan("Draft", "New.")}, author="ann")
    second = await propose(stage, "approved")
    await second.merge("alice")
    assert (await history.read_provenance(*await tip(stage))).pull == second.number


async def test_an_approval_that_was_withdrawn_does_not_come_back(
    stage: Stage, history: History
) -> None:
    """The very content that was approved, pushed past everybody after it was set to Draft."""
    stage.shop.grant("carol", "write")
    pull = await propose(stage)
    await pull.review("carol", "APPROVED")
    await pull.merge("alice")
    approved = await tip(stage)
    assert (await history.read_provenance(*approved)).pull == pull.number
    await stage.shop.commit("main", {PATH: plan("Draft")}, author="carol")
    await stage.shop.commit("main", {PATH: plan("Approved")}, author="mallory")
    again = await tip(stage)
    assert again[1] == approved[1]
    found = await history.read_provenance(*again)
    assert (found.by, found.pull, found.reviews) == (Actor("mallory"), 0, ())


@pytest.mark.parametrize("spoilt", [b"", b"{", b"\xff", b"[]", b'{"by": null}', b'{"by": 7}'])
async def test_a_damaged_memory_is_read_anew(
    stage: Stage, memory: Memory, history: History, spoilt: bytes
) -> None:
    await (await propose(stage)).merge("alice")
    at = await tip(stage)
    first = await history.read_provenance(*at)
    (key,) = memory.kept
    memory.kept[key] = spoilt
    assert await history.read_provenance(*at) == first
    assert memory.kept[key] != spoilt


async def test_a_push_past_every_pull_request_is_told(stage: Stage, history: History) -> None:
    sha = await stage.shop.commit("main", {PATH: plan("Approved")}, author="bob")
    found = await history.read_provenance(*await tip(stage))
    assert found == Provenance(Actor("bob"), sha, AT_NOON)
    # GitHub may only not know of a merge yet: that alone is asked again.
    before = asked(stage)
    assert await history.read_provenance(*await tip(stage)) == found
    assert asked(stage) == before + 1


async def test_a_pull_request_into_another_branch_approves_nothing(
    stage: Stage, history: History
) -> None:
    """Its reviewers looked at what goes into that branch, and main got it by a push."""
    await stage.shop.create_branch("side")
    await stage.shop.commit("plan-0", {PATH: plan("Approved")}, author="bob", from_="main")
    pull = await stage.shop.open_pull_request("plan-0", "side", title="Approve FEAT-12")
    await stage.shop.push("main", await pull.merge("alice"))
    found = await history.read_provenance(*await tip(stage))
    assert (found.pull, found.reviews) == (0, ())


async def test_a_bot_s_pull_request_is_a_bot_s(stage: Stage, history: History) -> None:
    """Blame names no Bot. Whom GitHub may get to know is asked for again."""
    await stage.shop.commit("plan-0", {PATH: plan("Approved")}, author="helper[bot]", from_="main")
    pull = await stage.shop.open_pull_request(
        "plan-0", title="Approve FEAT-12", author="helper[bot]"
    )
    await pull.merge("alice")
    found = await history.read_provenance(*await tip(stage))
    assert (found.by, found.author) == (None, Actor("helper[bot]", bot=True))
    before = asked(stage)
    assert (await history.read_provenance(*await tip(stage))).author == found.author
    assert asked(stage) > before


# ── what GitHub may do instead ───────────────────────────────────────────────
BLAME = "repository.object.blame"
PULLS = "repository.object.associatedPullRequests"
REVIEWS = "repository.pullRequest.reviews"


@pytest.mark.parametrize("field", [BLAME, PULLS, REVIEWS, f"{REVIEWS}.nodes.author"])
async def test_a_part_of_the_answer_is_none_and_is_not_kept(
    stage: Stage, memory: Memory, history: History, field: str
) -> None:
    pull = await propose(stage)
    await pull.review("carol", "APPROVED")
    await pull.merge("alice")
    for _ in range(3):
        stage.sandbox.faults.break_field(field)
    with pytest.raises(Unexpected, match="a part at most: Something went wrong"):
        await history.read_provenance(*await tip(stage))
    assert memory.kept == {}


async def test_a_refusal_and_a_limit_are_told(
    stage: Stage, memory: Memory, history: History
) -> None:
    await (await propose(stage)).merge("alice")
    at = await tip(stage)
    stage.sandbox.faults.break_field(BLAME, type="FORBIDDEN")
    with pytest.raises(Refused):
        await history.read_provenance(*at)
    stage.sandbox.faults.rate_limit("primary", 1, 600)
    with pytest.raises(RateLimited) as caught:
        await history.read_provenance(*at)
    assert caught.value.delay == 601
    assert memory.kept == {}
    stage.clock.now += 601
    assert (await history.read_provenance(*at)).pull
