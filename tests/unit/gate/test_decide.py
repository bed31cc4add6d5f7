"""The gate as its tables specify it: facts in; conclusion, title and every reason out."""

from dataclasses import replace
from typing import get_args

import msgspec
import pytest

from bot.gate.decide import decide
from bot.gate.facts import Facts
from bot.gate.verdict import Conclusion, Reason, Verdict
from bot.report.titles import headline
from tests.unit.gate import table_approval, table_links, table_plans, table_policy, table_tasks
from tests.unit.gate.build import Expected

MODULES = (table_links, table_plans, table_approval, table_tasks, table_policy)
ROWS = {
    f"{heading}: {name}": row
    for module in MODULES
    for heading, rows in module.TABLE.items()
    for name, row in rows.items()
}


def judge(given: Facts | Verdict) -> Verdict:
    return given if isinstance(given, Verdict) else decide(given)


def named(reason: Reason) -> str:
    """A reason as rows name it."""
    code = getattr(reason, "code", "") if reason.blocks else ""
    return f"{code} {type(reason).__name__}".strip()


@pytest.mark.parametrize(("given", "expected"), ROWS.values(), ids=ROWS.keys())
def test_the_table(given: Facts | Verdict, expected: Expected) -> None:
    verdict = judge(given)
    reasons = tuple(named(reason) for reason in verdict.reasons)
    assert (verdict.conclusion, headline(verdict), reasons) == expected


def test_the_table_is_whole() -> None:
    """No heading hides another one, and every kind of reason has a row."""
    assert len(ROWS) == sum(len(rows) for m in MODULES for rows in m.TABLE.values()) >= 150
    told = {type(reason) for given, _ in ROWS.values() for reason in judge(given).reasons}
    assert told == set(get_args(Reason))


# Without a policy there is no shadow mode either.
LIT = {
    name: given
    for name, (given, _) in ROWS.items()
    if isinstance(given, Facts) and given.config_problem is None
}


@pytest.mark.parametrize("given", LIT.values(), ids=LIT.keys())
def test_shadow_mode_says_the_same_and_blocks_nothing(given: Facts) -> None:
    enforced, shadow = (
        decide(replace(given, config=msgspec.structs.replace(given.config, mode=mode)))
        for mode in ("enforce", "shadow")
    )
    assert shadow.reasons == enforced.reasons
    blocked = enforced.conclusion is Conclusion.FAILURE
    assert shadow.conclusion is (Conclusion.NEUTRAL if blocked else Conclusion.SUCCESS)
    assert headline(shadow) == f"{'Would block: ' if blocked else ''}{headline(enforced)}"


def test_without_a_reason_nothing_passes() -> None:
    assert Verdict(()).conclusion is Conclusion.FAILURE
