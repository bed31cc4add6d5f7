"""The header block: the title and the fields below it, read there and nowhere else."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Header, Status, Title
from bot.plan.status import read_status_lines
from bot.plan.text import Value
from bot.plan.words import FIELD, fold

DEFAULT_ID_PATTERN = "[A-Z][A-Z0-9]*-[0-9]+"

_TITLE = re.compile(r"[#\s*_]*plan[*_]*\s*[:：][*_]*\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"[*_]*(?:\s*[—–:−]\s*|\s+-{1,3}\s+|\s+|$)")
_WORD = re.compile(r"[^\s—–:]+")


def read_header(document: Document, id_pattern: str) -> Header:
    """Read the title and the fields between it and the first heading or thematic break."""
    heading = _find_title(document.of(Kind.HEADING))
    title = _read_title(document, heading, id_pattern) if heading else None
    body, underlined = _find_body(document, heading)
    fields: dict[str, Value] = {}
    for block in body:
        for label, value in _read_fields(document, block):
            fields.setdefault(label, value)
    statuses = read_status_lines(document, body)
    if title is None or not title.is_plan or underlined:  # H001 or D005 says so
        statuses = [line._replace(status=Status.UNSET) for line in statuses]
    underline = document.text.span(underlined.last) if underlined else None
    return Header(title, tuple(statuses), tuple(fields.items()), underline)


def _find_body(document: Document, heading: Block | None) -> tuple[list[Block], Block | None]:
    """Return the paragraphs below the title, and the one of them that dashes made a heading."""
    start = document.blocks.index(heading) + 1 if heading else 0
    body: list[Block] = []
    for block in document.blocks[start:]:
        if block.top and block.kind is Kind.BREAK:
            break
        if block.top and block.kind is Kind.HEADING:
            if block.markup in ("-", "=") and any(_read_fields(document, block)):
                return [*body, block], block
            break
        if block.kind is Kind.PARAGRAPH and not block.quotes:
            body.append(block)
    return body, None


def _find_title(headings: Iterable[Block]) -> Block | None:
    """Return the first `# Plan:`, else the first heading that claims to be it, else the first."""
    headings = [block for block in headings if block.top]
    plans = [block for block in headings if _TITLE.match(block.text)]
    tops = [block for block in headings if block.level == 1]
    return next((block for block in plans if block.level == 1), None) or next(
        iter(plans + tops), None
    )


def _read_title(document: Document, heading: Block, id_pattern: str) -> Title:
    line = document.text.line(heading.first)
    match = _TITLE.match(line)
    if match is None or heading.level != 1:
        return Title(document.text.span(heading.first), is_plan=False)
    end = len(line.rstrip().rstrip("#")) if heading.markup.startswith("#") else len(line)
    start = match.end()
    id_end, matches = _find_id(line[:end], start, id_pattern)
    separator = _SEPARATOR.match(line, id_end, end)
    name_start = separator.end() if separator else id_end
    written = document.text.value(heading.first, start, id_end)
    name = document.text.value(heading.first, name_start, max(name_start, end))
    return Title(
        document.text.span(heading.first),
        is_plan=True,
        id=written if written.text else None,
        name=name if name.text else None,
        id_matches=matches,
    )


def _find_id(line: str, start: int, id_pattern: str) -> tuple[int, bool]:
    """Return where the ID ends, and whether it matches the pattern."""
    placeholder = line.find("}", start) if line.startswith("{", start) else -1
    if placeholder >= 0:
        return placeholder + 1, False
    match = _compile(id_pattern).match(line, start)
    if match and match.end() > start and _SEPARATOR.match(line, match.end()):
        return match.end(), True
    word = _WORD.match(line, start)
    return (word.end() if word else start), False


@lru_cache(maxsize=64)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _read_fields(document: Document, block: Block) -> Iterator[tuple[str, Value]]:
    """Yield the labels and values of a paragraph; a backslash at a line's end breaks the line."""
    for number, line in document.text.numbered(block.first, block.last):
        if match := FIELD.fullmatch(line):
            end = len(line) - (line.endswith("\\") and number < block.last)
            yield fold(match["label"]), document.text.value(number, match.start("value"), end)
