"""The explanation as people and programs get it."""

import json
import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.condition import Condition, Evidence, FileRole, Question, Touched, Unread
from bot.gate.explain import explain
from bot.gate.facts import Provenance, Revision, Role
from bot.report.explanation import as_json, columns, render_tree, words, wrap
from tests.unit.gate.build import (
    ANN,
    APPROVED,
    AUTHOR,
    CODE,
    EARLIER,
    EVE,
    change,
    changed,
    claim,
    exemption,
    label,
    plan,
    pull,
    review,
)
from tests.unit.gate.test_explain import FACTS, walk

TASKED = plan(tasks={1: (), 2: (1,)})
FLIP = change(
    replace(plan(status="Draft"), blob="1" * 40), replace(plan(status="Approved"), blob="2" * 40)
)

APPROVAL = Provenance(
    AUTHOR,
    "f" * 40,
    "2026-11-02T10:00:00Z",
    pull=3,
    author=AUTHOR,
    reviews=(review(ANN),),
    later=(Revision("e" * 40, ("scope", "rollback"), 4, AUTHOR), Revision("", ("events",))),
)
CHANGED_SINCE = pull(
    CODE,
    says="Plan: FEAT-12",
    main=[APPROVED],
    provenance={APPROVED.path: APPROVAL},
    policy="approval: {provenance: enforce}",
)

SINCE = """\
│     └─ ✗ Its approval came about as the policy asks
│           set by author with ffffffffffff on 2026-11-02, in #3 by author
│           ann: approved, of dddddddddddd; counts
│           changed since, with eeeeeeeeeeee, in #4 by author: scope and rollback
│           changed since, in the merge group: events
│           it was changed since without a review
"""

BLOCKED = """\
├─ ✓ The configuration can be read
│     main at aaaaaaaaaaaa
├─ ✓ Everything could be read
├─ ✓ It leaves the configuration valid
├─ ✓ The plans that it touches are valid
│  │  plans/FEAT-12.md: plan
│  └─ ✓ FEAT-12 holds to the plan format
│        plans/FEAT-12.md, blob 222222222222: Approved on line 3
├─ ✗ Its code has an approved plan, or is exempt
│  │  src/checkout.py: code
│  ├─ ✗ Its code is exempt (not required)
│  │  ├─ ✗ Its author is exempt
│  │  │  ├─ ✗ The configuration names the author
│  │  │  │     author
│  │  │  └─ – Every commit is verified as an exempt author's (not asked)
│  │  ├─ ✗ The label hotfix was put on by somebody who may
│  │  │     put on by eve, whose role is write
│  │  │     without the role maintain
│  │  └─ ✗ Somebody has exempted this head with /plan-exempt
│  │        ann, 2026-09-21, for cccccccccccc: hotfix
│  ├─ ✓ It links a plan, and not too many
│  │     description: FEAT-12
│  └─ ✗ FEAT-12 frees its code
│     ├─ ✓ It is in the repository whose plans count
│     ├─ ✓ It is on the trusted branch
│     │     plans/FEAT-12.md, blob 111111111111: Draft on line 3
│     ├─ ✓ It is one file there
│     ├─ ✗ It is Approved there
│     ├─ – It has no errors there (not asked)
│     ├─ – It is left so by this pull request (not asked)
│     │     plans/FEAT-12.md, blob 222222222222: Approved on line 3
│     └─ – Its approval came about as the policy asks (not asked)
└─ – What it does to approvals is allowed (not asked)
   └─ – FEAT-12 may be approved (not asked)
         plans/FEAT-12.md, blob 222222222222: Approved on line 3
         merging sets it Approved"""

REVIEWED = """\
└─ ✗ What it does to approvals is allowed
   └─ ✗ FEAT-12 may be approved
      │  plans/FEAT-12.md, blob 222222222222: Approved on line 3
      │  merging sets it Approved
      ├─ ✓ A person sets it Approved
      │     Status written by author in this pull request
      └─ ✗ It is reviewed
            needed: 2 reviews of ann and bob
            ann: approved, of dddddddddddd; counts
            eve: approved, of cccccccccccc; does not count: of another commit"""

