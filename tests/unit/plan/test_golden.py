"""The golden plans in `tests/plans`: every line of what a rule finds, or the word `silent`.

`<CODE>-<name>/<case>/` holds `plan.md` and what its rule finds there: in `expected.txt`, and where
the rule is stricter on an Approved plan, linted as one, in `expected.as-approved.txt`. In
`complete/` and `template/` all rules count. To write the expectations anew, and then review them:

    UPDATE_GOLDEN=1 python -m pytest tests/unit/plan/test_golden.py
"""

import datetime
import os
from pathlib import Path

import pytest

from bot.plan.diagnostics import Diagnostic
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES

ROOT = Path(__file__).parents[2] / "plans"
TODAY = datetime.date(2026, 6, 1)
EXPECTATIONS = sorted(ROOT.glob("*/*/expected*.txt"))


def line(found: Diagnostic) -> str:
    at = found.span
    place = f"{at.line}:{at.column}-{at.end_line}:{at.end_column}"
    notes = "".join(f" [{note.span.line}: {note.message}]" for note in found.notes)
    return f"{place} {found.severity} {found.code} {found.message}{notes}\n"


@pytest.mark.parametrize(
    "expected", EXPECTATIONS, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_golden(expected: Path) -> None:
    plan = parse_plan((expected.parent / "plan.md").read_bytes())
    as_status = Status.APPROVED if ".as-approved" in expected.name else None
    code = expected.parents[1].name.split("-")[0]
    found = "".join(
        line(each)
        for each in lint(plan, LintOptions(as_status, TODAY))
        if each.code == code or code not in RULES
    )
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found or "silent\n", encoding="utf-8")
    assert (found or "silent\n") == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_case_that_fires_and_a_silent_one(code: str) -> None:
    cases = ROOT.glob(f"{code}-{RULES[code].name}/*")
    spoken = ["".join(path.read_text("utf-8") for path in case.glob("*.txt")) for case in cases]
    assert any(f" {code} " in text for text in spoken)
    assert any(set(text.split("\n")) == {"silent", ""} for text in spoken)


@pytest.mark.parametrize("code", RULES)
def test_both_severities_are_shown(code: str) -> None:
    rule = RULES[code]
    if rule.draft != rule.approved:
        assert list(ROOT.glob(f"{code}-*/*/expected.as-approved.txt"))
