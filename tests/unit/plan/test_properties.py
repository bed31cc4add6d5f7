"""Whatever a file holds: it is read without an exception, and every place lies inside the text."""

import datetime
import itertools
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.plan.lint import LintOptions, approvable, blockers, lint
from bot.plan.markdown import read_document
from bot.plan.model import Plan, Status
from bot.plan.parse import parse_plan
from bot.plan.text import Span, Text

PLANS = Path(__file__).parents[2] / "plans"
TEMPLATE = (PLANS / "template/as-is/plan.md").read_text("utf-8")
APPROVED = (PLANS / "complete/approved/plan.md").read_text("utf-8")
OPTIONS = LintOptions(Status.APPROVED, datetime.date(2026, 6, 1))

SNIPPETS = [
    "```", "~~~", "<!--", "-->", "|", "\\|", "`", "~~", "**", "\r\n", "\r", "\n", "\n\n", "\f",
    "\u2028", "\u200b", "\ufeff", "\0", "> ", "- ", "1. ", "    ", "\t", "---", "===", "# ", "## ",
    "{team}", "{?}", "<details>", "</details>", "[x](", "N/A", "—", "1–3", "👩‍💻", "漢",
    "**Status**: Approved", "**Status**: Draft\n", "# Plan: FEAT-2 — Other\n", "&#65;", "Approved",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, source: str) -> str:
    """Draw a text with some places cut out, and snippets put in."""
    text = source
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        text = text[:start] + draw(st.sampled_from(["", *SNIPPETS])) + text[end:]
    return text


def texts() -> st.SearchStrategy[str]:
    pieces = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8)), max_size=40)
    return st.one_of(
        st.text(max_size=200), pieces.map("".join), mutated(TEMPLATE), mutated(APPROVED)
    )


def spans(plan: Plan) -> list[Span]:
    found = [*lint(plan), *lint(plan, OPTIONS), *blockers(plan, OPTIONS)]
    places = [each.span for each in found] + [note.span for each in found for note in each.notes]
    places += [task.span for task in plan.tasks] + [each.span for each in plan.questions]
    places += [section.span for section in plan.sections]
    return places + ([plan.status_span] if plan.status_span else [])


def check(plan: Plan) -> None:
    lines = plan.text.lines
    for at in spans(plan):
        assert 1 <= at.line <= at.end_line <= len(lines)
        assert 1 <= at.column <= len(lines[at.line - 1]) + 1
        assert 1 <= at.end_column <= len(lines[at.end_line - 1]) + 1
        assert (at.line, at.column) <= (at.end_line, at.end_column)
    assert approvable(plan, OPTIONS) == (not blockers(plan, OPTIONS))


@settings(max_examples=100, deadline=None)
@given(texts())
def test_any_text(source: str) -> None:
    check(parse_plan(source))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(source: bytes) -> None:
    check(parse_plan(source))


@settings(max_examples=40, deadline=None)
@given(mutated(APPROVED))
def test_line_ends_and_byte_order_mark_change_nothing(source: str) -> None:
    unix = source.replace("\r", "").replace("\ufeff", "").replace("\0", "")
    plan = parse_plan(unix)
    other = parse_plan("\ufeff" + unix.replace("\n", "\r\n"))
    assert [each for each in lint(other, OPTIONS) if each.code != "D001"] == list(
        lint(plan, OPTIONS)
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("|\\ab`- \t\xa0\u2003:"), max_size=14), min_size=1, max_size=4)
)
def test_cells_are_split_as_the_parser_splits_them(rows: list[str]) -> None:
    source = "\n".join(["| a | b |", "|---|---|", *rows])
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    cells = [
        token.content
        for before, token in itertools.pairwise(tokens)
        if before.tag in ("th", "td") and before.nesting == 1
    ]
    tables = [block.table for block in read_document(Text.of(source)).blocks if block.table]
    split = [
        (*(cell.text for cell in row.cells), "", "")[: len(table.head.cells)]
        for table in tables
        for row in (table.head, *table.rows)
    ]
    assert list(itertools.chain(*split)) == cells


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SNIPPETS), st.integers(0, 110))
def test_nothing_in_the_header_makes_a_draft_approved(snippet: str, at: int) -> None:
    """A Draft says Approved nowhere but for the snippet; one insertion cannot approve it."""
    header = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n**Complexity**: M — why\n\n## Why\n"
    plan = parse_plan(header[:at] + snippet + header[at:])
    if plan.status is Status.APPROVED:
        assert re.search(r"^\W*\*\*Status\*\*: Approved", plan.text.line(plan.status_span.line))  # type: ignore[union-attr]
