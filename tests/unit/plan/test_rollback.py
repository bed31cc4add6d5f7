"""What a rollback plan says, in all the forms in which people write it."""

import pytest

from bot.plan.lint import LintOptions, lint
from bot.plan.mend import mend
from bot.plan.model import Status, Topic
from bot.plan.parse import parse_plan
from bot.plan.words import plain

HEAD = "# Plan: FEAT-12 — Search\n\n## Rollback Plan\n\n"


def answers(body: str) -> dict[str, str]:
    rollback = parse_plan(HEAD + body).rollback
    assert rollback
    return {topic.name: plain(answer.source) for topic, answer in rollback.answers.items()}


@pytest.mark.parametrize(
    "body",
    [
        "- Feature flag: `FEATURE_A=false` → b\n- SLO for rollback completion: 5 min\n",
        "**Feature flag**: `FEATURE_A=false` → b\n**SLO**: 5 min\n",
        "1. **Flag:** `FEATURE_A=false`\n   → b\n2. Rollback time: 5 min\n",
        "- Feature flags:\n  - `FEATURE_A=false` → b\n- Time to roll back:\n\n  5 min\n",
        "### Feature flag\n\n`FEATURE_A=false` → b\n\n### SLO\n\n5 min\n",
        "| | |\n|---|---|\n| Feature flag | `FEATURE_A=false` → b |\n| SLO | 5 min |\n",
        "- Feature flag: `FEATURE_A=false` → b\n- Note: ask Ann\n- SLO: 5 min\n\n> Who: Ben\n",
    ],
)
def test_answers(body: str) -> None:
    assert answers(body) == {"FLAG": "FEATURE_A=false → b", "TIME": "5 min"}


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("Feature flag", Topic.FLAG),
        ("Kill switch", Topic.FLAG),
        ("DB rollback", Topic.DATABASE),
        ("Rollback script", Topic.DATABASE),
        ("Who can trigger rollback", Topic.OWNER),
        ("Rollback owner", Topic.OWNER),
        ("SLO for rollback completion", Topic.TIME),
        ("RTO", Topic.TIME),
    ],
)
def test_labels(label: str, topic: Topic) -> None:
    assert list(answers(f"- {label}: x\n")) == [topic.name]


@pytest.mark.parametrize("body", ["", "N/A — not live\n", "<!-- later -->\n"])
def test_nothing_is_said(body: str) -> None:
    assert parse_plan(HEAD + body).rollback is None


def test_the_script_of_another_plan_is_renamed() -> None:
    source = HEAD + "- DB rollback: `scripts/FEAT-11.sql`\n"
    fixed = source.replace("FEAT-11", "FEAT-12")
    assert mend(source, parse_plan, lint) == fixed


def test_an_own_form_of_the_id() -> None:
    source = "# Plan: rfc.12 — Search\n\n## Rollback Plan\n\n- DB rollback: `db/rfc.{}.sql`\n"
    for number, codes in ((12, []), (11, ["R002"])):
        plan = parse_plan(source.format(number), id_pattern=r"rfc\.[0-9]+")
        assert [each.code for each in lint(plan) if each.code == "R002"] == codes


@pytest.mark.parametrize(
    "bait",
    ["- Feature flag: " + "FEATURE_" * 50_000, "- Feature flag: " + "FEATURE_A=false " * 20_000,
     "- DB rollback: " + "a/" * 100_000, "- DB rollback: " + "a.sql " * 50_000,
     "- DB rollback: " + "A" * 100_000 + "-1.sql", "- SLO: " + "1 " * 100_000,
     "- Who: " + " " * 300_000 + "x", "- Flag: x\n" * 9_000, "a\n" * 9_000],
)  # fmt: skip
def test_bait_is_read_to_its_end(bait: str) -> None:
    assert lint(parse_plan(f"{HEAD}{bait}\n"), LintOptions(Status.APPROVED))
