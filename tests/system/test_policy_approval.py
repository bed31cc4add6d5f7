"""Somebody sets a plan Approved, or changes one that is: what counts as approval, and what not."""

from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.checks import CheckRun
from tests.plan_text import plan_text
from tests.system.world import World

PATH = "plans/FEAT-12.md"
DRAFT, APPROVED = plan_text(), plan_text(status="Approved")
UNREVIEWED = "FEAT-12: approval needs a review by someone other than the author"
REVISED = "FEAT-12 changes after its approval: that needs a review"
NO_PERSON = "FEAT-12: approval must be set by a person"
VALID = ("success", "FEAT-12 is valid")

Act = Callable[[World, PullRequest], Awaitable[object]]


async def flip(world: World, author: str = "alice") -> PullRequest:
    """A pull request that sets the Draft on main to Approved."""
    await world.plan_on_main()
    return await world.pull({PATH: APPROVED}, author=author)


# ── whose review counts ──────────────────────────────────────────────────────
async def nobody(_: World, __: PullRequest) -> None:
    """Nothing is said."""


async def by_a_comment(_: World, pull: PullRequest) -> None:
    review = await pull.review("bob", "COMMENTED", "LGTM")
    await pull.edit_review(review, "APPROVED")
    await pull.comment("/approve\n\nApproved.", author="bob")


async def by_the_author(_: World, pull: PullRequest) -> None:
    with pytest.raises(ValueError, match="your own pull request"):
        await pull.review("alice")


async def by_a_bot(world: World, pull: PullRequest) -> None:
    world.shop.grant("helper[bot]", "write")
    await pull.review("helper[bot]")


async def by_a_stranger(_: World, pull: PullRequest) -> None:
    await pull.review("eve")


async def by_somebody_who_triages(world: World, pull: PullRequest) -> None:
    world.shop.grant("eve", "triage")
    await pull.review("eve")


async def of_an_earlier_head(world: World, pull: PullRequest) -> None:
    await pull.review("bob")
    await world.settle()
    await world.shop.commit("patch-1", {"docs/x.txt": "1\n"}, author="alice")


async def of_a_head_that_came_back(world: World, pull: PullRequest) -> None:
    """The review was of harmless content; the push that followed is what counts."""
    approved = pull.head_sha
    await world.shop.push("patch-1", world.shop.head("main"), by="alice")
    await world.shop.commit("patch-1", {"docs/x.txt": "1\n"}, author="alice")
    await pull.review("bob")
    await world.settle()
    await world.shop.push("patch-1", approved, by="alice")


async def dismissed(_: World, pull: PullRequest) -> None:
    await pull.dismiss_review(await pull.review("bob"), by="carol")


async def taken_back(world: World, pull: PullRequest) -> None:
    await pull.review("bob")
    world.clock.now += 60
    await pull.review("bob", "CHANGES_REQUESTED")


async def by_one_who_wrote_the_plan(world: World, pull: PullRequest) -> None:
    """Mallory pushes her plan into somebody else's pull request, and approves it there."""
    world.shop.grant("mallory", "write")
    wider = APPROVED.replace("**Out of scope**: refunds", "**Out of scope**: nothing")
    await world.shop.commit("patch-1", {PATH: wider}, author="mallory")
    await pull.review("mallory")


async def by_no_approver(world: World, pull: PullRequest) -> None:
    await world.configure("approval: {approvers: [carol, '@acme/leads']}\n")
    await pull.review("bob")


async def by_one_of_two(world: World, pull: PullRequest) -> None:
    await world.configure("approval: {reviews: 2}\n")
    await pull.review("bob")
    world.clock.now += 60
    await pull.review("bob")


