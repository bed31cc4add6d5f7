"""The testing strategy: the types of test it names, and what it says of each."""

import re
from collections.abc import Iterator

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Section, Strategy, TestType
from bot.plan.tables import Table, cell
from bot.plan.text import Span, Value
from bot.plan.words import FIELD, fold

TYPE_COLUMNS = ("type", "types", "test type", "type of test", "kind", "level", "layer", "test")
COVERED_COLUMNS = ("what s covered", "what is covered", "covered", "covers", "what", "scope")


_NAMES = {
    TestType.UNIT: re.compile(r"\bunits?\b"),
    TestType.INTEGRATION: re.compile(r"\bintegrations?\b"),
    TestType.E2E: re.compile(r"\b(?:e2e|end (?:to|2) end)\b"),
}


def read_strategies(document: Document, section: Section | None) -> Iterator[Strategy]:
    """Yield the types of test: of the section's tables, or of `**Unit**: …` and `### Unit`."""
    if section is None or section.na is not None:
        return
    if section.tables:
        for table in section.tables:
            yield from _read_table(document, table)
        return
    for index, block in enumerate(section.content):
        if block.kind is Kind.HEADING:
            below = section.content[index + 1 : index + 2]
            yield from _read_heading(document, block, below[0] if below else block)
        elif block.kind is Kind.PARAGRAPH and not block.quotes:
            yield from _read_fields(document, block)


def _read_table(document: Document, table: Table) -> Iterator[Strategy]:
    named = table.column(*TYPE_COLUMNS) or 0
    covered = table.column(*COVERED_COLUMNS)
    if covered is None:
        covered = 0 if named else 1
    for row in table.rows:
        if not row.swallowed:
            name = cell(row, named).text
            yield from _strategies(name, cell(row, covered), document.text.span(row.line))


def _read_heading(document: Document, heading: Block, below: Block) -> Iterator[Strategy]:
    """Take the first line below a sub-heading for what is said; another heading says nothing."""
    says = below.kind is not Kind.HEADING
    said = document.text.value(below.first) if says else document.text.value(heading.first, 0, 0)
    yield from _strategies(heading.text, said, document.text.span(heading.first))


def _read_fields(document: Document, block: Block) -> Iterator[Strategy]:
    for number, line in document.text.numbered(block.first, block.last):
        if match := FIELD.fullmatch(line):
            said = document.text.value(number, match.start("value"))
            yield from _strategies(match["label"], said, document.text.span(number))


def _strategies(name: str, covered: Value, span: Span) -> Iterator[Strategy]:
    folded = fold(name)
    for kind, pattern in _NAMES.items():
        if pattern.search(folded):
            yield Strategy(kind, covered, span)
