"""Roles, teams, reviews, labels and comments, as the sandbox's GitHub tells them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.gate.facts import Actor, LabelAdded, Review, Role
from bot.github.accounts import as_actor
from bot.github.answers import User
from bot.github.client import Client
from bot.github.errors import Incomplete, NotFound, RateLimited, Refused, Unexpected
from bot.github.people import People
from bot.github.query_answers import Account
from bot.sandbox import PullRequest
from bot.sandbox.state.records import Role as SandboxRole
from tests.sandbox.stage import Stage

NOBODY: Sequence[str] = ()


@pytest.fixture
def people(client: Client) -> People:
    return People(client, "acme/shop")


@pytest.fixture
async def pull(stage: Stage) -> PullRequest:
    """A pull request of alice's, with a commit."""
    await stage.shop.commit("feature", {"src/a.py": "4\n"}, from_="main")
    return await stage.shop.open_pull_request("feature", title="Change it")


def asked(stage: Stage, part: str) -> int:
    """How often a path with *part* in it was asked for."""
    return sum(part in exchange.path for exchange in stage.sandbox.requests)


# ── accounts ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (None, None),
        (User("ann"), Actor("ann")),
        (User("renovate[bot]", "Bot"), Actor("renovate[bot]", bot=True)),
        (User("Copilot", "Bot"), Actor("Copilot", bot=True)),
        (User("ann[bot]", "User"), Actor("ann[bot]")),
        (User("acme", "Organization"), None),
        (User("old-ann", "Mannequin"), None),
        (Account("ann", "User"), Actor("ann")),
        (Account("renovate", "Bot"), Actor("renovate[bot]", bot=True)),
        (Account("renovate[bot]", "Bot"), Actor("renovate[bot]", bot=True)),
        (Account("acme", "Organization"), None),
        (Account("old-ann", "Mannequin"), None),
        (Account("ann", "EnterpriseUserAccount"), None),
        (Account("ann", "user"), None),
    ],
)
def test_only_users_and_apps_act(account: User | Account | None, expected: Actor | None) -> None:
    assert as_actor(account) == expected


# ── roles ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ["read", "triage", "write", "maintain", "admin"])
async def test_a_role_is_read_as_it_is(stage: Stage, people: People, role: SandboxRole) -> None:
    stage.shop.grant("ann", role)
    assert await people.read_role("ann") == Role(role)


async def test_who_is_unknown_may_do_nothing(people: People) -> None:
    assert await people.read_role("nobody-at-all") == Role.NONE


async def test_a_role_is_asked_for_once_even_at_once(stage: Stage, people: People) -> None:
    stage.shop.grant("ann", "write")
    assert set(await asyncio.gather(*(people.read_role("ann") for _ in range(20)))) == {Role.WRITE}
    assert asked(stage, "/collaborators/ann/") == 1


async def test_a_fault_is_no_role_and_is_asked_again(stage: Stage, people: People) -> None:
    stage.shop.grant("ann", "write")
    stage.sandbox.faults.fail("GET", "collaborators", 403)
    with pytest.raises(Refused):
        await people.read_role("ann")
    assert await people.read_role("ann") == Role.WRITE


