"""What `lint` prints: places that a terminal shows right, and logs that programs accept."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from bot.cli.formats import Linted, github, sarif, text
from bot.cli.formats import json as json_format
from bot.plan.diagnostics import Diagnostic, Note, Severity
from bot.plan.fix import Edit, Fix
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES
from bot.plan.text import Span, Text

from .test_properties import texts

SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text("utf-8"))
LOG = Draft4Validator(SCHEMA)


def found(
    span: Span, message: str = "Write less: 100%, at most", fix: Fix | None = None
) -> Diagnostic:
    notes = (Note(Span(2, 1, 2, 2), "the first is here"),)
    return Diagnostic("T003", "task-repeated", Severity.ERROR, span, message, notes, fix)


def linted(line: str, *diagnostics: Diagnostic, path: str = "plans/a b.md") -> Linted:
    return Linted(path, Text((line, "second")), diagnostics)


@pytest.mark.parametrize(
    ("line", "span", "shown", "carets"),
    [
        ("abc def", Span(1, 5, 1, 8), "abc def", "    ^^^"),
        ("abc", Span(1, 4, 1, 4), "abc", "   ^"),
        ("漢字 ab", Span(1, 4, 1, 6), "漢字 ab", "     ^^"),
        ("a漢b", Span(1, 2, 1, 3), "a漢b", " ^^"),
        ("e\u0301a", Span(1, 3, 1, 4), "e\u0301a", " ^"),
        ("한a", Span(1, 2, 1, 3), "한a", "  ^"),
        ("\u1112\u1161\u11ab a", Span(1, 5, 1, 6), "\u1112\u1161\u11ab a", "   ^"),
        ("✅\ufe0fa", Span(1, 3, 1, 4), "✅\ufe0fa", "  ^"),
        ("\ta", Span(1, 2, 1, 3), " a", " ^"),
        ("\x1b[1ma\u202e", Span(1, 5, 1, 6), "�[1ma�", "    ^"),
        ("abc", Span(1, 2, 2, 3), "abc", " ^^"),
    ],
)
def test_the_caret_stands_below_the_place(line: str, span: Span, shown: str, carets: str) -> None:
    rendered = text.render([linted(line, found(span))]).split("\n")
    assert rendered[1:3] == [f"    1 | {shown}", f"      | {carets}"]


def test_text_tells_the_note_and_the_fix() -> None:
    for safe, how in ((True, "--fix"), (False, "--unsafe-fixes")):
        fix = Fix("Renumber it", (Edit(Span(1, 1, 1, 2), "2"),), safe)
        rendered = text.render([linted("1", found(Span(1, 1, 1, 2), fix=fix))])
        assert "      note: line 2: the first is here\n" in rendered
        assert f"      fix: Renumber it ({how})\n" in rendered
        assert rendered.endswith("\n1 plan: 1 error, 0 warnings")


def test_colour_is_all_that_colour_adds() -> None:

    file = linted("1", found(Span(1, 1, 1, 2)))
    coloured = text.render([file], colour=True)
    assert "\x1b[1;31mT003 task-repeated error:\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text.render([file])
    assert "\x1b" not in text.render([file])


def test_json_carries_the_fix() -> None:
    fix = Fix("Renumber it", (Edit(Span(1, 1, 1, 2), "2"),))
    [one] = json.loads(json_format.render([linted("1", found(Span(1, 1, 1, 2), fix=fix))]))
    edit = {"line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": "2"}
    assert one["fix"] == {"message": "Renumber it", "safe": False, "edits": [edit]}


def test_github_commands_are_escaped() -> None:
    one = found(Span(1, 1, 1, 2), "100%\r\nof :: it")
    assert github.render([linted("1", one, path="a,b:%.md")]) == (
        "::error file=a%2Cb%3A%25.md,line=1,endLine=1,col=1,endColumn=2,"
        "title=T003 task-repeated::100%25%0D%0Aof :: it"
    )


def test_github_takes_columns_only_on_one_line() -> None:
    assert ",col=" not in github.render([linted("1", found(Span(1, 1, 2, 2)))])


def run_of(files: list[Linted]) -> dict[str, object]:
    log = json.loads(sarif.render(files))
    LOG.validate(log)
    [run] = log["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_is_valid_and_whole() -> None:
    fix = Fix("Renumber it", (Edit(Span(1, 1, 1, 2), "2"),))
    run = run_of([linted("1", found(Span(1, 1, 1, 2), fix=fix))])
    assert run["results"] == [
        {
            "ruleId": "T003",
            "ruleIndex": sorted(RULES).index("T003"),
            "level": "error",
            "message": {"text": "Write less: 100%, at most"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "plans/a%20b.md"},
                        "region": REGION,
                    }
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": "6ad869d4e526b53d:1"},
            "relatedLocations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "plans/a%20b.md"},
                        "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 2},
                    },
                    "message": {"text": "the first is here"},
                }
            ],
            "fixes": [
                {
                    "description": {"text": "Renumber it"},
                    "artifactChanges": [
                        {
                            "artifactLocation": {"uri": "plans/a%20b.md"},
                            "replacements": [
                                {"deletedRegion": REGION, "insertedContent": {"text": "2"}}
                            ],
                        }
                    ],
                }
            ],
        }
    ]


REGION = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}


def test_sarif_names_every_rule_with_its_page() -> None:
    run = run_of([])
    tool = run["tool"]
    assert isinstance(tool, dict)
    rules = tool["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rule["helpUri"].endswith(f"/docs/rules/{rule['id']}.md") for rule in rules)


def fingerprints(source: str) -> list[str]:
    plan = parse_plan(source)
    run = run_of([Linted("a.md", plan.text, lint(plan))])
    assert isinstance(run["results"], list)
    return [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]


def test_fingerprints_move_with_their_lines() -> None:
    source = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n{team}\n\n{team}\n"
    marks = fingerprints(source)
    assert len(set(marks)) == len(marks)
    assert fingerprints(source.replace("\n\n{team}", "\n\nmore\n\n{team}", 1)) == marks


@settings(max_examples=30, deadline=None)
@given(texts(), st.text(max_size=10).map(lambda name: name + ".md"))
def test_every_format_takes_any_plan(source: str, path: str) -> None:
    plan = parse_plan(source)
    file = Linted(path, plan.text, lint(plan, LintOptions(Status.APPROVED)))
    assert len(json.loads(json_format.render([file]))) == len(file.diagnostics)
    assert github.render([file]).count("\n") == max(len(file.diagnostics) - 1, 0)
    assert "\x1b" not in text.render([file])
    run_of([file])
