"""Approval: what is at stake, who set it, whose review counts, and how it came about."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.schema import Approval
from bot.gate.approval import (
    Counted,
    Gap,
    NoHuman,
    Revises,
    Sets,
    WhyNot,
    approvals,
    changed_parts,
    count_reviews,
    provenance_gap,
    set_by_bot,
    stake,
    unseen_parts,
)
from bot.gate.facts import Actor, Authorship, PlanChange, PlanFile, Provenance, Review, Role
from bot.plan.model import Status
from tests.plan_text import plan_text
from tests.unit.gate.reading import read

ANN, BOB, BOT = Actor("ann"), Actor("bob"), Actor("ci[bot]", bot=True)

DRAFT = plan_text()
APPROVED = plan_text(status="Approved")
UNANSWERED = plan_text(status="Approved", answer="—")
TEMPLATE = plan_text(status="Draft | Approved")
ASKED = "Open question: Which provider takes cards?"
ROW = "| 1 | Which provider takes cards? | Ann | 2026-12-01 | Stripe |\n"


def widened(text: str) -> str:
    """The plan with a wider scope."""
    return text.replace("**Out of scope**: refunds", "**Out of scope**: nothing")


def flagged(text: str) -> str:
    """The plan with another rollback plan."""
    return text.replace("`FEATURE_CHECKOUT=false`", "`FEATURE_CHECKOUT=off`")


def ticked(text: str) -> str:
    """The plan with a task done."""
    return text.replace("- [ ] All task", "- [x] All task")


def with_hidden(text: str, *layers: str) -> str:
    """The plan with an approval that nobody sees, below its header."""
    opened = [f"<!-- {layer}\n\n" if layer == "comment" else f"{layer}\n\n" for layer in layers]
    hidden = "".join(opened) + "**Status**: Approved\n"
    return text.replace("> Get Approved status", f"{hidden}\n> Get Approved status")


def moved(text: str) -> str:
    """The plan with its Status below the ticket, and a rule that ends the header there."""
    line = "**Status**: Approved\n"
    ticket = "**Team / Ticket**: payments / PAY-1\n"
    return text.replace(line, "").replace(ticket, f"{ticket}{line}\n---\n")


def change(left: str | None, base: str | None, head: str) -> PlanChange:
    """The change of those three texts."""
    left_file, base_file = (read(text) if text is not None else None for text in (left, base))
    return PlanChange(left_file, base_file, read(head))


HIDDEN = with_hidden(DRAFT, "comment", "```")


# ── what is at stake ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("left", "base", "head", "expected"),
    [
        # a plan of its own
        (None, None, DRAFT, None),
        (None, None, TEMPLATE, None),
        (None, None, APPROVED, Sets()),
        # set Approved
        (DRAFT, DRAFT, APPROVED, Sets()),
        (TEMPLATE, TEMPLATE, APPROVED, Sets()),
        (DRAFT, DRAFT, widened(APPROVED), Sets()),
        (DRAFT, None, APPROVED, Sets()),  # the trusted branch has deleted it
        (APPROVED, DRAFT, APPROVED, Sets()),  # the trusted branch has set it back
        (None, DRAFT, APPROVED, Sets()),
        # no approval before or after
        (DRAFT, DRAFT, widened(DRAFT), None),
        (TEMPLATE, TEMPLATE, DRAFT, None),
        (DRAFT, DRAFT, "no plan at all", None),
        (APPROVED, DRAFT, widened(DRAFT), None),
        # set back
        (APPROVED, APPROVED, DRAFT, None),
        (APPROVED, APPROVED, widened(DRAFT), None),
        (APPROVED, APPROVED, TEMPLATE, None),
        # changed, and left Approved
        (APPROVED, APPROVED, APPROVED, None),
        (APPROVED, APPROVED, widened(APPROVED), Revises(("Why & What",))),
        (
            APPROVED,
            APPROVED,
            flagged(widened(APPROVED)),
            Revises(("Why & What", "Rollback Plan")),
        ),
        (APPROVED, APPROVED, APPROVED.replace("| shop | 1 |", "|shop|1|"), None),
        (APPROVED, APPROVED, APPROVED.replace("- [ ]", "- [x]"), None),
        (APPROVED, APPROVED, APPROVED.replace("PAY-1", "PAY-2"), None),
        (APPROVED, APPROVED, APPROVED.replace(": Approved", ": Approved (by Bob)"), None),
        (APPROVED, APPROVED, APPROVED.replace("\n---\n\n## Events", "\n## Events"), None),
        (APPROVED, APPROVED, APPROVED.replace("FEAT-12", "FEAT-13"), Revises(("Title",))),
        # the trusted branch went on meanwhile
        (DRAFT, APPROVED, widened(DRAFT), Revises(("Why & What",))),  # git keeps its Approved
        (DRAFT, APPROVED, DRAFT, None),
        (TEMPLATE, APPROVED, widened(DRAFT), Revises(("Why & What",))),
        (APPROVED, widened(APPROVED), APPROVED, None),  # what the head never touched
        (APPROVED, widened(APPROVED), widened(APPROVED), None),  # what is there already
        (APPROVED, widened(APPROVED), flagged(APPROVED), Revises(("Rollback Plan",))),
        (DRAFT, widened(APPROVED), widened(DRAFT), None),
        (APPROVED, ticked(APPROVED), widened(DRAFT), None),  # the head takes the same line out
        (APPROVED, moved(APPROVED), widened(DRAFT), Revises(("Why & What",))),  # not where it is
        # git mixes lines of both: what hides an approval in one may be gone in the other
        (HIDDEN, HIDDEN, widened(HIDDEN), None),
        (HIDDEN, ticked(HIDDEN), widened(HIDDEN), Sets()),
        (DRAFT, ticked(DRAFT), widened(HIDDEN), Sets()),
        (HIDDEN, widened(HIDDEN), ticked(DRAFT), None),
        (DRAFT, widened(HIDDEN), ticked(DRAFT), Sets()),
        (DRAFT, DRAFT.replace("Draft", "Draft | Approved"), widened(DRAFT), None),
        (DRAFT, b"\0".decode(), widened(DRAFT), Sets()),  # it cannot be read
        (None, APPROVED, widened(APPROVED), Revises(("Why & What",))),
        (None, APPROVED, APPROVED, None),
    ],
)
def test_the_stake(
    left: str | None, base: str | None, head: str, expected: Sets | Revises | None
) -> None:
    assert stake(change(left, base, head)) == expected


@pytest.mark.parametrize(
    ("left", "base", "head", "expected"),
    [
        (DRAFT, DRAFT, APPROVED, ()),
        (None, None, APPROVED, ()),
        (DRAFT, None, APPROVED, ()),
        (DRAFT, ticked(DRAFT), APPROVED, ()),
        (DRAFT, widened(DRAFT), APPROVED, ("Why & What",)),
        (DRAFT, widened(DRAFT), widened(APPROVED), ()),  # the head has been brought up to date
        (DRAFT, flagged(DRAFT), widened(APPROVED), ("Rollback Plan",)),
        (None, widened(DRAFT), APPROVED, ("Why & What",)),
    ],
)
def test_what_was_not_there_to_be_reviewed(
    left: str | None, base: str | None, head: str, expected: tuple[str, ...]
) -> None:
    assert unseen_parts(change(left, base, head)) == expected


def test_what_a_merge_group_adds_was_not_there_either() -> None:
    flip = change(DRAFT, DRAFT, APPROVED)
    group = replace(flip, merged=read(widened(APPROVED)))
    assert unseen_parts(group) == ("Why & What",)
    assert stake(group) == Sets()
    beside = replace(change(DRAFT, DRAFT, widened(DRAFT)), merged=group.merged)
    assert stake(beside) is None  # it is the other pull request that approves


def answered(text: str) -> str:
    return plan_text(status="Approved", answer=text)


@pytest.mark.parametrize(
    ("left", "head", "parts"),
    [
        (UNANSWERED, answered("Stripe"), ()),
        (answered("TBD"), answered("Stripe, and refunds with it"), ()),
        (UNANSWERED, answered("TBD"), ()),
        (APPROVED, answered("Stripe"), ()),
        (APPROVED, answered("Paypal"), (ASKED,)),
        (APPROVED, UNANSWERED, (ASKED,)),
        (APPROVED, APPROVED.replace(ROW, ""), (ASKED,)),
        (UNANSWERED, UNANSWERED.replace(ROW.replace("Stripe", "—"), ""), (ASKED,)),
        (APPROVED, APPROVED.replace(ROW, f"{ROW}| 2 | Who pays? | Bob | 2026-12-01 | — |\n"), ()),
        (APPROVED, APPROVED.replace(ROW, f"| 1 | Who pays? | Bob | — | We |\n{ROW}"), ()),
        (APPROVED, APPROVED.replace("| Ann |", "| Bob |"), ()),
        (
            APPROVED,
            APPROVED.replace("Which provider takes", "Who takes"),
            (ASKED,),
        ),
        (APPROVED, APPROVED.replace("## Events", "## More\n\n## Events"), ("More",)),
        (APPROVED, APPROVED.replace("## Events\n\nN/A — nothing is emitted\n", ""), ("Events",)),
    ],
)
def test_what_of_an_approved_plan_is_changed(left: str, head: str, parts: tuple[str, ...]) -> None:
    assert changed_parts(change(left, left, head)) == parts
    assert changed_parts(change(left, left, left)) == ()
    assert changed_parts(change(left, head, head)) == ()


_STATUSES = [f"**Status**: {status}" for status in ("Draft", "Approved")]
_MARKS = ["<!--", "-->", "```"]
_COVERED = ["", "<!--", "", _STATUSES[0], "", "-->", "<!--", "", "```", _STATUSES[1], "```", "-->"]
_LINES = APPROVED.replace("\n\n> Get", "\n".join([*_COVERED, "", "> Get"]), 1).split("\n")
_HEADER = range(2, 6 + len(_COVERED))


def edits(side: str) -> st.SearchStrategy[dict[int, str]]:
    """Up to five lines replaced, in words of that side's own; most of them in the header."""
    words = ["", *_STATUSES, *_MARKS, f"- {side}", f"| 2 | {side} | y | 1 |", f"## {side}"]
    lines = st.sampled_from(_HEADER) | st.integers(0, len(_LINES) - 1)
    return st.dictionaries(lines, st.sampled_from(words), max_size=5)


