"""A house has its own names for sections, asks for fewer of small plans, and adds some."""

import pytest

from bot.plan.lint import LintOptions, lint
from bot.plan.model import SectionName
from bot.plan.parse import parse_plan
from bot.plan.sections import section_names

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n**Complexity**: {size} — why\n\n"
GERMAN = {"Ereignisse": "Events", "Offene Fragen & Risiken": "Open Questions"}
SMALL = LintOptions(required={"S": ("Why & What", "Events")})


def missing(source: str, options: LintOptions, aliases: dict[str, str] | None = None) -> list[str]:
    found = lint(parse_plan(source, aliases=aliases or {}), options)
    return [each.message.split("”")[0].split("“")[1] for each in found if each.code == "S001"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Ereignisse", SectionName.EVENTS),
        ("5. **EREIGNISSE** 📣", SectionName.EVENTS),
        ("Events", SectionName.EVENTS),
        ("Offene Fragen and Risiken", SectionName.QUESTIONS),
        ("Ereignis", None),
    ],
)
def test_an_alias_is_compared_as_loosely_as_a_name(heading: str, name: SectionName | None) -> None:
    [section] = parse_plan(f"# Plan: FEAT-1 — a\n\n## {heading}\n", aliases=GERMAN).sections
    assert section.name is name


def test_what_stands_under_an_alias_is_read() -> None:
    table = "| # | Question | Owner | Due | Answer |\n|--|--|--|--|--|\n| 1 | Why? | Ann | | |\n"
    source = f"# Plan: FEAT-1 — a\n\n## Offene Fragen & Risiken\n\n{table}"
    assert [each.answered for each in parse_plan(source, aliases=GERMAN).questions] == [False]
    assert parse_plan(source).questions == ()


def test_the_template_keeps_its_own_names() -> None:
    assert section_names({"Events": "API Changes"})["events"] is SectionName.EVENTS


def test_an_alias_at_another_level_is_no_second_title() -> None:
    plan = parse_plan("# Plan: FEAT-1 — a\n\n# Ereignisse\n", aliases=GERMAN)
    found = {each.code: each for each in lint(plan)}
    assert "H003" not in found
    assert found["S007"].message == "“Events” is a heading of level 1: write `## Ereignisse`"


def test_the_complexity_says_what_is_required() -> None:
    small, medium = (HEAD.format(size=size) for size in "SM")
    assert missing(small, SMALL) == ["Why & What", "Events"]
    assert missing(small + "## Ereignisse\n", SMALL, GERMAN) == ["Why & What"]
    assert missing(medium, SMALL) == list(SectionName)
    assert missing("# Plan: FEAT-1 — Search\n", SMALL) == list(SectionName)


def test_a_house_section_is_required_and_not_empty() -> None:
    options = LintOptions(house_sections=["Observability", "Cost & Capacity"], required={"S": ()})
    source = HEAD.format(size="S")
    assert missing(source, options) == ["Observability", "Cost & Capacity"]
    source += "## 1. observability\n\n## Cost and capacity\n\nN/A — no new load\n"
    assert missing(source, options) == []
    assert [each.message for each in lint(parse_plan(source), options) if each.code == "S005"] == [
        "“1. observability” is empty: fill it in, or write `N/A — reason`"
    ]


def test_a_house_section_is_added_by_its_fix() -> None:
    options = LintOptions(house_sections=["Observability"], required={"S": ()})
    [found] = [each for each in lint(parse_plan(HEAD.format(size="S")), options) if each.fix]
    assert found.fix
    assert [edit.text for edit in found.fix.edits] == ["\n## Observability\n"]
