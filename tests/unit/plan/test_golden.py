"""The golden plans in `tests/plans`: every line of what a rule finds, or the word `silent`.

`<CODE>-<name>/<case>/` holds `plan.md` and what its rule finds there: in `expected.txt`, and where
the rule is stricter on an Approved plan, linted as one, in `expected.as-approved.txt`. In
`complete/` and `template/` all rules count. A case of a rule over all plans holds several, below
`plans/`, and their paths stand before what is found. To write the expectations anew, and then
review them:

    UPDATE_GOLDEN=1 python -m pytest tests/unit/plan/test_golden.py
"""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plan.across import lint_tree
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


def lint_case(case: Path, options: LintOptions) -> Iterator[tuple[str, tuple[Diagnostic, ...]]]:
    """Yield what to write before a plan's diagnostics, and these."""
    if (case / "plan.md").exists():
        yield "", lint(parse_plan((case / "plan.md").read_bytes()), options)
        return
    files = sorted(path for path in case.rglob("*") if path.is_file() and path.suffix != ".txt")
    plans = {
        path.relative_to(case).as_posix(): parse_plan(path.read_bytes())
        for path in files
        if path.suffix == ".md"
    }
    names = [path.relative_to(case).as_posix() for path in files]
    tasks = case / "open-tasks"
    numbers = list(map(int, tasks.read_text().split())) if tasks.exists() else None
    open_tasks = {} if numbers is None else dict.fromkeys(plans, numbers)
    for path, diagnostics in lint_tree(plans, options, files=names, open_tasks=open_tasks).items():
        yield f"{path}:", diagnostics


@pytest.mark.parametrize(
    "expected", EXPECTATIONS, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_golden(expected: Path) -> None:
    as_status = Status.APPROVED if ".as-approved" in expected.name else None
    code = expected.parents[1].name.split("-")[0]
    found = "".join(
        prefix + line(each)
        for prefix, diagnostics in lint_case(expected.parent, LintOptions(as_status, TODAY))
        for each in diagnostics
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