def edited(*edits: dict[int, str]) -> PlanFile:
    """The approved plan with lines replaced."""
    lines = list(_LINES)
    for edit in edits:
        for number, line in edit.items():
            lines[number] = line
    return read("\n".join(lines))


@settings(max_examples=120)
@given(st.sampled_from([{}, {2: _STATUSES[0]}]), edits("theirs"), edits("ours"))
def test_what_merging_brings_does_not_escape(
    before: dict[int, str], theirs: dict[int, str], ours: dict[int, str]
) -> None:
    """Where nothing is at stake, the merge of both sides' edits needs no approving either.

    Heads with errors are blocked for those.
    """
    left, base, head = edited(before), edited(before, theirs), edited(before, ours)
    merged = edited(before, theirs, {n: line for n, line in ours.items() if n not in theirs})
    if stake(PlanChange(left, base, head)) is None and not head.errors:
        assert stake(PlanChange(base, base, merged)) is None


# Two pull requests that both leave it a Draft; together they uncover an approval.
_DRAFT = {2: _STATUSES[0]}
_THEIRS = dict.fromkeys([2, 5, 9, 10, 15], "")  # the other Draft instead, and one cover less
_OURS = dict.fromkeys([7, 12, 14], "")  # not that other Draft, and the other cover less


def test_what_uncovers_an_approval_is_at_stake() -> None:
    left, base, head = edited(_DRAFT), edited(_DRAFT, _THEIRS), edited(_DRAFT, _OURS)
    assert (left.status, base.status, head.status) == (Status.DRAFT,) * 3
    assert not left.errors + base.errors + head.errors
    assert edited(_DRAFT, _THEIRS, _OURS).status is Status.APPROVED
    assert stake(PlanChange(left, base, head)) == Sets()


