"""The SQL of a plan: its migration and its rollback, statement by statement. It judges nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.plan.changes import Fault, Reading
from bot.plan.markdown import Block, Kind
from bot.plan.model import Plan, SectionName
from bot.plan.sql_tokens import find_commas
from bot.plan.statements import Piece, split_statements
from bot.plan.text import Span, Text, Value
from bot.plan.words import fold

# A plan shows the gist of a migration; what is longer belongs into a file of its own.
MAX_CHARACTERS = 64 * 1024
MAX_STATEMENTS = 500

_LANGUAGES = frozenset({"sql", "postgresql", "postgres", "pgsql", "psql", "plpgsql"})
# What changes nothing that lasts: transactions, settings, queries.
_PREPARATIONS = frozenset(
    {"ABORT", "ANALYZE", "BEGIN", "COMMIT", "DISCARD", "END", "EXPLAIN", "LOCK", "NOTIFY"}
    | {"RELEASE", "RESET", "ROLLBACK", "SAVEPOINT", "SELECT", "SET", "SHOW", "START", "VACUUM"}
)
_DEFINITIONS = frozenset({"CREATE", "ALTER", "DROP"})
_LISTING = frozenset({"ALTER", "DROP", "TRUNCATE"})
_LANGUAGE = re.compile(r"[\s{.]*([A-Za-z]+)")
_HEAD = re.compile(r"(?:(?!--|/\*)[^\n(])*")
_ALTER_TABLE = re.compile(
    r"""ALTER\s+(?:FOREIGN\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?
        (?:"[^"]*"|[^\s".]+)(?:\s*\.\s*(?:"[^"]*"|[^\s".]+))*\s+(?:\*\s+)?""",
    re.IGNORECASE | re.VERBOSE,
)


class SqlBlock(NamedTuple):
    """A fenced block of SQL: its text, its first line, and what stands before each line of it."""

    text: str
    line: int
    margins: tuple[int, ...] = ()
    rollback: bool = False

    def value(self, start: int, end: int) -> Value:
        """Return the characters `start` to `end`, at most to the end of the line."""
        row = self.text.count("\n", 0, start)
        margin = self.margins[row] if row < len(self.margins) else 0
        left = max(0, start - (self.text.rfind("\n", 0, start) + 1) + margin)
        text = self.text[start:end].split("\n", 1)[0].rstrip()
        line = self.line + row
        return Value(text, Span(line, left + 1, line, left + 1 + len(text)))


class Statement(NamedTuple):
    """A statement of the migration or of the rollback, with what it does.

    `within` is the statement that begins the transaction in which it stands.
    """

    block: SqlBlock
    piece: Piece
    reading: Reading
    within: "Statement | None" = None

    @property
    def text(self) -> str:
        """The statement as written."""
        return self.block.text[self.piece.start : self.piece.end]

    @property
    def defines(self) -> bool:
        """Whether it is DDL."""
        return self.piece.word in _DEFINITIONS

    def head(self, part: int = 0) -> Value:
        """Return the first words of one of its parts, up to a bracket or the end of the line."""
        text = self.text
        commas = find_commas(text) if self.piece.word in _LISTING else ()
        starts = [0, *(comma + 1 for comma in commas)]
        part = min(part, len(commas))
        start, end = starts[part], [*commas, len(text)][part]
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if part == 0 and (command := _ALTER_TABLE.match(text, 0, end)):
            start = command.end()
        head = _HEAD.match(text, start, end)
        return self.block.value(
            self.piece.start + start, self.piece.start + (head.end() if head else end)
        )

    def first_words(self, pattern: re.Pattern[str]) -> Value | None:
        """Return what a pattern matches at its start."""
        match = pattern.match(self.block.text, self.piece.start, self.piece.end)
        return self.block.value(*match.span()) if match else None

    def at(self, fault: Fault) -> Value:
        """Return what of it the fault is about."""
        return self.block.value(self.piece.start + fault.start, self.piece.start + fault.end)


class Migration(NamedTuple):
    """What the SQL blocks of a plan hold.

    `marker` is the first comment that begins a rollback, `rollback_na` the reason where one says
    that none is needed. `unread` is the first statement that was too much to be read.
    """

    blocks: tuple[SqlBlock, ...] = ()
    statements: tuple[Statement, ...] = ()
    marker: Value | None = None
    rollback_na: str | None = None
    unread: Statement | None = None

    @property
    def forward(self) -> tuple[Statement, ...]:
        """The statements of the migration."""
        return tuple(each for each in self.statements if not each.piece.rollback)

    @property
    def rollback(self) -> tuple[Statement, ...]:
        """The statements of the rollback."""
        return tuple(each for each in self.statements if each.piece.rollback)

    @property
    def lasting(self) -> tuple[Statement, ...]:
        """The statements of the migration that change something that lasts."""
        return tuple(each for each in self.forward if each.piece.word not in _PREPARATIONS)


_NONE = Migration()
_UNREAD = Reading(opaque=True)


def read_migration(plan: Plan) -> Migration:
    """Return the SQL of a plan's data model; none where it has no SQL, or says N/A."""
    section = plan.section(SectionName.DATA_MODEL)
    if section is None or section.na is not None:
        return _NONE
    blocks = tuple(_find_blocks(plan.text, section.content))
    return _read_blocks(blocks) if blocks else _NONE


