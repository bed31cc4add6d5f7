"""The blocks of a Markdown text, as GitHub sees them. It knows nothing of plans.

Only the block level is parsed: inline parsing is the larger half of the cost, and no rule needs it.
What could cost without bound is refused before the parser sees it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum, auto
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from markdown_it.token import Token

from bot.plan.block_rules import make_parser, parse_blocks
from bot.plan.prose import mask_comments, mask_inline
from bot.plan.tables import Table, read_table
from bot.plan.text import Text

MAX_LINES = 10_000
MAX_CELLS = 20_000
MAX_DEPTH = 50

_MARKERS = re.compile(r"(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))*[ \t]*")
_MARKER = re.compile(r">|[-+*]|\d+")


class Kind(StrEnum):
    """What a block is."""

    HEADING = auto()
    PARAGRAPH = auto()
    TABLE = auto()
    FENCE = auto()
    CODE = auto()
    HTML = auto()
    BREAK = auto()


class Block(NamedTuple):
    """A leaf block: its lines, both included, and how many quotes and list items it stands in."""

    kind: Kind
    first: int
    last: int
    quotes: int = 0
    lists: int = 0
    level: int = 0
    markup: str = ""
    text: str = ""
    table: Table | None = None

    @property
    def top(self) -> bool:
        """Whether it stands in no quote and no list."""
        return not (self.quotes or self.lists)


class Document(NamedTuple):
    """A parsed text: its blocks in order, and its lines with code and comments blanked out.

    `by_kind` are the blocks again: who looks for tables need not look at all that is none.
    """

    text: Text
    blocks: tuple[Block, ...]
    prose: Text
    by_kind: Mapping[Kind, Sequence[Block]] = MappingProxyType({})

    def of(self, kind: Kind) -> Sequence[Block]:
        """Return the blocks of a kind, in order."""
        return self.by_kind.get(kind, ())

    def is_closed(self, fence: Block) -> bool:
        """Tell whether a fence ends in its closing line, not with the file."""
        last = self.text.line(fence.last).strip()
        closes = last.startswith(fence.markup) and not last.strip(last[0])
        return closes and fence.last > fence.first


def find_excess(text: Text) -> str | None:
    """Say what in a text is too much to be parsed in bounded time, None when nothing is."""
    if len(text.lines) > MAX_LINES:
        return f"{len(text.lines):,} lines, and the limit is {MAX_LINES:,}"
    cells = width = 0
    for number, line in enumerate(text.lines, 1):
        if "|" in line:
            if is_delimiter_row(line):
                width = max(width, line.count("|") + 1)
            cells += max(width, line.count("|") + 1)
        elif width:
            cells += width
            if not line.strip(" \t>"):
                width = 0
        if cells > MAX_CELLS:
            return f"more than {MAX_CELLS:,} table cells by line {number}"
        if len(line) > MAX_DEPTH:
            markers = _MARKERS.match(line)
            if markers and len(_MARKER.findall(markers[0])) > MAX_DEPTH:
                return f"more than {MAX_DEPTH} nested quotes and lists on line {number}"
    return None


def read_document(text: Text) -> Document:
    """Parse the blocks of a text that `find_excess` found bounded."""
    lines = _without_front_matter(text.lines)
    # A lone carriage return would be a line end for the parser and none for us.
    source = "\n".join(lines).replace("\r", " ")
    blocks = tuple(_read_blocks(text, parse_blocks(_parser(), source)))
    by_kind: defaultdict[Kind, list[Block]] = defaultdict(list)
    for block in blocks:
        by_kind[block.kind].append(block)
    return Document(text, blocks, _read_prose(lines, by_kind), by_kind)


_parser = cache(make_parser)


def inline_tokens(source: str) -> Sequence[Token]:
    """Parse one paragraph's inline content: for the Status line alone, where guessing is wrong."""
    tokens: list[Token] = []
    _parser().inline.parse(source, _parser(), {}, tokens)
    return tokens


def _without_front_matter(lines: Sequence[str]) -> Sequence[str]:
    """Blank out YAML front matter: GitHub shows it as a table, not as Markdown."""
    if lines[0].rstrip() != "---":
        return lines
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    return lines if end is None else [""] * (end + 1) + list(lines[end + 1 :])


_LEAVES = {
    "heading_open": Kind.HEADING,
    "paragraph_open": Kind.PARAGRAPH,
    "table_open": Kind.TABLE,
    "fence": Kind.FENCE,
    "code_block": Kind.CODE,
    "html_block": Kind.HTML,
    "hr": Kind.BREAK,
}
_NESTING = {
    "blockquote_open": (1, 0),
    "blockquote_close": (-1, 0),
    "bullet_list_open": (0, 1),
    "bullet_list_close": (0, -1),
    "ordered_list_open": (0, 1),
    "ordered_list_close": (0, -1),
}


def _read_blocks(text: Text, tokens: Sequence[Token]) -> list[Block]:
    blocks: list[Block] = []
    quotes = lists = 0
    rows: list[int] = []
    for index, token in enumerate(tokens):
        name = token.type
        if name == "tr_open" and token.map:
            rows.append(token.map[0] + 1)
        elif name == "table_close":
            if not quotes:
                blocks[-1] = blocks[-1]._replace(table=read_table(text, rows))
            rows.clear()
        elif name in _NESTING:
            quotes += _NESTING[name][0]
            lists += _NESTING[name][1]
        elif name in _LEAVES and token.map:
            kind = _LEAVES[name]
            heading = kind is Kind.HEADING
            blocks.append(
                Block(
                    kind,
                    first=token.map[0] + 1,
                    last=max(token.map[1], token.map[0] + 1),
                    quotes=quotes,
                    lists=lists,
                    level=int(token.tag[1]) if heading else 0,
                    markup=token.markup,
                    text=tokens[index + 1].content if heading else token.content,
                )
            )
    return blocks


def _read_prose(lines: Sequence[str], by_kind: Mapping[Kind, Sequence[Block]]) -> Text:
    """Blank out code and comments, column by column, so that what is left keeps its place."""
    prose = list(lines)
    for kind, blocks in by_kind.items():
        mask = _MASKS.get(kind, _mask_paragraph)
        for block in blocks:
            here = slice(block.first - 1, block.last)
            prose[here] = mask(prose[here])
    return Text(tuple(prose))


def _mask_code(lines: list[str]) -> list[str]:
    return [""] * len(lines)


def _mask_html(lines: list[str]) -> list[str]:
    return mask_comments("\n".join(lines)).split("\n")


def _mask_table(lines: list[str]) -> list[str]:  # a code span ends with its cell
    return [mask_inline(line) if "`" in line else line for line in lines]


def _mask_paragraph(lines: list[str]) -> list[str]:
    inline = "\n".join(lines)
    return mask_inline(inline).split("\n") if "`" in inline or "<!--" in inline else lines


_MASKS = {
    Kind.FENCE: _mask_code,
    Kind.CODE: _mask_code,
    Kind.HTML: _mask_html,
    Kind.TABLE: _mask_table,
}


def is_delimiter_row(line: str) -> bool:
    """Tell whether a line can be the one below a table's head: dashes between pipes."""
    return "|" in line and "-" in line and not line.strip("|:- \t>")