WANTING: dict[str, tuple[Act, str, str]] = {
    "nobody": (nobody, UNREVIEWED, "none counts"),
    "a comment": (by_a_comment, UNREVIEWED, "none counts"),
    "the author": (by_the_author, UNREVIEWED, "none counts"),
    "a Bot": (by_a_bot, UNREVIEWED, "`helper[bot]`: by a Bot"),
    "a stranger": (by_a_stranger, UNREVIEWED, "`eve`: without write permission"),
    "a triager": (by_somebody_who_triages, UNREVIEWED, "`eve`: without write permission"),
    "a stale one": (of_an_earlier_head, UNREVIEWED, "`bob`: of another commit"),
    "another head": (of_a_head_that_came_back, UNREVIEWED, "`bob`: of another commit"),
    "a dismissed one": (dismissed, UNREVIEWED, "`bob`: dismissed"),
    "one taken back": (taken_back, UNREVIEWED, "`bob`: requests changes"),
    "a writer": (by_one_who_wrote_the_plan, UNREVIEWED, "`mallory`: by somebody who wrote part"),
    "no approver": (by_no_approver, UNREVIEWED, "`bob`: not among the approvers"),
    "one of two": (by_one_of_two, UNREVIEWED.replace("a review", "2 reviews"), "1 counts"),
}


@pytest.mark.parametrize("who", WANTING)
async def test_a_review_that_does_not_count(world: World, who: str) -> None:
    act, title, said = WANTING[who]
    pull = await flip(world)
    await act(world, pull)
    assert await world.verdict(pull) == ("failure", title)
    assert said in await world.summary(pull)
    assert pull.merge_state().state == "blocked"


async def by_a_colleague(_: World, pull: PullRequest) -> None:
    await pull.review("bob")


async def after_a_dismissal(_: World, pull: PullRequest) -> None:
    await pull.dismiss_review(await pull.review("bob"), by="alice")
    await pull.review("carol")


async def by_a_team(world: World, pull: PullRequest) -> None:
    world.sandbox.add_team("acme", "leads", ["bob"])
    await world.configure("approval: {approvers: [carol, '@acme/leads']}\n")
    await pull.review("bob")


async def by_who_set_the_status(world: World, pull: PullRequest) -> None:
    """The reviewer sets the Status in Alice's pull request: two people took part."""
    await world.shop.commit("patch-1", {PATH: DRAFT}, author="alice")
    await world.shop.commit("patch-1", {PATH: APPROVED}, author="bob")
    await pull.review("bob")


COUNTING: list[Act] = [by_a_colleague, after_a_dismissal, by_a_team, by_who_set_the_status]


@pytest.mark.parametrize("act", COUNTING)
async def test_a_review_that_counts(world: World, act: Act) -> None:
    pull = await flip(world)
    await act(world, pull)
    assert await world.verdict(pull) == VALID
    assert pull.merge_state().state == "clean"


# ── who set it ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("opened_by", "set_by", "said"),
    [
        ("helper[bot]", "helper[bot]", "a Bot opened the pull request"),
        ("helper[bot]", "alice", "a Bot opened the pull request"),
        ("alice", "helper[bot]", "a Bot wrote the Status (`helper[bot]`)"),
        ("alice", "Alice <alice@nowhere.example>", "no known account wrote the Status"),
    ],
)
async def test_an_approval_that_no_person_has_set(
    world: World, opened_by: str, set_by: str, said: str
) -> None:
    await world.plan_on_main()
    await world.shop.commit("patch-1", {PATH: APPROVED}, from_="main", author=set_by)
    pull = await world.shop.open_pull_request("patch-1", title="x", author=opened_by)
    await pull.review("carol")
    assert await world.verdict(pull) == ("failure", NO_PERSON)
    assert said in await world.summary(pull)


async def test_the_policy_in_the_head_does_not_decide(world: World) -> None:
    await world.plan_on_main()
    lax = "approval: {reviews: 0, allow_bots: true}\n"
    pull = await world.pull({PATH: APPROVED, ".github/plan-gate.yml": lax}, author="helper[bot]")
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12 must be approved on main before its code",
    )


