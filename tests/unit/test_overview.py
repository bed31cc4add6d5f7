"""Where a plan stands, in words: nothing in a plan breaks the answer, however long it is."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import Actor, Finding, PlanFile, PlanTask, Provenance
from bot.gate.overview import (
    PlanOverview,
    PullName,
    QuestionOverview,
    TaskOverview,
    TaskState,
    is_overdue,
    task_states,
)
from bot.plan.diagnostics import Severity
from bot.plan.model import Status
from bot.report.overview import (
    MAX_ANSWER,
    MOST_IN_FULL,
    render_overview,
    render_overviews,
    tell_next_step,
    tell_progress,
)
from bot.report.site import Site

SITE = Site("https://github.com", "acme/shop")


def plan(status: Status = Status.APPROVED, title: str = "Gift cards") -> PlanFile:
    return PlanFile("plans/FEAT-12.md", "b" * 40, "FEAT-12", title, status)


def task(number: int, state: TaskState, title: str = "Do it", service: str = "") -> TaskOverview:
    return TaskOverview(PlanTask(number, title), service, state)


def finding(message: str = "Question 2 has no answer.") -> Finding:
    return Finding("O001", "unanswered", Severity.ERROR, 30, 1, 30, 9, message)


APPROVED = PlanOverview(
    plan(),
    "main",
    provenance=Provenance(Actor("ann"), "c" * 40, "2026-05-04T10:00:00Z", 7),
    tasks=(
        replace(task(1, TaskState.MERGED, "Make the table"), pulls=(PullName("acme/shop", 8),)),
        replace(task(2, TaskState.IN_REVIEW), pulls=(PullName("acme/web", 3),)),
        task(3, TaskState.READY, "Add the page", "web"),
    ),
)
DRAFT = PlanOverview(
    plan(Status.DRAFT),
    "main",
    blockers=(finding(),),
    questions=(QuestionOverview("Who pays @ann?", "@bob", "2026-05-01", overdue=True),),
)


# ── values ───────────────────────────────────────────────────────────────────
def test_a_task_waits_for_what_it_depends_on() -> None:
    tasks = [PlanTask(1, ""), PlanTask(2, "", (1,)), PlanTask(3, "", (2,)), PlanTask(4, "", (9,))]
    assert task_states(tasks, merged=[1], in_review=[3]) == {
        1: TaskState.MERGED,
        2: TaskState.READY,
        3: TaskState.IN_REVIEW,
        4: TaskState.BLOCKED,
    }


@pytest.mark.parametrize(
    ("due", "overdue"),
    [
        ("2026-05-18", True),
        ("by 2026-05-18, at the latest", True),
        ("2026-05-19", False),
        ("2026-02-30", False),
        ("before the release", False),
        ("", False),
    ],
)
def test_a_question_is_overdue_once_its_day_has_passed(due: str, overdue: bool) -> None:
    assert is_overdue(due, date(2026, 5, 19)) is overdue


# ── words ────────────────────────────────────────────────────────────────────
def test_an_approved_plan_says_who_when_where_and_what_is_next() -> None:
    answer = render_overview(APPROVED, SITE)
    assert answer.startswith(
        "**FEAT-12 Gift cards** is Approved, set by `ann` on 2026-05-04 in "
        "[`#7`](https://github.com/acme/shop/pull/7): "
        "[`plans/FEAT-12.md`](https://github.com/acme/shop/blob/main/plans/FEAT-12.md) on `main`.\n"
    )
    assert "**Next step:** Open a pull request for task 3: Add the page\n" in answer
    assert "**Progress:** 1 of 3 tasks merged." in answer
    merged = "merged: [`#8`](https://github.com/acme/shop/pull/8)"
    assert f"| **1** Make the table | — | {merged} |" in answer
    assert "[`acme/web#3`](https://github.com/acme/web/pull/3)" in answer
    assert "```mermaid\n" in answer
    assert "<details>" not in answer


def test_a_draft_says_what_blocks_and_whom_a_question_waits_for() -> None:
    answer = render_overview(DRAFT, SITE)
    assert "- line 30: Question 2 has no answer.\n" in answer
    assert "**Next step:** Mend line 30: Question 2 has no answer.\n" in answer
    assert "| Who pays @\u200bann? | `@bob` | 2026-05-01 (overdue) |" in answer


@pytest.mark.parametrize(
    ("overview", "step"),
    [
        (PlanOverview(plan(Status.UNSET), "main"), "Write Status: Draft or"),
        (PlanOverview(plan(Status.DRAFT), "main"), "Review the plan; if it is right, a human"),
        (replace(APPROVED, blockers=(finding("Bad."),)), "Mend line 30: Bad."),
        (
            replace(APPROVED, tasks=APPROVED.tasks[:2]),
            "Review and merge the pull request of task 2",
        ),
        (replace(APPROVED, tasks=APPROVED.tasks[:1]), "Nothing: the plan is Approved"),
        (replace(APPROVED, tasks=(task(1, TaskState.BLOCKED),)), "Mend what the tasks depend on"),
        (replace(APPROVED, tasks=(task(1, TaskState.UNKNOWN),)), "Open a pull request for a task"),
    ],
)
def test_there_is_one_next_step(overview: PlanOverview, step: str) -> None:
    assert tell_next_step(overview).startswith(step)


def test_progress_is_told_only_where_it_is_known() -> None:
    assert tell_progress(APPROVED) == "1 of 3 tasks merged"
    assert tell_progress(replace(APPROVED, tasks=(task(1, TaskState.UNKNOWN),))) == "1 task"
    assert tell_progress(DRAFT) == "no tasks"


def test_more_than_ten_tasks_fold_and_more_than_thirty_are_not_drawn() -> None:
    many = replace(APPROVED, tasks=tuple(task(n, TaskState.READY) for n in range(1, 32)))
    answer = render_overview(many, SITE)
    assert "<details><summary>31 tasks</summary>" in answer
    assert "The graph of the tasks is left out" in answer


def test_several_plans_are_a_table_and_then_fold() -> None:
    answer = render_overviews([APPROVED, DRAFT], SITE)
    assert answer.startswith("| Plan | Status | Next step |\n|---|---|---|\n")
    assert answer.count("<details><summary>FEAT-12 Gift cards</summary>") == 2


def test_one_plan_is_not_folded_and_none_is_said() -> None:
    assert render_overviews([DRAFT], SITE) == render_overview(DRAFT, SITE)
    assert render_overviews([], SITE) == "There is no plan to tell of."


def test_of_many_pull_requests_of_a_task_the_first_are_named() -> None:
    pulls = tuple(PullName("acme/shop", number) for number in range(1, 6))
    claimed = replace(task(1, TaskState.IN_REVIEW), pulls=pulls)
    answer = render_overview(replace(APPROVED, tasks=(claimed,)), SITE)
    assert "[`#3`](https://github.com/acme/shop/pull/3), 2 more |" in answer
    assert "pull/4" not in answer
    assert "mermaid" not in answer, "a graph of one node tells nothing"


def test_who_approved_may_be_unknown() -> None:
    unknown = replace(APPROVED, provenance=Provenance(None, "c" * 40))
    answer = render_overview(unknown, SITE)
    assert "set by an account that GitHub does not know, in no merged pull request: " in answer


def test_more_plans_than_there_is_room_for_are_counted() -> None:
    answer = render_overviews([DRAFT] * (MOST_IN_FULL + 2), SITE)
    assert answer.count("<details>") == MOST_IN_FULL
    assert answer.endswith(
        "2 more plans left out, for want of room: ask for one by `/plan-status ID`."
    )


def test_the_longest_plans_stay_within_a_comment() -> None:
    long = "😀[&" * 500
    worst = PlanOverview(
        plan(Status.DRAFT, title=long),
        "main",
        blockers=(finding(long),) * 100,
        questions=(QuestionOverview(long, long, long),) * 1000,
        tasks=tuple(task(n, TaskState.READY, long, long) for n in range(30)) * 30,
    )
    answer = render_overview(worst, SITE)
    assert len(answer) <= MAX_ANSWER
    assert "more tasks in the plan." in answer
    assert "more open questions in the plan." in answer
    assert len(render_overviews([worst] * 30, SITE)) <= MAX_ANSWER


# ── hostile text ─────────────────────────────────────────────────────────────
@given(st.text(), st.text())
def test_no_text_breaks_a_table_or_a_fence(title: str, service: str) -> None:
    hostile = replace(
        APPROVED,
        plan=plan(title=title),
        questions=(QuestionOverview(title, service, title),),
        tasks=(task(1, TaskState.READY, title, service), task(2, TaskState.READY, service, title)),
    )
    answer = render_overviews([hostile, hostile], SITE)
    rows = [line for line in answer.split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert len(rows) == 4 + 2 * (3 + 4)
    assert answer.count("\n```mermaid\n") == answer.count("\n```\n") == 2
    assert answer.count("<details>") == answer.count("</details>") == 2


@given(st.text(st.sampled_from("@<>&/#ab\\`[]()")))
def test_a_folded_plan_s_name_is_words_alone(title: str) -> None:
    answer = render_overviews([replace(DRAFT, plan=plan(title=title))] * 2, SITE)
    for summary in re.findall(r"<summary>(.*)</summary>", answer):
        assert not set("<>") & set(summary)
        assert "@" not in summary.replace("@\u200b", "")