# ── who set it ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("author", "authorship", "expected"),
    [
        (ANN, Authorship(ANN, in_pull=True), None),
        (ANN, Authorship(BOB, in_pull=True, writers=("ci[bot]",)), None),
        (BOT, Authorship(ANN, in_pull=True), NoHuman.PULL_BY_BOT),
        (BOT, None, NoHuman.PULL_BY_BOT),
        (ANN, Authorship(BOT, in_pull=True), NoHuman.SET_BY_BOT),
        (ANN, Authorship(BOT, in_pull=False), NoHuman.SET_BY_BOT),
        (ANN, Authorship(None, in_pull=True), NoHuman.SET_BY_UNKNOWN),
        (ANN, None, NoHuman.SET_BY_UNKNOWN),
        (ANN, Authorship(BOB, in_pull=False), NoHuman.SET_ELSEWHERE),
        (Actor("ci[bot]"), Authorship(Actor("x[bot]"), in_pull=True), None),  # only called so
    ],
)
def test_a_human_set_it(
    author: Actor, authorship: Authorship | None, expected: NoHuman | None
) -> None:
    flip = replace(change(DRAFT, DRAFT, APPROVED), authorship=authorship)
    assert set_by_bot(flip, author) is expected


# ── who reviewed it ──────────────────────────────────────────────────────────
HEAD = "a" * 40
OK = Review(BOB, "APPROVED", HEAD, Role.WRITE)


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        (OK, None),
        (replace(OK, role=Role.MAINTAIN), None),
        (replace(OK, role=Role.ADMIN), None),
        (replace(OK, state="CHANGES_REQUESTED"), WhyNot.CHANGES_REQUESTED),
        (replace(OK, state="DISMISSED"), WhyNot.DISMISSED),
        (replace(OK, state="COMMENTED"), WhyNot.COMMENTED),
        (replace(OK, state="PENDING"), WhyNot.COMMENTED),
        (replace(OK, state="approved"), WhyNot.COMMENTED),  # no word of GitHub's
        (replace(OK, commit="b" * 40), WhyNot.STALE),
        (replace(OK, commit=""), WhyNot.STALE),
        (replace(OK, by=ANN), WhyNot.AUTHOR),
        (replace(OK, by=Actor("ANN")), WhyNot.AUTHOR),
        (replace(OK, by=Actor("Eve")), WhyNot.WRITER),
        (replace(OK, by=BOT, role=Role.ADMIN), WhyNot.BOT),
        (replace(OK, role=Role.TRIAGE), WhyNot.NO_WRITE),
        (replace(OK, role=Role.READ), WhyNot.NO_WRITE),
        (replace(OK, role=Role.NONE), WhyNot.NO_WRITE),
        (replace(OK, approver=False), WhyNot.NO_APPROVER),
    ],
)
def test_a_review_counts_or_says_why_not(review: Review, expected: WhyNot | None) -> None:
    counted = count_reviews([review], head_sha=HEAD, author=ANN, writers=["eve"])
    assert counted == (Counted(review, expected),)
    assert approvals(counted) == (expected is None)


