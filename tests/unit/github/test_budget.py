"""What is left of GitHub's limits, and who may use it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.budget import Budget
from bot.github.errors import OverBudget, Postponed, RateLimited
from bot.github.request import Resource
from bot.github.tally import tallying

NOON = 1_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(7, clock)


def said(
    left: int, *, limit: int = 5_000, reset: float = NOON + 1_800, **more: str
) -> dict[str, str]:
    """The headers of an answer."""
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(int(reset)),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def verdict(budget: Budget, resource: Resource = "core", *, backfill: bool = False) -> str:
    """What becomes of a request, with the seconds to wait."""
    with tallying(backfill=backfill):
        try:
            budget.admit(resource)
        except Postponed as limit:
            return f"{type(limit).__name__} {limit.delay:.0f}"
    return "sent"


@pytest.mark.parametrize(
    ("left", "live", "backfill"),
    [
        (5_000, "sent", "sent"),
        (1_001, "sent", "sent"),
        (1_000, "sent", "OverBudget 1801"),
        (1, "sent", "OverBudget 1801"),
        (0, "RateLimited 1801", "RateLimited 1801"),
    ],
)
def test_live_runs_may_use_all_and_backfills_leave_a_fifth(
    budget: Budget, left: int, live: str, backfill: str
) -> None:
    budget.learn("core", said(left))
    assert verdict(budget) == live
    assert verdict(budget, backfill=True) == backfill


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0"},
        {**said(0), "x-ratelimit-reset": "soon"},
        {**said(0), "x-ratelimit-remaining": "-1"},
        {**said(0), "x-ratelimit-resource": "search"},
    ],
)
def test_what_is_not_known_never_blocks(budget: Budget, headers: Mapping[str, str]) -> None:
    """An Enterprise Server may have no limits, and sends no such headers."""
    budget.learn("core", headers)
    assert verdict(budget) == verdict(budget, backfill=True) == "sent"
    assert not budget.is_limited


def test_rest_and_graphql_have_limits_of_their_own(budget: Budget) -> None:
    budget.learn("graphql", said(0, x_ratelimit_resource="graphql"))
    assert verdict(budget, "graphql").startswith("RateLimited")
    assert verdict(budget, "core") == "sent"


def test_answers_that_come_out_of_order_do_not_give_back(budget: Budget) -> None:
    for left in (3, 0, 2):
        budget.learn("core", said(left))
    assert verdict(budget).startswith("RateLimited")
    budget.learn("core", said(4_999, reset=NOON + 900))  # of the hour before
    assert verdict(budget).startswith("RateLimited")
    budget.learn("core", said(4_999, reset=NOON + 3_600))  # of the next one
    assert verdict(budget) == "sent"


def test_the_hour_ends(budget: Budget, clock: Clock) -> None:
    budget.learn("core", said(0))
    clock.now += 1_801
    assert verdict(budget) == "sent"
    budget.learn("core", said(4_000, reset=clock.now + 3_600))
    assert verdict(budget, backfill=True) == "sent"


@given(
    reset=st.integers(-(10**9), 10**11).map(lambda ahead: max(NOON + ahead, 0)),
    jump=st.floats(-1e9, 1e9),
)
def test_a_clock_that_is_wrong_or_set_anew_blocks_for_an_hour_at_most(
    reset: float, jump: float
) -> None:
    clock = Clock()
    budget = Budget(7, clock)
    budget.learn("core", said(0, reset=reset))
    budget.rest(60.0)
    assert verdict(budget).startswith("RateLimited")
    clock.now += jump
    blocked = verdict(budget)
    assert blocked == "sent" or float(blocked.split()[1]) <= 3_600
    clock.now = max(clock.now, NOON) + 3_600
    assert verdict(budget) == "sent"


def test_silence_is_kept_by_all_that_are_under_way(budget: Budget, clock: Clock) -> None:
    budget.rest(90.0)
    assert verdict(budget) == verdict(budget, "graphql", backfill=True) == "RateLimited 90"
    clock.now += 85
    assert verdict(budget) == "RateLimited 10"  # a shorter pause is not worth making
    clock.now += 5
    assert verdict(budget) == "sent"


def test_the_words_say_what_waits_and_how_long(budget: Budget) -> None:
    budget.learn("core", said(900))
    with tallying(backfill=True), pytest.raises(OverBudget, match=r"reserve.*core.*1801 s"):
        budget.admit("core")
    budget.learn("core", said(0))
    with pytest.raises(RateLimited, match=r"nothing is left.*the installation rests for 1801 s"):
        budget.admit("core")