# ── changed after approval ───────────────────────────────────────────────────
MATERIAL = {
    "Title": ("One-page checkout\n", "Two-page checkout\n"),
    "Complexity": ("M — one service", "S — one service"),
    "Team": ("payments / PAY-1", "growth / PAY-1"),
    "Introduction": ("before writing any code.", "or not."),
    "Why & What": ("**Out of scope**: refunds", "**Out of scope**: nothing"),
    "Services / Modules Affected": ("| new endpoint |", "| ten endpoints |"),
    "Data Model Changes": ("Changes\n\nN/A — no schema change", "Changes\n\nN/A — one column"),
    "API Changes": ("an endpoint of the page, not public", "an endpoint for everybody"),
    "Events": ("nothing is emitted", "everything is emitted"),
    "Task Decomposition": ("add the domain entity", "drop the domain entity"),
    "Testing Strategy": ("| Unit | the entity |", "| Unit | nothing |"),
    "Security & Compliance": ("data never reaches us", "data reaches us"),
    "Rollback Plan": ("any engineer", "nobody"),
    "Open question: Which provider takes cards?": ("| Stripe |", "| Mallory |"),
    "Definition of Done": ("- [ ] Staged and smoke-tested\n", ""),
    "Appendix": ("## Definition of Done", "## Appendix\n\nMore.\n\n## Definition of Done"),
}


async def pulls_that_change(
    world: World, changes: dict[str, tuple[str, str]]
) -> dict[str, CheckRun]:
    """What the check says of pull requests that each make one change of the approved plan."""
    assert {name: APPROVED.count(old) for name, (old, _) in changes.items()} == dict.fromkeys(
        changes, 1
    )
    await world.plan_on_main(text=APPROVED)
    pulls = {
        name: await world.pull({PATH: APPROVED.replace(*change)}, branch=f"patch-{number}")
        for number, (name, change) in enumerate(changes.items())
    }
    return {name: await world.check(pull) for name, pull in pulls.items()}


async def test_changes_that_end_the_approval(world: World) -> None:
    runs = await pulls_that_change(world, MATERIAL)
    assert {part: (run.conclusion, run.title) for part, run in runs.items()} == dict.fromkeys(
        MATERIAL, ("failure", REVISED)
    )
    for part, run in runs.items():
        said = f"changes what the approval covers: `{part}`. That needs a review"
        assert said in (run.summary or "")


IMMATERIAL = {
    "a tick": ("- [ ] Staged", "- [x] Staged"),
    "an answer": ("| Stripe |", "| Stripe |\n| 2 | Which bank? | Bob | 2026-12-01 | ING |"),
    "white space": ("| shop | new endpoint | payments |", "|shop|new endpoint|payments|"),
    "a ticket": ("payments / PAY-1", "payments / [PAY-2](https://tickets.example/PAY-2)"),
    "a note": ("**Status**: Approved", "**Status**: Approved (by Bob)"),
    "a Draft": ("**Status**: Approved", "**Status**: Draft"),
}


async def test_changes_that_approval_outlives_or_that_end_it_openly(world: World) -> None:
    runs = await pulls_that_change(world, IMMATERIAL)
    assert {name: run.conclusion for name, run in runs.items()} == dict.fromkeys(
        IMMATERIAL, "success"
    )


async def test_a_change_after_approval_that_is_reviewed(world: World) -> None:
    await world.plan_on_main(text=APPROVED)
    pull = await world.pull({PATH: APPROVED.replace(*MATERIAL["Why & What"])})
    assert await world.verdict(pull) == ("failure", REVISED)
    await pull.review("bob")
    assert await world.verdict(pull) == VALID


async def test_a_stale_branch_that_never_touches_the_status(world: World) -> None:
    """The plan is approved after the branch has left; the head widens the Draft that it has."""
    await world.plan_on_main()
    pull = await world.pull({PATH: DRAFT.replace(*MATERIAL["Why & What"])})
    assert await world.verdict(pull) == VALID
    await world.plan_on_main(text=APPROVED)
    assert await world.verdict(pull) == ("failure", REVISED)
    assert "`Why & What`" in await world.summary(pull)
