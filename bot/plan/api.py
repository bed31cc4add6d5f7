"""The endpoints of *API Changes*, and what is said near each: headers, request, response, errors.

A line, a list item, a heading or a table row that begins with a method and a path defines an
endpoint. Where none does, the endpoints that sentences mention count. What follows belongs to the
endpoint, up to the next one; what stands before the first, or speaks of all, belongs to every one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.plan.endpoints import Found, find_definitions, find_in_row, find_mentions, is_gone
from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Endpoint, Section
from bot.plan.prose import mask_comments
from bot.plan.tables import Table
from bot.plan.text import Text

_TEMPLATE_PATH = "/v{n}/{resource}"
_OF_ALL = re.compile(r"\b(?:all|both|common|each|every|shared)\b", re.IGNORECASE)

_KEY = re.compile(r"idempotency[-_ ]?key", re.IGNORECASE)
# White space is bounded or stands alone, or a long run of it would cost quadratic time.
_SAID = r"\b[ \t]{0,9}(?:\([^()\n]{0,60}\))?[\s:*_`|]*[^\s:*_`|]"
_ERRORS = re.compile(rf"\berrors?(?: codes?)?{_SAID}|(?<![\w/.-])[45](?:\d\d|xx)\b", re.IGNORECASE)
_REQUEST = re.compile(
    rf"\b(?:requests?|body|payload|param(?:eter)?s?|query|input|accepts|takes){_SAID}",
    re.IGNORECASE,
)
_RESPONSE = re.compile(
    rf"\b(?:responses?|returns?|answers?|repl(?:y|ies)|output){_SAID}|[-=]>|→"
    r"|(?<![\w/.-])[23](?:\d\d|xx)\b",
    re.IGNORECASE,
)


class _Said(NamedTuple):
    """What a text says of an endpoint."""

    key: bool
    request: bool
    response: bool
    errors: bool

    @classmethod
    def of(cls, text: str) -> "_Said":
        return cls(*(bool(what.search(text)) for what in (_KEY, _REQUEST, _RESPONSE, _ERRORS)))


class _Group:
    """Endpoints that are described together, and the lines that describe them.

    A heading of level `depth` or above ends it.
    """

    def __init__(self, found: list[Found], block: Block, depth: int = 0) -> None:
        self.found = found
        self.block = block
        self.depth = depth
        self.lines: list[str] = []
        self.described = False


def read_endpoints(document: Document, section: Section | None) -> Iterator[Endpoint]:
    """Yield the endpoints that a section defines, or else those that it mentions."""
    if section is None or section.na is not None:
        return
    reader = _Reader(document.text)
    for block in section.content:
        if not block.quotes:
            reader.read(block)
    shared = _Said.of("\n".join(reader.shared))
    for group in reader.groups or _find_mentioned(document.text, reader.blocks):
        said = _Said.of("\n".join(group.lines))
        for found in group.found:
            if found.path.text != _TEMPLATE_PATH:
                yield Endpoint(
                    found.method,
                    found.path,
                    group.block.kind,
                    idempotency_key=said.key or shared.key,
                    request=said.request or shared.request,
                    response=said.response or shared.response,
                    errors=said.errors or shared.errors,
                )


class _Reader:
    """Walks through the blocks; a line goes to the endpoint above it, or to all of them."""

    def __init__(self, text: Text) -> None:
        self.groups: list[_Group] = []
        self.blocks: list[Block] = []  # but for those below a heading such as *Removed*
        self.shared: list[str] = []
        self._text = text
        self._group: _Group | None = None
        self._level = 2
        self._gone = False

    def read(self, block: Block) -> None:
        if block.kind is Kind.HEADING:
            self._level = block.level
            self._gone = is_gone(block.text)
        if not self._gone:
            self.blocks.append(block)
        if self._group and _ends(self._group, block):
            self._group = None
        if block.table and self._read_table(block, block.table):
            return
        for number, line in _visible(self._text, block):
            found = self._find(block, number, line)
            if found:
                self._begin(block, found)
            self._add(block, found[0].rest if found else line)

    def _find(self, block: Block, number: int, line: str) -> list[Found]:
        """Return what a line defines; a wrapped line of prose may only look as if it did."""
        if self._gone or "/" not in line:
            return []
        listing = block.kind in (Kind.FENCE, Kind.CODE) or number == block.first
        if listing or (self._group and self._group.block is block):
            return find_definitions(self._text, number, line)
        return []

    def _read_table(self, block: Block, table: Table) -> bool:
        """Read the rows of a table of endpoints; tell whether it is one."""
        defined = [find_in_row(self._text, table, row) for row in table.rows if not row.swallowed]
        if not any(defined):
            return False
        for found in defined:
            if found and not self._gone:
                self._begin(block, found, apart=True)
                self._add(block, found[0].rest)
        self._group = None
        return True

    def _begin(self, block: Block, found: list[Found], *, apart: bool = False) -> None:
        group = self._group
        if group and group.block is block and not (apart or group.described):
            group.found += found
            return
        depth = block.level if block.kind is Kind.HEADING else max(3, self._level)
        self._group = _Group(list(found), block, depth)
        self.groups.append(self._group)

    def _add(self, block: Block, line: str) -> None:
        if self._group:
            self._group.lines.append(line)
            self._group.described |= any(map(str.isalnum, line))
        if self._group is None or (block.kind is Kind.PARAGRAPH and _OF_ALL.search(line)):
            self.shared.append(line)


def _ends(group: _Group, block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return block.level <= group.depth
    return block.lists < group.block.lists


def _find_mentioned(text: Text, blocks: list[Block]) -> Iterator[_Group]:
    """Yield the endpoints that sentences mention; all that is said is then said of all."""
    for block in blocks:
        lines = _visible(text, block)
        yield _Group([each for line in lines for each in find_mentions(text, *line)], block)


def _visible(text: Text, block: Block) -> Iterator[tuple[int, str]]:
    """Yield the lines of a block with comments blanked out, without the marks of a fence."""
    first, last = block.first, block.last
    if block.kind is Kind.FENCE:
        return text.numbered(first + 1, last)
    lines = text.lines[first - 1 : last]
    if any("<!--" in line for line in lines):
        return enumerate(mask_comments("\n".join(lines)).split("\n"), first)
    return text.numbered(first, last)