# ── reviews ──────────────────────────────────────────────────────────────────
async def test_each_reviewer_counts_by_what_they_last_said(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    for login in ("ann", "bob", "cid", "dora"):
        stage.shop.grant(login, "maintain")
    await pull.review("bob", "APPROVED")
    await pull.review("bob", "COMMENTED")
    await pull.review("ann", "APPROVED")
    await pull.review("ann", "CHANGES_REQUESTED")
    await pull.review("cid", "CHANGES_REQUESTED")
    await pull.review("cid", "APPROVED")
    await pull.review("dora", "APPROVED")
    await pull.dismiss_review(await pull.review("dora", "APPROVED"))
    await pull.review("eve", "COMMENTED")
    await pull.review("plan-helper[bot]", "APPROVED")
    head = pull.head_sha
    assert await people.read_reviews(pull.number, NOBODY) == (
        Review(Actor("ann"), "CHANGES_REQUESTED", head, Role.NONE),
        Review(Actor("bob"), "APPROVED", head, Role.MAINTAIN),
        Review(Actor("cid"), "APPROVED", head, Role.MAINTAIN),
        Review(Actor("dora"), "DISMISSED", head, Role.NONE),
        Review(Actor("plan-helper[bot]", bot=True), "APPROVED", head, Role.READ),
    )
    # Only of those who approve a role is needed.
    assert asked(stage, "/collaborators/") == 3


async def test_a_review_says_of_which_head_it_was(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    before = pull.head_sha
    await pull.review("bob", "APPROVED")
    await stage.shop.commit("feature", {"src/a.py": "5\n"})
    await pull.review("cid", "APPROVED")
    found = await people.read_reviews(pull.number, NOBODY)
    assert [(one.by.login, one.commit) for one in found] == [
        ("bob", before),
        ("cid", pull.head_sha),
    ]
    assert before != pull.head_sha


async def test_every_page_of_reviews_counts(people: People, pull: PullRequest) -> None:
    await pull.review("bob", "APPROVED")
    for _ in range(100):
        await pull.review("cid", "COMMENTED")
    await pull.review("bob", "CHANGES_REQUESTED")
    (found,) = await people.read_reviews(pull.number, NOBODY)
    assert found.state == "CHANGES_REQUESTED"


# ── approvers ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("approvers", "named"),
    [
        ([], True),
        (["ann"], True),
        (["@ANN"], True),
        (["bob", "Ann"], True),
        (["an"], False),
        (["@acme/leads"], True),
        (["acme/leads"], True),
        (["@acme/others", "@acme/leads"], True),
        (["@acme/others"], False),
        (["@acme/no-such-team"], False),
        (["@no-such-org/leads"], False),
    ],
)
async def test_approvers_are_logins_and_teams(
    stage: Stage, people: People, pull: PullRequest, approvers: list[str], named: bool
) -> None:
    stage.sandbox.add_team("acme", "leads", ["ann"])
    stage.sandbox.add_team("acme", "others", ["bob"])
    await pull.review("ann", "APPROVED")
    (review,) = await people.read_reviews(pull.number, approvers)
    assert review.approver is named


async def test_only_who_approves_is_looked_for_in_teams(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    stage.sandbox.add_team("acme", "leads", ["ann"])
    await pull.review("ann", "CHANGES_REQUESTED")
    (review,) = await people.read_reviews(pull.number, ["@acme/leads"])
    assert not review.approver
    assert asked(stage, "/teams/") == 0


async def test_a_team_is_asked_about_once(stage: Stage, people: People, pull: PullRequest) -> None:
    stage.sandbox.add_team("acme", "leads", ["ann"])
    await pull.review("ann", "APPROVED")
    for _ in range(3):
        await people.read_reviews(pull.number, ["@acme/leads"])
    assert asked(stage, "/teams/leads/memberships/ann") == 1


async def test_a_team_that_may_not_be_read_is_said(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    """Without the permission nobody is known to be in it, and nobody is taken to be."""
    stage.sandbox.add_team("acme", "leads", ["ann"])
    await pull.review("ann", "APPROVED")
    stage.sandbox.faults.fail("GET", "/teams/", 403, times=9)
    with pytest.raises(Incomplete, match=r"who is in @acme/leads: grant the App “Members: read”"):
        await people.read_reviews(pull.number, ["bob", "@acme/leads"])
    # Where another name settles it, the hidden team makes no difference.
    (review,) = await people.read_reviews(pull.number, ["@acme/leads", "ann"])
    assert review.approver


async def test_a_team_behind_a_fault_is_no_answer(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    await pull.review("ann", "APPROVED")
    stage.sandbox.faults.rate_limit("primary", 9, 600, path="/teams/")
    with pytest.raises(RateLimited):
        await people.read_reviews(pull.number, ["@acme/leads"])


# ── labels ───────────────────────────────────────────────────────────────────
async def test_who_put_a_label_on_last_counts(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    stage.shop.grant("ann", "maintain")
    stage.shop.grant("bob", "triage")
    await pull.add_label("no-plan", by="ann")
    await pull.remove_label("no-plan", by="ann")
    await pull.add_label("no-plan", by="bob")
    await pull.add_label("urgent", by="ann")
    await pull.add_label("chore", by="plan-helper[bot]")
    assert await people.read_label_adders(pull.number, ["no-plan", "Urgent", "chore"]) == (
        LabelAdded("no-plan", Actor("bob"), Role.TRIAGE),
        LabelAdded("Urgent", Actor("ann"), Role.MAINTAIN),
        LabelAdded("chore", Actor("plan-helper[bot]", bot=True), Role.READ),
    )


async def test_nobody_put_on_what_is_off(stage: Stage, people: People, pull: PullRequest) -> None:
    """The label may have come back since: then the next look knows who did it."""
    stage.shop.grant("ann", "maintain")
    await pull.add_label("no-plan", by="ann")
    await pull.remove_label("no-plan", by="bob")
    assert await people.read_label_adders(pull.number, ["no-plan", "never-was"]) == (
        LabelAdded("no-plan", None, Role.NONE),
        LabelAdded("never-was", None, Role.NONE),
    )


async def test_an_old_label_is_found_behind_newer_pages(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    stage.shop.grant("ann", "maintain")
    await pull.add_label("no-plan", by="ann")
    for _ in range(60):
        await pull.add_label("noise", by="bob")
        await pull.remove_label("noise", by="bob")
    (added,) = await people.read_label_adders(pull.number, ["no-plan"])
    assert added == LabelAdded("no-plan", Actor("ann"), Role.MAINTAIN)
    assert asked(stage, "graphql") == 2
    # What the newest page tells is asked for no further.
    await People(people._client, "acme/shop").read_label_adders(pull.number, ["noise"])
    assert asked(stage, "graphql") == 3


async def test_no_labels_cost_nothing(stage: Stage, people: People, pull: PullRequest) -> None:
    assert await people.read_label_adders(pull.number, []) == ()
    assert asked(stage, "graphql") == 0


async def test_a_part_of_the_events_is_none(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    await pull.add_label("no-plan", by="ann")
    stage.sandbox.faults.break_field("repository.pullRequest.timelineItems.nodes.actor")
    with pytest.raises(Unexpected, match="a part at most: Something went wrong"):
        await people.read_label_adders(pull.number, ["no-plan"])


# ── comments ─────────────────────────────────────────────────────────────────
def node_id(comment: Any) -> str:
    return f"IC_{comment.id}"


async def test_a_comment_tells_who_edited_it(
    stage: Stage, people: People, pull: PullRequest
) -> None:
    comment = await pull.comment("/plan-status", author="ann")
    fresh = await people.read_comment(node_id(comment))
    assert (fresh.body, fresh.author, fresh.editor) == ("/plan-status", Actor("ann"), None)
    assert fresh.last_edited_at is None
    await pull.edit_comment(comment, "/plan-exempt because", by="bob")
    edited = await people.read_comment(node_id(comment))
    assert (edited.body, edited.author) == ("/plan-exempt because", Actor("ann"))
    assert edited.editor == Actor("bob")
    assert edited.created_at == fresh.created_at
    assert edited.last_edited_at is not None


async def test_a_comment_of_an_apps_is_a_bots(people: People, pull: PullRequest) -> None:
    comment = await pull.comment("/plan-status", author="plan-helper[bot]")
    assert (await people.read_comment(node_id(comment))).author == Actor("plan-helper[bot]", True)


async def test_a_comment_that_is_gone_is_not_found(people: People, pull: PullRequest) -> None:
    comment = await pull.comment("/plan-status", author="ann")
    await pull.delete_comment(comment)
    with pytest.raises(NotFound):
        await people.read_comment(node_id(comment))


async def test_another_thing_s_id_is_no_comment(stage: Stage, people: People) -> None:
    with pytest.raises(Unexpected, match="lacks what we need"):
        await people.read_comment(f"R_{stage.shop.id}")
