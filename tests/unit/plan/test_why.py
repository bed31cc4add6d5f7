"""What *Why & What* says: the problem, and the two scopes."""

import pytest

from bot.plan.diagnostics import Diagnostic
from bot.plan.lint import lint
from bot.plan.mend import mend
from bot.plan.model import Plan, Purpose
from bot.plan.parse import parse_plan
from bot.plan.why import is_measurable

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n## Why & What\n\n"


def purpose(body: str) -> Purpose:
    read = parse_plan(HEAD + body).purpose
    assert read
    return read


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Search is slow.", "Search is slow."),
        ("- Search is slow.\n- So is the archive.", "- Search is slow.\n- So is the archive."),
        ("**Problem**: search is slow.", "**Problem**: search is slow."),
        ("**In scope**: a\n\nSearch is slow.", "Search is slow."),
        ("Search is slow. In scope: a. Out of scope: b", "Search is slow. "),
        (
            "Search is slow, <!-- very\nslow --> isn't it",
            "Search is slow,          \n         isn't it",
        ),
        ("<details>Search is slow.</details>", "<details>Search is slow.</details>"),
        ("検索が遅い。", "検索が遅い。"),
        ("### Search is slow", ""),
        ("> Search is slow.", ""),
        ("```\nSearch is slow.\n```", ""),
        ("**Problem**:", ""),
        ("**Problem**: TBD", ""),
        ("TODO: Ann writes it", ""),
        ("…", ""),
        ("### In scope\n\nSearch by number.\n\nSearch by date.", ""),
    ],
)
def test_the_problem_is_what_is_neither_scope_nor_code_nor_quote(body: str, problem: str) -> None:
    assert purpose(body).problem == problem


@pytest.mark.parametrize(
    ("body", "in_scope", "out_of_scope"),
    [
        ("**In scope**: a\n**Out of scope**: b", True, True),
        ("- __In scope:__ a\n- *Out of scope* : b", True, True),
        ("In scope (v1): a\nNot in scope: b", True, True),
        ("**In-scope** – a\n\n**Out-of-scope** – b", True, True),
        ("1. In: a\n2. Out: b", True, True),
        ("Scope: a. Excluded: b", True, True),
        ("#### In scope\n\na\n\n#### Out of the scope\n\nb", True, True),
        ("<b>In scope</b>: a\n\nNon-goals:\n* b", True, True),
        ("**In scope**:\n\n- a\n\n**Out of scope**:\n\n| b |\n|---|\n", True, True),
        ("| In scope | Outside of scope |\n|---|---|\n| a | b |", True, True),
        ("Only a is in scope, and b is not in scope.", True, True),
        ("We wish that b stay\nout of\nscope", None, True),
        ("**In scope**: —\n**Out of scope**: N/A", True, True),
        ("**In scope**:\n**Out of scope**:", False, False),
        ("**In scope**: <!-- a -->\n\n### Out of scope\n\n<!-- b -->", False, False),
        ("**In scope**: ** **", False, None),
        ("The scope, in short, is out.", None, None),
        ("> **In scope**: a", None, None),
        ("```\nIn scope: a\n```", None, None),
        ("#### Scoped\n\na\n\n#### Without scope\n\nb", None, None),
    ],
)
def test_scopes(body: str, in_scope: bool | None, out_of_scope: bool | None) -> None:
    """True is said, False a label that nothing follows, None no word of it."""
    read = purpose(f"Search is slow.\n\n{body}\n")
    said = [scope and scope.said for scope in (read.in_scope, read.out_of_scope)]
    assert said == [in_scope, out_of_scope]


def test_a_label_has_its_place() -> None:
    source = f"{HEAD}Slow.\n\n- 👩‍💻 **In scope**:\n"
    plan = parse_plan(source.replace("\n", "\r\n"))
    assert plan.purpose
    assert plan.purpose.in_scope
    label = plan.purpose.in_scope.label
    assert label.text == "In scope"
    assert plan.text.line(label.span.line)[label.span.column - 1 : label.span.end_column - 1] == (
        label.text
    )


@pytest.mark.parametrize(
    "text",
    [
        "in 300 ms",
        "95 %",
        "half of them",
        "fewer than three",
        "≤ 2 s",
        "under a minute",
        "£5",
    ],
)
def test_measurable(text: str) -> None:
    assert is_measurable(text)


@pytest.mark.parametrize("text", ["Search should be good", "see FEAT-12", "the v2", "atone", ""])
def test_not_measurable(text: str) -> None:
    assert not is_measurable(text)


@pytest.mark.parametrize("body", ["N/A — a library", "<!-- later -->", "---"])
def test_an_empty_section_has_no_purpose(body: str) -> None:
    assert parse_plan(HEAD + body).purpose is None


@pytest.mark.parametrize(
    "bait",
    [
        "in scope " * 40_000,
        "in scope: " * 40_000,
        "in scope (" * 40_000,
        "scope:\n" * 9_000,
        "scope: out" + " of in" * 60_000,
        "scope: " + "*_" * 150_000,
        "scope:\nin scope" + " " * 300_000,
        "a: " + "\n".join(["*_" * 20] * 9_000),
        "halv" * 90_000,
        "- out\n" * 9_000,
    ],
)
def test_bait_is_read_to_its_end(bait: str) -> None:
    assert purpose(bait)


@pytest.mark.parametrize(
    ("body", "code", "fixed"),
    [
        ("Slow.\n\n**Out of scope**: b\n\n## Events\n", "W003",
         "Slow.\n\n**Out of scope**: b\n\n**In scope**: {list}\n\n## Events\n"),
        ("Slow.\n\n```\na\n```", "W004", "Slow.\n\n```\na\n```\n\n**Out of scope**: {list}"),
        ("Slow.\n\n- a\n", "W004", "Slow.\n\n- a\n\n**Out of scope**: {list}\n"),
        ("Slow.\n\n```\na", "W004", "Slow.\n\n```\na"),
        ("<div>Slow.\n", "W004", "<div>Slow.\n"),
        ("Slow.\n\n**Out of scope**:\n", "W004", "Slow.\n\n**Out of scope**:\n"),
    ],
)  # fmt: skip
def test_a_missing_scope_is_added_where_it_shows(body: str, code: str, fixed: str) -> None:
    def find(plan: Plan) -> tuple[Diagnostic, ...]:
        return tuple(each for each in lint(plan) if each.code == code)

    assert mend(HEAD + body, parse_plan, find, unsafe=True) == HEAD + fixed