@pytest.mark.parametrize(
    ("reviews", "count"),
    [
        ([], 0),
        ([OK, OK], 1),
        ([OK, replace(OK, by=Actor("BOB"))], 1),
        ([OK, replace(OK, by=Actor("eve"))], 2),
        ([OK, replace(OK, commit="b" * 40)], 1),
        ([OK, replace(OK, state="COMMENTED")], 1),
        ([OK, replace(OK, state="CHANGES_REQUESTED")], 0),
        ([OK, replace(OK, by=Actor("eve"), state="CHANGES_REQUESTED")], 1),
    ],
)
def test_a_person_counts_once(reviews: list[Review], count: int) -> None:
    assert approvals(count_reviews(reviews, head_sha=HEAD, author=ANN)) == count


REVIEWS = st.lists(
    st.builds(
        Review,
        by=st.builds(Actor, st.sampled_from(["ann", "Ann", "bob", "BOB", "eve"]), st.booleans()),
        state=st.sampled_from(["APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED"]),
        commit=st.sampled_from([HEAD, "b" * 40]),
        role=st.sampled_from(Role),
        approver=st.booleans(),
    ),
    max_size=6,
)


@given(REVIEWS, st.randoms(use_true_random=False))
def test_the_order_of_reviews_plays_no_part(reviews: list[Review], random: Random) -> None:
    shuffled = random.sample(reviews, len(reviews))
    counted = count_reviews(reviews, head_sha=HEAD, author=ANN, writers=["eve"])
    assert count_reviews(shuffled, head_sha=HEAD, author=ANN, writers=["eve"]) == counted
    people = [each.review.by.login.casefold() for each in counted]
    assert people == sorted(set(people))


