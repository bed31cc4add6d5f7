"""Who set a plan Approved, when, in which pull request and who reviewed it: shown, or demanded."""

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

FREE = ("success", "FEAT-12 is Approved")
UNPROVEN = ("failure", "FEAT-12 is Approved, but not as the policy asks")
FAULT = ("failure", "Could not evaluate")
ENFORCE = "approval: {provenance: enforce}\n"
APPROVED = {"plans/FEAT-12.md": plan_text(status="Approved")}
SOMETHING_ELSE = {"src/more.py": "1\n"}


async def approve(
    world: World, author: str = "bob", reviewer: str | None = "carol", *, admin: bool = False
) -> PullRequest:
    """The plan is proposed as Draft, then a pull request sets it Approved and is merged."""
    await world.plan_on_main()
    approval = await world.pull(APPROVED, branch="approve", author=author)
    if reviewer:
        await approval.review(reviewer)
    await world.settle()
    await approval.merge(by="maya", admin=admin)
    return approval


def asked(world: World, operation: str) -> int:
    """How many requests asked GraphQL for that."""
    return sum(
        f"query {operation}(" in request.request_body.get("query", "")
        for request in world.sandbox.requests
        if request.method == "POST" and request.path.endswith("/graphql")
    )


# ── shown ────────────────────────────────────────────────────────────────────
async def test_the_summary_says_how_the_approval_came_about(world: World) -> None:
    approval = await approve(world)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert (
        f"is Approved on `main`, set by `bob` on 2026-02-02 in [`#{approval.number}`]"
        f"({approval.url}), reviewed by `carol`." in await world.summary(pull)
    )


