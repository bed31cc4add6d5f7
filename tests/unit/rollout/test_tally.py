"""What counts as blocked, and what became of it: courses of pull requests as tables."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.rollout.blocked import Cause, Counts, Exempted, Report, WaitedFor
from bot.rollout.tally import DAY, Tally
from bot.rollout.why import Awaited, Why

SINCE, UNTIL = 100 * DAY, 110 * DAY
HOUR = 3_600.0
BEFORE, EARLY, LATE, AFTER = 99 * DAY, 101 * DAY, 105 * DAY, 111 * DAY

Course = Sequence[tuple[float, str]]


def tallied(
    *courses: Course, state: str = "open", covers: Any = lambda _: True, shop: str = "acme/shop"
) -> Tally:
    """Pull requests 1, 2 … of a repository, each with its verdicts."""
    tally = Tally(SINCE, UNTIL, covers)
    for number, course in enumerate(courses, start=1):
        for at, conclusion in course:
            tally.verdict(at, shop, number, conclusion)
        tally.became(shop, number, state)
    return tally


def told(tally: Tally) -> Report:
    return tally.report("acme")


@pytest.mark.parametrize(
    ("course", "state", "counts"),
    [
        ([(EARLY, "success")], "merged", Counts(judged=1)),
        ([(EARLY, "failure")], "open", Counts(1, enforced=1, waiting=1)),
        ([(EARLY, "neutral")], "open", Counts(1, shadow=1, waiting=1)),
        ([(EARLY, "neutral")], "merged", Counts(1, shadow=1, merged=1)),
        ([(EARLY, "failure")], "closed", Counts(1, enforced=1, closed=1)),
        ([(EARLY, "failure")], "", Counts(1, enforced=1, unknown=1)),
        (
            [(EARLY, "failure"), (EARLY + HOUR, "success")],
            "merged",
            Counts(1, enforced=1, freed=1, median=HOUR),
        ),
        (
            [(EARLY, "failure"), (EARLY + 1, "failure"), (EARLY + HOUR, "success")],
            "open",
            Counts(1, enforced=1, freed=1, median=HOUR),
        ),
        (
            [(EARLY, "failure"), (EARLY + HOUR, "success"), (LATE, "neutral")],
            "open",
            Counts(1, shadow=1, waiting=1),
        ),
        (
            [
                (EARLY, "failure"),
                (EARLY + HOUR, "success"),
                (LATE, "failure"),
                (LATE + HOUR, "success"),
            ],
            "open",
            Counts(1, enforced=1, freed=1, median=2 * HOUR),
        ),
        ([(BEFORE, "failure")], "open", Counts(1, enforced=1, waiting=1)),
        ([(BEFORE, "failure")], "merged", Counts()),
        ([(BEFORE, "failure"), (BEFORE + HOUR, "success")], "open", Counts()),
        (
            [(BEFORE, "failure"), (EARLY, "success")],
            "open",
            Counts(1, enforced=1, freed=1, median=2 * DAY),
        ),
        ([(BEFORE, "failure"), (BEFORE + 1, "success"), (EARLY, "success")], "", Counts(1)),
        ([(AFTER, "failure")], "open", Counts()),
    ],
    ids=[
        "never blocked",
        "waits",
        "waits in shadow mode",
        "merged in shadow mode",
        "closed",
        "not in the index",
        "freed",
        "blocked in other words",
        "blocked again",
        "freed twice",
        "blocked all the time",
        "blocked before, merged who knows when",
        "over before",
        "freed of an older block",
        "freed before",
        "afterwards",
    ],
)
def test_what_became_of_a_pull_request(course: Course, state: str, counts: Counts) -> None:
    assert told(tallied(course, state=state)).total == counts


def test_the_median_is_over_those_that_were_freed() -> None:
    courses = [[(EARLY, "failure"), (EARLY + n * HOUR, "success")] for n in (1, 2, 9)]
    report = told(tallied(*courses, [(EARLY, "failure")]))
    assert (report.total.freed, report.total.median) == (3, 2 * HOUR)
    assert report.total.blocked == 4


def test_a_repository_counts_by_its_present_letters_and_those_left_out_not() -> None:
    tally = tallied([(EARLY, "failure")], [(EARLY, "success")])
    tally.verdict(EARLY, "Acme/Shop", 3, "neutral")
    tally.verdict(EARLY, "acme/web", 1, "success")
    report = told(tally)
    assert [(name, each.judged, each.blocked) for name, each in report.repositories] == [
        ("Acme/Shop", 3, 2),
        ("acme/web", 1, 0),
    ]
    only = tallied([(EARLY, "failure")], covers=lambda name: name == "acme/web")
    only.exempted(Exempted(EARLY, "acme/shop", 1, "maya", "hotfix"))
    assert (told(only).total, told(only).exempted) == (Counts(), 0)


def test_days_count_who_became_blocked() -> None:
    flapping = [(EARLY, "failure"), (EARLY + 1, "success"), (EARLY + 2, "failure")]
    report = told(tallied(flapping, [(EARLY + 5, "neutral")], [(LATE, "failure")]))
    assert len(report.days) == 11
    assert [(day, count) for day, count in report.days if count] == [(101, 2), (105, 1)]


def test_reasons_are_asked_for_of_those_that_were_blocked_then() -> None:
    tally = tallied([(EARLY, "failure")], [(EARLY, "success")], [(BEFORE, "failure")])
    assert tally.asks_why(EARLY, "ACME/shop", 1)
    assert tally.asks_why(BEFORE, "acme/shop", 1)  # it may be the same words as then
    assert not tally.asks_why(EARLY, "acme/shop", 2)
    assert not tally.asks_why(EARLY, "acme/shop", 9)
    assert not tally.asks_why(AFTER, "acme/shop", 1)
    tally.became("acme/shop", 9, "open")


def test_a_push_that_changes_no_verdict_was_blocked_all_the_same() -> None:
    tally = tallied([(BEFORE, "failure")], state="merged")
    assert told(tally).total == Counts()
    assert tally.asks_why(EARLY, "acme/shop", 1)
    assert told(tally).total == Counts(1, enforced=1, merged=1)


def test_reasons_and_plans_count_pull_requests() -> None:
    tally = tallied(
        [(EARLY, "failure")],
        [(EARLY, "failure")],
        [(EARLY, "failure"), (LATE, "success")],
        [(EARLY, "failure")],
    )
    plan = Awaited("acme/plans", "FEAT-1", "Checkout")
    draft = Why("plan-not-approved", "G005", plan)
    for number in (1, 2, 3):
        tally.explained("acme/shop", number, [draft, draft])
    tally.explained("acme/shop", 1, [Why("plan-invalid", "G007", plan), Why("no-plan-linked")])
    tally.explained("acme/shop", 2, [Why("plan-unknown", "G008", Awaited("acme/a", "FEAT-2"))])
    report = told(tally)
    assert report.causes == (
        Cause("plan-not-approved", "G005", 3),
        Cause("plan-invalid", "G007", 1),
        Cause("plan-unknown", "G008", 1),
        Cause("no-plan-linked", "", 1),
        Cause("unknown", "", 1),
    )
    assert report.plans == (
        WaitedFor(plan, 3, 2),
        WaitedFor(Awaited("acme/a", "FEAT-2"), 1, 1),
    )


def test_exemptions_are_counted_by_person_and_the_newest_are_kept() -> None:
    tally = Tally(SINCE, UNTIL, lambda _: True)
    for number in range(120):
        given = Exempted(EARLY + number, "acme/shop", number, "maya", f"reason {number}")
        tally.exempted(given)
    tally.exempted(Exempted(BEFORE, "acme/shop", 1, "maya", "too early"))
    tally.exempted(Exempted(LATE, "acme/shop", 1, "olga", "last"))
    report = told(tally)
    assert (report.exempted, report.people) == (121, (("maya", 120), ("olga", 1)))
    assert [one.reason for one in report.exemptions[:2]] == ["last", "reason 119"]
    assert len(report.exemptions) == 50