@given(REVIEWS)
def test_what_counts_is_a_human_with_write_permission_who_approved_this_head(
    reviews: list[Review],
) -> None:
    for review, why_not in (
        (each.review, each.why_not) for each in count_reviews(reviews, head_sha=HEAD, author=ANN)
    ):
        good = review.state == "APPROVED" and review.commit == HEAD and review.approver
        allowed = review.role in (Role.WRITE, Role.MAINTAIN, Role.ADMIN)
        other = not review.by.bot and review.by.login.casefold() != "ann"
        assert (why_not is None) <= (good and allowed and other)


# ── how it came about ────────────────────────────────────────────────────────
GOOD = Provenance(by=BOB, commit="c" * 40, pull=7, author=ANN, reviews=(OK,))


@pytest.mark.parametrize(
    ("provenance", "approval", "expected"),
    [
        (GOOD, Approval(), None),
        (None, Approval(), Gap.UNKNOWN),
        (None, Approval(reviews=0, allow_bots=True), Gap.UNKNOWN),
        (replace(GOOD, by=None), Approval(), Gap.BY_UNKNOWN),
        (replace(GOOD, by=BOT), Approval(), Gap.BY_BOT),
        (replace(GOOD, author=BOT), Approval(), Gap.BY_BOT),
        (replace(GOOD, by=BOT, author=BOT), Approval(allow_bots=True), None),
        (replace(GOOD, by=None), Approval(allow_bots=True), None),
        (replace(GOOD, by=BOT, reviews=()), Approval(allow_bots=True), Gap.UNREVIEWED),
        (replace(GOOD, pull=0, reviews=()), Approval(), Gap.NO_PULL),
        (replace(GOOD, pull=0), Approval(reviews=0), Gap.NO_PULL),
        (replace(GOOD, reviews=()), Approval(), Gap.UNREVIEWED),
        (replace(GOOD, reviews=()), Approval(reviews=0), None),
        (replace(GOOD, reviews=(replace(OK, by=BOT),)), Approval(), Gap.UNREVIEWED),
        (replace(GOOD, reviews=(replace(OK, by=ANN),)), Approval(), Gap.UNREVIEWED),
        (replace(GOOD, reviews=(replace(OK, commit="d" * 40),)), Approval(), None),
        (replace(GOOD, author=None), Approval(), None),
        (GOOD, Approval(reviews=2), Gap.UNREVIEWED),
        (
            replace(GOOD, reviews=(OK, replace(OK, by=Actor("eve")))),
            Approval(reviews=2),
            None,
        ),
    ],
)
def test_provenance(
    provenance: Provenance | None, approval: Approval, expected: Gap | None
) -> None:
    assert provenance_gap(provenance, approval) is expected


def test_the_texts_are_what_they_are_called() -> None:
    expected = {DRAFT: Status.DRAFT, APPROVED: Status.APPROVED, TEMPLATE: Status.UNSET}
    assert {text: read(text).status for text in expected} == expected