TAKEN = """\
│     └─ ✗ FEAT-12#2 may be taken
│        ├─ ✓ The plan has the task
│        │     task 2, Task 2, after task 1
│        ├─ ✗ The tasks before it are merged (not required)
│        │     task 1: acme/shop#5, open
│        │     not merged: task 1
│        └─ ✗ No other pull request has it
│              task 2: acme/shop#6, merged"""


def test_a_blocked_pull_request_as_a_tree() -> None:
    facts = pull(
        CODE,
        FLIP,
        says="Plan: FEAT-12",
        labels=(label("hotfix", EVE, Role.WRITE),),
        exemption=exemption(EARLIER),
    )
    assert render_tree(explain(facts)) == BLOCKED


def test_the_reviews_and_the_tasks_in_it() -> None:
    reviews = (review(ANN), review(EVE, of=EARLIER))
    policy = "approval: {reviews: 2, approvers: [ann, bob]}"
    assert render_tree(explain(pull(FLIP, reviews=reviews, policy=policy))).endswith(REVIEWED)
    claims = (claim(1, 5), claim(2, 6, merged=True))
    policy = "tasks: {link: error}"
    facts = pull(CODE, says="Plan: FEAT-12#2", main=[TASKED], claims=claims, policy=policy)
    assert TAKEN in render_tree(explain(facts))


def test_what_changed_since_an_approval_in_it() -> None:
    assert SINCE in render_tree(explain(CHANGED_SINCE))


def test_every_question_has_its_words_and_its_own() -> None:
    said = [words(Condition(question, held=True, about="x")) for question in Question]
    assert len(set(said)) == len(said)


def test_every_kind_of_evidence_is_shown_somewhere() -> None:
    shown = {
        type(one)
        for facts in (*FACTS.values(), CHANGED_SINCE)
        for each in walk(explain(facts))
        for one in each.evidence
    }
    assert shown == set(get_args(Evidence))


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS.keys())
def test_each_line_of_a_tree_is_one_line(facts: object) -> None:
    conditions = explain(facts)  # type: ignore[arg-type]
    told = [*walk(conditions), *(one for each in walk(conditions) for one in each.evidence)]
    assert len(render_tree(conditions).split("\n")) == len(told)


@given(st.text(), st.text())
def test_untrusted_text_stays_on_its_line_and_steers_nothing(path: str, limit: str) -> None:
    touched = Touched(path, removed=False, role=FileRole.CODE)
    tree = render_tree([Condition(Question.LINK, False, path, evidence=(touched, Unread(limit)))])
    assert len(tree.split("\n")) == 3
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", tree)


def test_colour_marks_what_held_and_what_did_not() -> None:
    conditions = [Condition(Question.READ, held) for held in (True, False, None)]
    assert render_tree(conditions, colour=True) == (
        "├─ \x1b[32m✓\x1b[0m Everything could be read\n"
        "├─ \x1b[1;31m✗\x1b[0m Everything could be read\n"
        "└─ \x1b[2m–\x1b[0m Everything could be read (not asked)"
    )


def test_of_much_evidence_people_are_shown_a_part_and_programs_all() -> None:
    facts = pull(*changed(*(f"docs/{n}.md" for n in range(30))))
    assert "… and 10 more, which --format json shows" in render_tree(explain(facts))
    shown = json.loads(json.dumps([as_json(each) for each in explain(facts)]))
    (code,) = (each for each in shown if each["question"] == "code-has-plan-or-exemption")
    assert (code["held"], code["needed"], len(code["evidence"])) == (None, True, 30)
    assert code["text"] == "Its code has an approved plan, or is exempt"


# ── widths ───────────────────────────────────────────────────────────────────
def test_a_tree_keeps_to_its_width() -> None:
    for facts in FACTS.values():
        tree = render_tree(explain(facts), width=60)
        for line in tree.split("\n"):
            words_of_it = line.split()
            assert columns(line) <= 60 or len(words_of_it[-1]) > 20, line


@given(st.text(alphabet="ab 漢字é\u0301"), st.integers(20, 60))
def test_breaking_lines_loses_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= width or " " not in line for line in lines)


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [columns(text) for text in ("ab", "漢字", "e\u0301")] == [2, 4, 1]
