"""The explanation against the verdict: it tells nothing else, in more words."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.load import parse_config
from bot.gate.approval import Counted, Gap, WhyNot
from bot.gate.condition import Condition, FileRole, Question, Quorum, Setting, Touched, Waiting
from bot.gate.decide import decide
from bot.gate.explain import explain
from bot.gate.facts import Facts
from tests.unit.gate.build import (
    ANN,
    APPROVED,
    AUTHOR,
    BOT,
    CODE,
    DRAFT,
    EARLIER,
    EVE,
    MAIN,
    OTHER,
    PLANS_REPOSITORY,
    PROBLEM,
    RENOVATE,
    UNREADABLE_REPOSITORY,
    change,
    changed,
    claim,
    commit,
    exemption,
    flip,
    label,
    plan,
    proof,
    pull,
    review,
)
from tests.unit.gate.test_decide import ROWS

FACTS = {name: facts for name, (facts, _) in ROWS.items() if isinstance(facts, Facts)}


def walk(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    for condition in conditions:
        yield condition
        yield from walk(condition.children)


def failed(facts: Facts) -> list[Question]:
    """The questions at the ends of the tree that keep it from merging."""
    return [
        each.question
        for each in walk(explain(facts))
        if each.needed and each.held is False and not any(c.needed for c in each.children)
    ]


def agrees(facts: Facts) -> bool:
    blocked = decide(facts).blocked
    at_top = any(each.needed and each.held is False for each in explain(facts))
    return bool(failed(facts)) == at_top == blocked


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS.keys())
def test_it_agrees_with_every_row_of_the_table(facts: Facts) -> None:
    assert agrees(facts)


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS.keys())
def test_what_is_above_holds_where_all_that_it_needs_does(facts: Facts) -> None:
    for each in walk(explain(facts)):
        needed = [child.held for child in each.children if child.needed]
        if needed and each.held is not None:
            assert each.held == (False not in needed)


# ── facts of all kinds, mixed ────────────────────────────────────────────────
TASKED = plan(tasks={1: (), 2: (1,), 3: (9,)})
POLICIES = (
    "",
    "approval: {provenance: enforce}",
    "approval: {reviews: 0, allow_bots: true}",
    "approval: {reviews: 2, approvers: [ann]}",
    "tasks: {order: error, link: error}",
    "tasks: {order: 'off', link: 'off'}",
    "mode: shadow",
)
PEOPLE = st.sampled_from([ANN, AUTHOR, BOT, EVE, RENOVATE])
REVIEWS = st.builds(
    lambda by, state, of: review(by, state, of=of),
    PEOPLE,
    st.sampled_from(["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]),
    st.sampled_from(["d" * 40, EARLIER]),
)
TOUCHES = st.lists(
    st.sampled_from(
        [
            CODE,
            *changed("README.md", "plans/README.md"),
            flip(),
            flip(blamed=False),
            flip(by=BOT),
            change(APPROVED, plan(scope="wider")),
            change(APPROVED, plan(path="plans/moved.md")),
            change(None, plan("FEAT-13", errors=1)),
            change(APPROVED, DRAFT),
        ]
    ),
    max_size=3,
    unique_by=repr,
)
FREE = st.builds(
    lambda touches, main, **more: pull(*touches, main=main, **more),
    TOUCHES,
    st.lists(
        st.sampled_from(
            [TASKED, APPROVED, DRAFT, OTHER, plan(questions=1), plan(path="plans/b.md")]
        ),
        max_size=2,
    ),
    says=st.sampled_from(["", "Plan: FEAT-12", "Plan: FEAT-12#2, FEAT-13", "Plan: x/y#FEAT-12"]),
    title=st.sampled_from(["Change", "FEAT-13: more"]),
    author=PEOPLE,
    policy=st.sampled_from(POLICIES),
    commits=st.lists(
        st.builds(lambda by, sure: commit(by, verified=sure), PEOPLE, st.booleans()), max_size=2
    ).map(tuple),
    reviews=st.lists(REVIEWS, max_size=3).map(tuple),
    labels=st.lists(st.builds(lambda by: label("hotfix", by), st.none() | PEOPLE), max_size=1).map(
        tuple
    ),
    exemption=st.sampled_from([None, exemption(), exemption(EARLIER)]),
    claims=st.lists(
        st.builds(
            lambda task, number, merged: claim(task, number, merged=merged),
            st.integers(1, 3),
            st.integers(5, 9).filter(lambda number: number != 7),
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    provenance=st.sampled_from([{}, proof(), proof(AUTHOR, review()), proof(BOT, review())]),
    home=st.sampled_from([None, None, None, PLANS_REPOSITORY, UNREADABLE_REPOSITORY]),
    unread=st.sampled_from([None, None, None, "a limit"]),
    proposed_config=st.sampled_from([None, None, None, PROBLEM]),
    config_problem=st.sampled_from([None, None, None, None, PROBLEM]),
)


@given(FREE)
def test_it_agrees_with_the_verdict_whatever_the_facts(facts: Facts) -> None:
    assert agrees(facts)


# ── what it shows ────────────────────────────────────────────────────────────
def asked(facts: Facts, question: Question) -> Condition:
    (found,) = (each for each in walk(explain(facts)) if each.question is question)
    return found


def test_a_plan_is_asked_until_it_says_no() -> None:
    facts = pull(CODE, says="Plan: FEAT-12", main=[DRAFT])
    steps = asked(facts, Question.LINK).children
    assert [(step.question, step.held) for step in steps] == [
        (Question.COUNTS, True),
        (Question.EXISTS, True),
        (Question.UNIQUE, True),
        (Question.APPROVED, False),
        (Question.VALID, None),
        (Question.KEPT, None),
        (Question.PROVEN, None),
    ]
    assert steps[1].evidence == (DRAFT,)


def test_provenance_is_told_and_needed_only_where_it_is_enforced() -> None:
    facts = pull(CODE, says="Plan: FEAT-12", main=[APPROVED], provenance=proof())
    recorded = asked(facts, Question.PROVEN)
    assert (recorded.held, recorded.needed) == (False, False)
    assert recorded.evidence == (proof()[APPROVED.path], Gap.UNREVIEWED)
    config = parse_config("approval: {provenance: enforce}")
    enforced = asked(replace(facts, config=config), Question.PROVEN)
    assert (enforced.held, enforced.needed) == (False, True)


def test_code_that_is_exempt_is_not_asked_for_a_plan() -> None:
    facts = pull(CODE, labels=(label("hotfix", ANN),))
    exempt, linked = asked(facts, Question.CODE).children
    assert (exempt.held, linked.held) == (True, None)
    assert asked(facts, Question.EXEMPT_BY_LABEL).about == "hotfix"


def test_an_exempt_author_needs_commits_that_are_vouched_for() -> None:
    ours, theirs = commit(RENOVATE), commit(EVE)
    facts = pull(CODE, author=RENOVATE, commits=(ours, theirs))
    named, vouched = asked(facts, Question.EXEMPT_BY_AUTHOR).children
    assert (named.held, vouched.held, vouched.evidence) == (True, False, (theirs,))
    assert asked(replace(facts, commits=(ours,)), Question.EXEMPT).held
    assert asked(pull(CODE), Question.COMMITS_VOUCHED).held is None


def test_each_review_is_counted_or_told_why_not() -> None:
    facts = pull(flip(), reviews=(review(ANN), review(EVE, of=EARLIER)))
    quorum, *counted = asked(facts, Question.REVIEWED).evidence
    assert quorum == Quorum(1, ())
    assert counted == [Counted(review(ANN), None), Counted(review(EVE, of=EARLIER), WhyNot.STALE)]


def test_the_files_stand_where_they_count() -> None:
    facts = pull(CODE, flip(), *changed("README.md"))
    assert asked(facts, Question.PLANS).evidence == (
        Touched(APPROVED.path, removed=False, role=FileRole.PLAN),
    )
    assert asked(facts, Question.CODE).evidence == (
        Touched(CODE.path, removed=False, role=FileRole.CODE),
        Touched("README.md", removed=False, role=FileRole.EXEMPT),
    )


def test_of_the_configuration_it_shows_what_is_not_the_default() -> None:
    facts = pull(policy="mode: shadow\napproval: {approvers: [ann]}\nrules: {T004: 'off'}")
    assert asked(facts, Question.POLICY).evidence == (
        MAIN,
        Setting("mode", '"shadow"'),
        Setting("approval.approvers", '["ann"]'),
        Setting("rules", '{"T004":"off"}'),
    )


def test_without_a_policy_nothing_else_is_asked() -> None:
    first, *later = explain(pull(CODE, config_problem=PROBLEM))
    assert (first.held, first.evidence) == (False, (MAIN, PROBLEM))
    assert {each.held for each in later} == {None}


def test_a_task_is_shown_with_who_claims_it_and_what_it_waits_for() -> None:
    theirs, done = claim(2, 5), claim(1, 6, merged=True)
    facts = pull(CODE, says="Plan: FEAT-12#2", main=[TASKED], claims=(theirs, done))
    exists, turn, free = asked(facts, Question.TASK).children
    assert (exists.held, exists.evidence) == (True, TASKED.tasks[1:2])
    assert (turn.held, turn.evidence) == (True, (done,))
    assert (free.held, free.needed, free.evidence) == (False, False, (theirs,))
    waiting = asked(replace(facts, claims=()), Question.TASK_TURN)
    assert (waiting.held, waiting.evidence) == (False, (Waiting((1,)),))
