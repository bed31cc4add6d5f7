"""Suppressions: where they stand, what they name, what they hide and what they cannot."""

from typing import Any

import pytest

from bot.plan.lint import LintOptions, approvable, blockers, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.plan.text import Span, Value

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n"
IGNORE = "<!-- plan-gate: ignore H003 — an appendix -->"


def found(body: str, **options: Any) -> list[str]:
    """What is found of a second title, and of suppressions."""
    plan = parse_plan(HEAD + body)
    return [
        each.code
        for each in lint(plan, LintOptions(**options))
        if each.code == "H003" or each.code[0] == "N"
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{IGNORE}\n# Appendix",
        f"# Appendix {IGNORE}",
        f"{IGNORE} {IGNORE}\n# Appendix",
        "<!--\nplan-gate: ignore H003\n— an appendix\n-->\n# Appendix",
        "<!-- plan-gate: ignore second-title: an appendix -->\n# Appendix",
        "<!--Plan-Gate:Ignore h003 (an appendix)-->\n# Appendix",
        "<!-- plan-gate ignore H003 an appendix -->\n# Appendix",
        f"text\n{IGNORE}\n# Appendix",
        f"```\ncode\n```\n{IGNORE}\n# Appendix",
    ],
)
def test_hidden(body: str) -> None:
    assert found("# Appendix") == ["H003"]
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    [
        f"{IGNORE}\n\n# Appendix",
        f"text {IGNORE}\n# Appendix",
        f"# Appendix\n{IGNORE}",
    ],
)
def test_too_far_away(body: str) -> None:
    assert sorted(found(body)) == ["H003", "N001"]


@pytest.mark.parametrize(
    "body",
    [
        f"# Appendix `{IGNORE}`",
        f"    {IGNORE}\n# Appendix",
        f"```\n{IGNORE}\n```\n# Appendix",
        f"# Appendix \\{IGNORE}",
        "<!-- plan-gate: ignored H003 — an appendix -->\n# Appendix",
        "plan-gate: ignore H003 — an appendix\n# Appendix",
    ],
)
def test_no_suppression(body: str) -> None:
    assert found(body) == ["H003"]


def test_what_is_written_where() -> None:
    plan = parse_plan(HEAD + "- 漢 <!-- plan-gate: ignore T008,\n  task-repeated — b -->")
    [suppression] = plan.suppressions
    assert suppression.span == Span(5, 5, 6, 24)
    assert suppression.rules == (
        Value("T008", Span(5, 28, 5, 32)),
        Value("task-repeated", Span(6, 3, 6, 16)),
    )
    assert (suppression.reason, suppression.lines) == ("b", (5,))


@pytest.mark.parametrize(
    ("written", "rules", "reason"),
    [
        ("T008", ["T008"], ""),
        ("T008 T009, task-repeated — a, b", ["T008", "T009", "task-repeated"], "a, b"),
        ("T008 — shared with T009", ["T008"], "shared with T009"),
        ("T008 because of T009", ["T008"], "because of T009"),
        ("T008, nonsense - a", ["T008", "nonsense"], "a"),
        ("nonsense", ["nonsense"], ""),
        ("— a", [], "a"),
        ("T008—a-b", ["T008"], "a-b"),
    ],
)
def test_rules_and_reason(written: str, rules: list[str], reason: str) -> None:
    [suppression] = parse_plan(HEAD + f"<!-- plan-gate: ignore {written} -->").suppressions
    assert [rule.text for rule in suppression.rules] == rules
    assert suppression.reason == reason


def test_a_suppression_is_not_unused_for_what_is_off_in_a_draft_or_by_configuration() -> None:
    assert found(f"{IGNORE}\n# Appendix", severities={"H003": "off"}) == []


def test_a_rule_that_lacks_what_it_needs_is_not_held_against_its_suppression() -> None:
    assert found("<!-- plan-gate: ignore O002 — the date is a guess -->") == []


@pytest.mark.parametrize("code", ["N001", "N002", "N003"])
def test_the_rules_about_suppressions_last(code: str) -> None:
    source = f"<!-- plan-gate: ignore {code} -->\n<!-- plan-gate: ignore T008, {code} -->\n"
    assert {"N001", "N002", "N003"} <= set(found(source))


def test_what_blocks_can_be_ignored_with_a_reason() -> None:
    approved = HEAD.replace("Draft", "Approved")
    ignore = "<!-- plan-gate: ignore S005 — {} -->\n## Events\n"
    codes = [each.code for each in blockers(parse_plan(approved + ignore.format("")))]
    assert "N003" in codes
    assert "S005" not in codes
    codes = [each.code for each in blockers(parse_plan(approved + ignore.format("it is below")))]
    assert not {"N003", "S005"} & set(codes)


def test_an_unset_status_blocks_whatever_is_ignored() -> None:
    ignore = " <!-- plan-gate: ignore H004 — we need none -->"
    plan = parse_plan(f"# Plan: FEAT-1 — Search{ignore}\n")
    assert plan.status is Status.UNSET
    assert "H004" in [each.code for each in lint(plan)]
    assert "H004" in [each.code for each in blockers(plan)]
    assert not approvable(plan)


def test_an_unanswered_question_cannot_be_ignored() -> None:
    table = "| # | Question | Owner | Due | Answer |\n|---|---|---|---|---|\n"
    row = "| 1 | Which? | Ann | 2026-12-01 | — <!-- plan-gate: ignore O001 — we will see --> |\n"
    plan = parse_plan(f"{HEAD}\n## Open Questions\n\n{table}{row}")
    assert "O001" in [each.code for each in lint(plan)]
    assert "O001" in [each.code for each in blockers(plan)]


BAIT = {
    "many": f"{IGNORE}\n" * 9_000,
    "in one paragraph": f"a {IGNORE}\n" * 9_000,
    "in one line": "a " + "<!-- plan-gate: ignore a -->" * 15_000,
    "unclosed": "a " + "<!-- plan-gate: ignore " * 15_000,
    "unclosed block": "<!-- plan-gate: ignore " * 15_000,
    "rules": f"<!-- plan-gate: ignore {'T008, ' * 60_000} -->",
    "unknown rules": f"<!-- plan-gate: ignore {'xyz-a, ' * 50_000} -->",
    "dashes": f"<!-- plan-gate: ignore {'a-' * 100_000} -->",
    "spaces": f"<!-- plan-gate: ignore {' ' * 100_000} -->",
    "marks": "plan-gate " * 40_000,
}


@pytest.mark.parametrize("body", BAIT.values(), ids=BAIT)
def test_bait_is_read_to_its_end(body: str) -> None:
    plan = parse_plan(HEAD + body)
    assert plan.refusal is None
    assert lint(plan)
