"""A task that a pull request names: does it exist, what does it wait for, who has it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import Claim, PlanFile, PlanTask
from bot.gate.tasks import TaskState, judge_task, progress

PLAN = PlanFile(
    "plans/FEAT-12.md",
    "b",
    id="FEAT-12",
    tasks=(
        PlanTask(1, "migration"),
        PlanTask(2, "entity", (1,)),
        PlanTask(3, "use case", (1, 2)),
        PlanTask(4, "this way", (5,)),
        PlanTask(5, "and back", (4,)),
        PlanTask(6, "on itself", (6,)),
        PlanTask(7, "on what is not there", (9,)),
    ),
)
OWN = ("acme/shop", 20)


def forked(task: int, number: int) -> Claim:
    """An open one whose head is in a fork."""
    return replace(claim(task, number), from_fork=True)


def claim(task: int, number: int, state: str = "open", **more: str) -> Claim:
    at = {"plan": "FEAT-12", "repository": "acme/shop", **more}
    return Claim(at["plan"], task, at["repository"], number, merged=state == "merged")


@pytest.mark.parametrize(
    ("task", "claims", "expected"),
    [
        (0, [], TaskState(exists=False)),
        (8, [claim(8, 1, "merged")], TaskState(exists=False)),
        (1, [], TaskState(exists=True)),
        # what it waits for
        (2, [], TaskState(exists=True, waits_for=(1,))),
        (2, [claim(1, 10, "merged")], TaskState(exists=True)),
        (2, [claim(1, 10)], TaskState(exists=True, waits_for=(1,))),
        (3, [], TaskState(exists=True, waits_for=(1, 2))),
        (3, [claim(2, 10, "merged")], TaskState(exists=True, waits_for=(1,))),
        (3, [claim(1, 10, "merged"), claim(2, 11, "merged")], TaskState(exists=True)),
        (2, [claim(1, 10, "merged", plan="FEAT-1")], TaskState(exists=True, waits_for=(1,))),
        (2, [claim(1, 10, "merged", plan="feat-12")], TaskState(exists=True)),
        (2, [claim(1, 10, "merged", plan="plans/FEAT-12.md")], TaskState(exists=True)),
        (2, [claim(1, 10, "merged", repository="acme/web")], TaskState(exists=True)),
        (2, [claim(1, 20, "merged")], TaskState(exists=True, waits_for=(1,))),  # its own
        (4, [], TaskState(exists=True, waits_for=(5,))),
        (5, [], TaskState(exists=True, waits_for=(4,))),
        (6, [], TaskState(exists=True)),
        (7, [], TaskState(exists=True, waits_for=(9,))),
        # who has it
        (1, [claim(1, 20)], TaskState(exists=True)),
        (1, [claim(1, 20, "merged")], TaskState(exists=True)),
        (1, [claim(1, 20, repository="Acme/Shop")], TaskState(exists=True)),
        (1, [claim(1, 19)], TaskState(exists=True, claimed_by=claim(1, 19))),
        (1, [claim(1, 21)], TaskState(exists=True)),
        (1, [claim(1, 21, "merged")], TaskState(exists=True, claimed_by=claim(1, 21, "merged"))),
        (1, [claim(1, 3), claim(1, 2)], TaskState(exists=True, claimed_by=claim(1, 2))),
        (
            1,
            [claim(1, 3), claim(1, 30, "merged")],
            TaskState(exists=True, claimed_by=claim(1, 30, "merged")),
        ),
        (
            1,
            [claim(1, 90, repository="acme/api")],
            TaskState(exists=True, claimed_by=claim(1, 90, repository="acme/api")),
        ),
        (1, [forked(1, 2)], TaskState(exists=True, claimed_by=forked(1, 2))),
        (1, [forked(1, 2), claim(1, 3)], TaskState(exists=True, claimed_by=claim(1, 3))),
        (2, [forked(1, 2)], TaskState(exists=True, waits_for=(1,))),
        (1, [claim(1, 2, repository="acme/web")], TaskState(exists=True)),
        (1, [claim(2, 2), claim(1, 2, plan="FEAT-1")], TaskState(exists=True)),
    ],
)
def test_a_task(task: int, claims: list[Claim], expected: TaskState) -> None:
    assert judge_task(PLAN, task, claims, OWN) == expected


def test_a_pull_request_does_not_wait_for_what_it_brings_itself() -> None:
    assert judge_task(PLAN, 3, [], OWN, beside=[2]).waits_for == (1,)


def test_a_number_that_stands_twice_waits_for_what_both_rows_do() -> None:
    twice = PlanFile("p.md", "b", tasks=(PlanTask(3, "x", (1,)), PlanTask(3, "y", (2,))))
    assert judge_task(twice, 3, [], OWN).waits_for == (1, 2)
    assert progress(twice, []) == (0, 1)


def test_progress_counts_tasks_and_not_pull_requests() -> None:
    claims = [claim(1, 10, "merged"), claim(1, 11, "merged"), claim(2, 12), claim(8, 1, "merged")]
    assert progress(PLAN, claims) == (1, 7)
    assert progress(PLAN, []) == (0, 7)
    assert progress(PlanFile("p.md", "b"), claims) == (0, 0)


CLAIMS = st.lists(
    st.builds(
        claim,
        st.integers(1, 7),
        st.integers(18, 22),
        st.sampled_from(["open", "merged"]),
        repository=st.sampled_from(["acme/shop", "acme/web"]),
    ),
    max_size=8,
)


@given(CLAIMS, st.integers(1, 7))
def test_the_order_of_claims_plays_no_part(claims: list[Claim], task: int) -> None:
    expected = judge_task(PLAN, task, claims, OWN)
    assert judge_task(PLAN, task, claims[::-1], OWN) == expected
    assert progress(PLAN, claims) == progress(PLAN, claims[::-1])


@given(CLAIMS, st.integers(1, 7))
def test_of_the_open_pull_requests_on_a_task_one_is_free_to_go_on(
    claims: list[Claim], task: int
) -> None:
    """Nobody waits in a circle: the first of them is told of no other, the rest are."""
    there = [each for each in claims if each.task == task and not each.merged]
    pulls = {(each.repository, each.number) for each in there}
    free = [pull for pull in pulls if judge_task(PLAN, task, there, pull).claimed_by is None]
    assert len(free) == bool(pulls)
