"""Mending: what each fix does, that it comes to rest, and that the Status stays what it was."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.plan.diagnostics import Diagnostic, Severity
from bot.plan.fix import Edit, Fix
from bot.plan.lint import LintOptions, lint
from bot.plan.mend import mend
from bot.plan.model import Plan, Status
from bot.plan.parse import parse_plan
from bot.plan.text import Span

from .test_properties import texts

PLANS = Path(__file__).parents[2] / "plans"
OPTIONS = LintOptions(Status.APPROVED, datetime.date(2026, 6, 1))
HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n"


def mended(source: str, *, unsafe: bool = True, only: str = "") -> str:
    """The source with its fixes, or with those of one rule."""

    def find(plan: Plan) -> tuple[Diagnostic, ...]:
        return tuple(each for each in lint(plan, OPTIONS) if not only or each.code == only)

    return mend(source, parse_plan, find, unsafe=unsafe)


TASKS = "## Task Decomposition\n\n"

FIXED = {
    "D001": ("\ufeff# Plan", "# Plan"),
    "D001 alone": ("\ufeff", ""),
    "D001 crlf": ("\ufeff# Plan\r\n", "# Plan\r\n"),
    "D003": ("```\na", "```\na\n```"),
    "D003 line end": ("~~~~sql\na\n", "~~~~sql\na\n~~~~\n"),
    "D003 section": ("```\na\n\n## Events\n", "```\na\n\n```\n\n## Events\n"),
    "D003 earlier": (
        "```\na\n\n## Events\n\n```\nb\n```\n",
        "```\na\n\n```\n\n## Events\n\n```\nb\n```\n",
    ),
    "D005": (HEAD + "---\n", HEAD + "\n---\n"),
    "D005 crlf": (f"{HEAD}---\n".replace("\n", "\r\n"), f"{HEAD}\n---\n".replace("\n", "\r\n")),
    "D005 equals": (HEAD + "====\n", HEAD + "\n---\n"),
    "D006 long": ("| a | b |\n|---|---|---|\n", "| a | b |\n|---|---|\n"),
    "D006 short": ("| a | b |\n|---|\n", "| a | b |\n|---|---|\n"),
    "D006 bare": ("a | b | c\n:- | -\n", "a | b | c\n:- | -|---|\n"),
    "D007": ("| a | b | c |\n|--|--|--|\n| 1 |\n", "| a | b | c |\n|--|--|--|\n| 1 |  |  |\n"),
    "D007 open": ("| a | b |\n|--|--|\n| \\|\n", "| a | b |\n|--|--|\n| \\| |  |\n"),
    "D008": ("| a | b |\n|--|--|\n| 1 | 2 | 3 |\n", "| a | b |\n|--|--|\n| 1 | 2 \\| 3 |\n"),
    "D008 code": ("| a | b |\n|--|--|\n| `x|y` | 3 |\n", "| a | b |\n|--|--|\n| `x\\|y` | 3 |\n"),
    "D009": ("##Why & What\n", "## Why & What\n"),
    "D010": ("| a | b |\n|--|--|\nx\ny\n", "| a | b |\n|--|--|\n\nx\ny\n"),
    "D010 rows follow": ("| a | b |\n|--|--|\nx\n| 1 | 2 |\n",) * 2,
    "H001": ("", "# Plan: {FEAT-ID} — {Feature Name}\n\n"),
    "H001 front matter": (
        "---\na: b\n---\n\nc\n",
        "---\na: b\n---\n\n# Plan: {FEAT-ID} — {Feature Name}\n\nc\n",
    ),
    "H001 heading": ("# Search ##\n", "# Plan: {FEAT-ID} — Search\n"),
    "H001 level": ("## Plan: FEAT-1 — Search\n", "# Plan: FEAT-1 — Search\n"),
    "H001 id": ("# FEAT-1: Search\n", "# Plan: FEAT-1: Search\n"),
    "H001 underlined": ("Search\n======\n",) * 2,
    "H004": ("# Plan: FEAT-1 — Search\n",) * 2,
    "H005": ("# Plan: FEAT-1 — Search\n\n**Status**: Aproved\n",) * 2,
    "H006": ("# Plan: FEAT-1 — Search\n\n**Status**: Draft | Approved\n",) * 2,
    "S002": ("# Plan\n\n## Evnets\n", "# Plan\n\n## Events\n"),
    "S007": ("# Plan\n\n### 5. Events ###\n", "# Plan\n\n## 5. Events ###\n"),
    "S007 underlined": ("# Plan\n\nEvents\n=====\n", "# Plan\n\nEvents\n-----\n"),
    "T001": (
        TASKS + "| Task | Service |\n|--|--|\n| a | b |\n| c | d |\n",
        TASKS + "| Task | Service | # | Depends on |\n|--|--| --- | --- |\n"
        "| a | b | 1 |  |\n| c | d | 2 |  |\n",
    ),
    "T001 uneven": (TASKS + "| Task | Service |\n|--|--|\n| a |\n",) * 2,
    "T008": (
        "## Services / Modules Affected\n\n| Service |\n|--|\n| billing |\n\n"
        + TASKS + "| # | Task | Service |\n|--|--|--|\n| 1 | a | biling |\n",
        "## Services / Modules Affected\n\n| Service |\n|--|\n| billing |\n\n"
        + TASKS + "| # | Task | Service |\n|--|--|--|\n| 1 | a | billing |\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "source", "expected"),
    [(name.split()[0], *texts) for name, texts in FIXED.items()],
    ids=FIXED,
)
def test_the_fix_of_a_rule(code: str, source: str, expected: str) -> None:
    assert code in {each.code for each in lint(parse_plan(source), LintOptions(Status.DRAFT))}
    assert mended(source, only=code) == expected


def test_missing_sections_are_added_in_their_places() -> None:
    source = HEAD + "\n## Events\n\nNone\n\n## Our own\n\nx\n\n## Definition of Done\n\nx"
    fixed = mended(source, only="S001")
    assert lint_codes(fixed) & {"S001", "S003"} == set()
    assert fixed.startswith(HEAD + "\n## Why & What\n\n## Services / Modules Affected\n\n")
    assert "None\n\n## Task Decomposition\n\n## Testing Strategy\n\n" in fixed
    assert fixed.endswith("## Open Questions\n\n## Our own\n\nx\n\n## Definition of Done\n\nx")


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n```\nx\n```", "\n```\nx\n```\n"])
def test_missing_sections_are_added_at_the_end(end: str) -> None:
    fixed = mended(HEAD + "\n## Why & What\n\nx" + end, only="S001")
    assert "S001" not in lint_codes(fixed)
    assert fixed.rstrip("\n").endswith("\n\n## Open Questions\n\n## Definition of Done")


@pytest.mark.parametrize("end", ["```\nx\n", "<!-- x\n", "<script>\n"])
def test_nothing_is_added_to_what_never_ends(end: str) -> None:
    source = HEAD + "\n## Why & What\n\n" + end
    assert mended(source, only="S001").endswith(end)


def test_a_misspelt_section_is_renamed_and_not_added() -> None:
    fixed = mended(HEAD + "\n## Task Decompositon\n\nx\n")
    assert fixed.count("## Task Decomp") == 1
    assert "S001" not in lint_codes(fixed)


def test_unsafe_fixes_are_not_made_unasked() -> None:
    source = "# Plan: FEAT-1 — Search\n\n## Task Decompositon\n\n##Events\n"
    assert mended(source, unsafe=False) == source.replace("##Events", "## Events")


@pytest.mark.parametrize("status", ["Approved", "✅ Approved (Ann)"])
def test_what_hides_an_approval_is_for_a_human_to_take_away(status: str) -> None:
    source = HEAD.replace("Draft", status) + "---\n\n##Events\n"
    assert mended(source, unsafe=False) == source.replace("##", "## ")
    assert mended(source, only="D005") == source
    assert parse_plan(mended(source)).status is Status.UNSET


def test_a_fix_never_takes_an_approval_away() -> None:
    source = HEAD.replace("Draft", "Approved").replace("\n\n", "\n\n##Why\n\n")
    assert parse_plan(source).status is Status.APPROVED
    assert mended(source, unsafe=False) == source


def lint_codes(source: str) -> set[str]:
    return {each.code for each in lint(parse_plan(source), OPTIONS)}


@pytest.mark.parametrize("path", sorted(PLANS.glob("*/*/plan.md")), ids=str)
def test_every_golden_plan_comes_to_rest(path: Path) -> None:
    source = path.read_bytes().decode(errors="replace")
    for unsafe in (False, True):
        once = mended(source, unsafe=unsafe)
        assert mended(once, unsafe=unsafe) == once
        left = [each for each in lint(parse_plan(once), OPTIONS) if each.fix]
        assert [each.code for each in left if each.fix and each.fix.safe] == []


@settings(max_examples=80, deadline=None)
@given(texts())
def test_fixing_twice_changes_nothing_and_the_status_stays(source: str) -> None:
    before = parse_plan(source)
    for unsafe in (False, True):
        once = mended(source, unsafe=unsafe)
        after = parse_plan(once)
        assert mended(once, unsafe=unsafe) == once
        assert [line.value.text for line in after.header.statuses] == [
            line.value.text for line in before.header.statuses
        ]
        assert after.status in (before.status, Status.DRAFT)
        assert (after.status, before.status) != (Status.DRAFT, Status.APPROVED)


@settings(max_examples=40, deadline=None)
@given(texts())
def test_mending_is_the_same_whatever_the_line_ends(source: str) -> None:
    unix = source.replace("\r", "")
    windows = unix.replace("\n", "\r\n")
    for unsafe in (False, True):
        assert mended(windows, unsafe=unsafe).replace("\r\n", "\n") == mended(unix, unsafe=unsafe)


@settings(max_examples=40, deadline=None)
@given(texts())
def test_a_fix_lies_inside_the_text(source: str) -> None:
    plan = parse_plan(source)
    for found in lint(plan, OPTIONS):
        for edit in found.fix.edits if found.fix else ():
            at = edit.span
            assert 1 <= at.line <= at.end_line <= len(plan.text.lines)
            assert 1 <= at.column <= len(plan.text.line(at.line)) + 1
            assert 1 <= at.end_column <= len(plan.text.line(at.end_line)) + 1
            assert (at.line, at.column) <= (at.end_line, at.end_column)


def test_a_rule_that_is_off_is_not_fixed() -> None:
    source = "# Plan: FEAT-1 — Search\n\n##Events\n"
    off = LintOptions(severities={"D009": "off"})
    assert (
        mend(source, parse_plan, lambda plan: lint(plan, off), unsafe=True).count("##Events") == 1
    )


def test_fixes_that_come_to_no_rest_are_left_alone() -> None:
    """Two rules that undo each other's work: neither is right."""
    one, other = "# Plan: FEAT-1 — a\n", "# Plan: FEAT-1 — b\n"

    def quarrel(plan: Plan) -> tuple[Diagnostic, ...]:
        to = "b" if plan.title == "a" else "a"
        fix = Fix("Rename it", (Edit(Span(1, 18, 1, 19), to),), safe=True)
        return (Diagnostic("X001", "quarrel", Severity.INFO, Span(1, 1, 1, 2), "", (), fix),)

    for source in (one, other):
        assert mend(source, parse_plan, quarrel) == source