def _find_blocks(text: Text, content: Sequence[Block]) -> Iterator[SqlBlock]:
    """Yield the fenced blocks of SQL; one right below the word *rollback* holds the rollback."""
    before: Block | None = None
    for block in content:
        if block.kind is Kind.FENCE and not block.quotes:
            line = text.line(block.first)
            language = _LANGUAGE.match(line.partition(block.markup)[2])
            if language and language[1].lower() in _LANGUAGES:
                below = before is not None and _is_rollback(text, before)
                yield SqlBlock(block.text, block.first + 1, _margins(text, block), below)
        before = block


def _is_rollback(text: Text, block: Block) -> bool:
    if block.kind is Kind.HEADING:
        return fold(block.text).startswith("rollback")
    return block.kind is Kind.PARAGRAPH and fold(text.line(block.last)[:80]).startswith("rollback")


def _margins(text: Text, block: Block) -> tuple[int, ...]:
    """Return how much of each line the parser took away: the indentation of a list or a fence."""
    if text.line(block.first).startswith(block.markup):
        return ()
    lines = text.lines[block.first : block.last]
    return tuple(
        len(line) - len(shown) for line, shown in zip(lines, block.text.split("\n"), strict=False)
    )


@lru_cache(maxsize=16)
def _read_blocks(blocks: tuple[SqlBlock, ...]) -> Migration:
    """Read the SQL; what was read last is kept, for every rule asks anew."""
    pieces: list[tuple[SqlBlock, Piece]] = []
    marker: Value | None = None
    rollback_na: str | None = None
    for block in blocks:
        for each in split_statements(block.text, rollback=block.rollback):
            if isinstance(each, Piece):
                pieces.append((block, each))
            elif each.rollback:
                marker = marker or block.value(each.start, each.end)
                rollback_na = each.na if rollback_na is None else rollback_na
    statements = tuple(_read_statements(pieces)) if pieces else ()
    unread = next((each for each in statements if each.reading is _UNREAD), None)
    return Migration(blocks, statements, marker, rollback_na, unread)


def _read_statements(pieces: Iterable[tuple[SqlBlock, Piece]]) -> Iterator[Statement]:
    """Yield the statements, each with the one that begins its transaction."""
    from bot.plan.sql import read_statement

    begun: Statement | None = None
    characters = 0
    for number, (block, piece) in enumerate(pieces, 1):
        characters += piece.end - piece.start
        much = number > MAX_STATEMENTS or characters > MAX_CHARACTERS
        reading = _UNREAD if much else read_statement(block.text[piece.start : piece.end])
        if begun and (begun.block is not block or begun.piece.rollback != piece.rollback):
            begun = None  # another part is another script
        statement = Statement(block, piece, reading, begun)
        yield statement
        if reading.begins is not None:
            begun = statement if reading.begins else None
