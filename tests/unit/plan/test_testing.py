"""The testing strategy: which types of test it names, however it is laid out."""

import pytest

from bot.plan.lint import LintOptions, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan

HEAD = "# Plan: FEAT-1 — Search\n\n## Testing Strategy\n\n"
TABLE = "| Type | What's covered |\n|---|---|\n"


def strategies(body: str) -> list[tuple[str, str]]:
    plan = parse_plan(HEAD + body)
    return [(each.type.value, each.covered.text) for each in plan.strategies]


@pytest.mark.parametrize(
    "body",
    [
        TABLE + "| Unit | a |\n| Integration | b |\n| E2E | |",
        TABLE + "| **Unit tests** | a |\n| `integration` | b |\n| end-to-end |",
        "| What | Type |\n|---|---|\n| a | 1. Unit |\n| b | Integration tests |\n| | End to End |",
        "| Layer | Notes |\n|---|---|\n| Unit | a |\n| Integration | b |\n| E2E | |",
        "| Test | Scope | Tool |\n|---|---|---|\n| Unit | a |\n| Integration | b |\n| E2E | |",
        "**Unit**: a\n**Integration**: b\n**E2E**:",
        "- Unit: a\n- **Integration:** b\n- E2E:",
        "### Unit\n\na\n\n### Integration tests\n\nb\n\n### E2E",
        "### Unit\na\n### Integration\nb\n### E2E\n### Load\nc",
    ],
)
def test_every_layout(body: str) -> None:
    assert strategies(body) == [("Unit", "a"), ("Integration", "b"), ("E2E", "")]


def test_a_row_may_name_several_types() -> None:
    assert strategies(TABLE + "| Unit / Integration | a |") == [("Unit", "a"), ("Integration", "a")]


@pytest.mark.parametrize("body", [TABLE + "| Community | a |\n| Load | b |\nUnit", "> Unit: a"])
def test_other_words_are_no_type(body: str) -> None:
    assert strategies(body) == []


BAIT = {
    "rows": TABLE + "| Unit | a |\n" * 4_000,
    "headings": "### Unit\n" * 9_000,
    "fields": "**Unit**: a\n" * 9_000,
    "long name": TABLE + f"| {'unit ' * 50_000}| a |\n",
    "long cell": TABLE + f"| Unit | {'- ' * 50_000}|\n",
    "methods": "\n## API Changes\n\n" + "GET " * 100_000,
    "ticks": "\n## API Changes\n\nGET" + "`" * 100_000,
}


@pytest.mark.parametrize("body", BAIT.values(), ids=BAIT)
def test_bait_is_read_to_its_end(body: str) -> None:
    plan = parse_plan(HEAD + body)
    assert plan.refusal is None
    assert lint(plan, LintOptions(Status.APPROVED))