async def test_where_it_is_only_shown_a_push_of_ones_own_passes(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    said = await world.summary(pull)
    assert "is Approved on `main`, set by `bob`" in said
    assert " in [`#" not in said


async def test_somebody_without_an_account_is_not_named(world: World) -> None:
    await world.shop.commit("main", APPROVED, author="Jane Doe <jane@example.org>")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert "set by" not in await world.summary(pull)


async def test_blame_is_asked_once_for_a_plan(world: World) -> None:
    await approve(world)
    await world.settle()
    before = asked(world, "ReadBlame")
    first = await world.code_pull(branch="first")
    await world.settle()
    assert asked(world, "ReadBlame") == before + 1
    second = await world.pull(SOMETHING_ELSE, body="Plan: FEAT-12", branch="second")
    await world.shop.commit("main", {"docs/guide.txt": "main moves on\n"})
    await world.shop.commit("first", SOMETHING_ELSE)
    assert [await world.verdict(pull) for pull in (first, second)] == [FREE, FREE]
    assert asked(world, "ReadBlame") == before + 1
    assert "reviewed by `carol`" in await world.summary(first)


async def test_it_is_known_after_a_restart(github: World) -> None:
    async with github.bot():
        await github.configure(ENFORCE)
        await approve(github)
        pull = await github.code_pull()
        assert await github.verdict(pull) == FREE
    before = asked(github, "ReadPullsOfCommit")
    async with github.bot():
        await github.shop.commit("patch-1", SOMETHING_ELSE)
        assert await github.verdict(pull) == FREE
        assert asked(github, "ReadPullsOfCommit") == before


@pytest.mark.parametrize("status", [500, 502, 403])
async def test_where_it_is_only_shown_an_outage_of_graphql_blocks_nothing(
    world: World, status: int
) -> None:
    await approve(world)
    await world.settle()
    world.sandbox.faults.fail("POST", "/graphql$", status=status, times=10_000)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert "set by" not in await world.summary(pull)
    world.sandbox.faults.clear()
    await world.shop.commit("patch-1", SOMETHING_ELSE)
    assert await world.verdict(pull) == FREE
    assert "reviewed by `carol`" in await world.summary(pull)


# ── demanded ─────────────────────────────────────────────────────────────────
async def test_a_reviewed_pull_request_meets_the_policy(world: World) -> None:
    await world.configure(ENFORCE)
    await approve(world)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert pull.merge_state().state == "clean"


async def test_a_push_past_every_review_does_not(world: World) -> None:
    await world.configure(ENFORCE)
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN
    said = await world.summary(pull)
    assert "no merged pull request brought it" in said
    assert "set by `bob`" in said
    await world.plan_on_main()
    assert (await world.check(pull)).title == "FEAT-12 is Draft: merging is blocked"
    again = await world.pull(APPROVED, branch="approve", author="bob")
    await again.review("carol")
    await world.settle()
    await again.merge(by="bob")
    assert await world.verdict(pull) == FREE


async def test_a_merge_past_every_review_does_not(world: World) -> None:
    await world.configure(ENFORCE)
    await approve(world, reviewer=None, admin=True)
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN
    assert "too few reviews" in await world.summary(pull)


async def test_reviews_that_do_not_count_do_not(world: World) -> None:
    """Of an outsider, of an earlier head, and one that was taken back."""
    await world.configure(ENFORCE)
    await world.plan_on_main()
    approval = await world.pull(APPROVED, branch="approve", author="bob")
    await approval.review("oscar")
    await approval.dismiss_review(await approval.review("carol"), by="maya")
    await approval.review("alice")
    await world.shop.commit("approve", {"docs/more.txt": "1\n"}, author="bob")
    await world.settle()
    await approval.merge(by="maya", admin=True)
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN


async def test_a_bot_does_not(world: World) -> None:
    world.sandbox.add_user("helper[bot]", "Bot")
    await world.configure(ENFORCE)
    await approve(world, author="helper[bot]", admin=True)
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN
    await world.configure("approval: {provenance: enforce, allow_bots: true}\n")
    assert await world.verdict(pull) == FREE


async def test_somebody_without_an_account_does_not(world: World) -> None:
    await world.configure(ENFORCE)
    await world.plan_on_main()
    await world.shop.commit("approve", APPROVED, from_="main", author="Jane <jane@example.org>")
    approval = await world.shop.open_pull_request("approve", title="Approve", author="bob")
    await approval.review("carol")
    await world.settle()
    await approval.merge(by="maya", admin=True)
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN
    assert "no known account set it" in await world.summary(pull)


async def test_named_approvers_must_have_been_among_the_reviewers(world: World) -> None:
    await world.configure(f"{ENFORCE[:-2]}, approvers: [maya]}}\n")
    await approve(world, admin=True)
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNPROVEN
    await world.configure(f"{ENFORCE[:-2]}, approvers: [maya, carol]}}\n")
    assert await world.verdict(pull) == FREE


# ── demanded, and GitHub does not say ────────────────────────────────────────
async def test_where_it_is_demanded_an_outage_of_graphql_is_retried(world: World) -> None:
    await world.configure(ENFORCE)
    await approve(world)
    await world.settle()
    world.sandbox.faults.fail("POST", "/graphql$", status=502, times=10)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE


async def test_where_it_is_demanded_a_lasting_outage_never_passes(world: World) -> None:
    await world.configure(ENFORCE)
    await approve(world)
    await world.settle()
    world.sandbox.faults.fail("POST", "/graphql$", status=502, times=10_000)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FAULT
    world.sandbox.faults.clear()
    await world.sandbox.rerequest_check_run(await world.check(pull))
    assert await world.verdict(pull) == FREE


PARTS = [
    "repository.object.blame.ranges",
    "repository.object.blame.ranges.commit.author",
    "repository.object.associatedPullRequests",
    "repository.object.associatedPullRequests.nodes.author",
    "repository.pullRequest.reviews",
    "repository.pullRequest.reviews.nodes.author",
]


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_of_an_answer_never_passes(world: World, path: str) -> None:
    await world.configure(ENFORCE)
    await approve(world)
    await world.settle()
    world.sandbox.faults.break_field(path, times=10_000)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FAULT
    world.sandbox.faults.clear()
    world.sandbox.faults.break_field(path, times=1)
    await world.sandbox.rerequest_check_run(await world.check(pull))
    assert await world.verdict(pull) == FREE


@pytest.mark.parametrize("path", PARTS)
async def test_where_it_is_only_shown_a_part_is_not_shown(world: World, path: str) -> None:
    await approve(world)
    await world.settle()
    world.sandbox.faults.break_field(path, times=10_000)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert "reviewed by" not in await world.summary(pull)


async def test_where_it_is_demanded_the_rate_limit_of_graphql_is_waited_out(world: World) -> None:
    """GitHub says so with HTTP 200."""
    await world.configure(ENFORCE)
    await approve(world)
    await world.settle()
    began = world.clock.now
    world.sandbox.faults.rate_limit("primary", retry_after=120, path="/graphql$")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert world.clock.now - began >= 120
    refused = [request for request in world.sandbox.requests if request.injected]
    assert [(request.status, request.path) for request in refused] == [(200, "/api/graphql")]
    assert all(row.attempts == 0 for row in await world.parts.store.rows())


async def test_where_it_is_only_shown_the_rate_limit_of_graphql_delays_nobody(
    world: World,
) -> None:
    await approve(world)
    await world.settle()
    began = world.clock.now
    world.sandbox.faults.rate_limit("primary", retry_after=3_600, path="/graphql$", times=99)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert "set by" not in await world.summary(pull)
    assert world.clock.now == began
