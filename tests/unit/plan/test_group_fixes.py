"""The fixes of tests, check lists and suppressions: what a plan is after them."""

import pytest

from bot.plan.lint import LintOptions, lint
from bot.plan.mend import mend
from bot.plan.model import Status
from bot.plan.parse import parse_plan

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n"
SECURITY = "## Security & Compliance\n\n"
IGNORE = "<!-- plan-gate: ignore {} — an appendix -->"


def mended(codes: str, body: str, *, unsafe: bool = False) -> str:
    """A plan's body after the fixes of some rules."""
    options = LintOptions(Status.DRAFT)
    after = mend(
        HEAD + body,
        parse_plan,
        lambda plan: tuple(each for each in lint(plan, options) if each.code in codes),
        unsafe=unsafe,
    )
    return after.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- [x ] a", "- [x] a"),
        ("- [ X] a", "- [x] a"),
        ("- [] a", "- [ ] a"),
        ("- [  ]  a", "- [ ] a"),
        ("- [x]a", "- [x] a"),
        ("- [✓] a", "- [x] a"),
        ("-[ ] a", "- [ ] a"),
        ("1.[x] a", "1. [x] a"),
        ("[ ] a", "- [ ] a"),
        ("- [ ] a\n[x] b", "- [ ] a\n- [x] b"),
        ("- [-] a", "- [-] a"),
        ("- []", "- []"),
        ("a\n    - [ ] b", "a\n    - [ ] b"),
    ],
)
def test_boxes(line: str, expected: str) -> None:
    assert mended("C002", SECURITY + line) == SECURITY + expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (IGNORE.format("H003") + "\n## Appendix\n", "## Appendix\n"),
        ("## Appendix " + IGNORE.format("H003"), "## Appendix "),
        (IGNORE.format("H003, T003"), ""),
        (IGNORE.format("T003, H003, T004") + "\n# A\n", IGNORE.format("H003") + "\n# A\n"),
        (IGNORE.format("T003, T004, H003") + "\n# A\n", IGNORE.format("H003") + "\n# A\n"),
        (IGNORE.format("H003 T003, T004") + "\n# A\n", IGNORE.format("H003") + "\n# A\n"),
        ("a <!--\nplan-gate: ignore H003\n— b --> c\n", "a  c\n"),
    ],
)
def test_unused_suppressions(body: str, expected: str) -> None:
    assert mended("N001", body) == expected


def test_only_people_confirm_what_is_added_or_unticked() -> None:
    body = SECURITY + "- [x] No PII in logs\n"
    assert mended("C001", body) == body
    after = mended("C001", body, unsafe=True)
    assert after.startswith(
        body + "- [ ] All new inputs validated at external boundary\n- [ ] Auth"
    )
    assert "C001" not in [each.code for each in lint(parse_plan(HEAD + after))]
    done = "## Definition of Done\n\n* [x] Staged\n\nOur own words.\n"
    assert mended("F002", done) == done
    assert mended("F002", done, unsafe=True) == done.replace("[x]", "[ ]")
    assert "* [x] Staged\n- [ ] All task" in mended("F001", done, unsafe=True)
    assert mended("C001", SECURITY + "Words.\n", unsafe=True) == SECURITY + "Words.\n"


def test_a_missing_type_of_test_is_a_row_to_fill_in() -> None:
    strategy = "## Testing Strategy\n\n| Type | What's covered |\n|---|---|\n"
    after = mended("X001", strategy + "| Unit | a |\n\nWords.\n", unsafe=True)
    assert after == (
        strategy + "| Unit | a |\n| Integration | {endpoints, DB, event handlers} |\n"
        "| E2E | {critical user flows if applicable} |\n\nWords.\n"
    )
    assert "| Unit | {use cases" in mended("X001", strategy, unsafe=True)
    wide = "## Testing Strategy\n\n| Type | Tool | Scope |\n|---|---|---|\n"
    assert mended("X001", wide, unsafe=True) == wide
