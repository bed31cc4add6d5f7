"""The statements of an SQL text and the part each stands in, told apart without understanding them.

So one bad statement does not hide the others.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cache
from typing import NamedTuple

from bot.plan.sql_tokens import (
    DOLLAR_QUOTE,
    PLAIN_MARK,
    STRING,
    WORD,
    TokenKind,
    end_of_comment,
    end_of_dollar_string,
    read_tokens,
)
from bot.plan.words import not_applicable


@cache
def _stop() -> re.Pattern[str]:
    """What ends a stretch of code; made when there is SQL."""
    return re.compile(
        rf"""
    (?P<code> (?: {PLAIN_MARK}++ | {STRING} | {WORD}
              | (?!--|/\*)[-/] | (?!{DOLLAR_QUOTE})\$ )*+ )
    (?: (?P<comment>--[^\n]*+) | (?P<block>/\*) | (?P<dollar>{DOLLAR_QUOTE}) | ; | \Z )
    """,
        re.VERBOSE | re.DOTALL | re.ASCII,
    )


_FIRST_WORD = re.compile(r"[A-Za-z]+")
_WITH_BODY = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|RULE)\b", re.IGNORECASE
)
_REMARK = re.compile(r"(?:--+|/\*)[-*\s]*+(?P<said>[^\n]*?)\s*(?:\*/)?")
_LONGEST_MARKER = 300
_MARKER = re.compile(
    r"(?P<part>rollback|migration)(?:\s+(?:part|plan|script|sql|statements?))?"
    r"\s*(?:\([^()]*\)\s*)?(?:[:—–-]+(?P<rest>.*))?",
    re.IGNORECASE,
)


_OF_THE_TEMPLATE = ["-- migration (must use CONCURRENTLY for indexes)", "-- rollback:"]


def is_template_sql(lines: Sequence[str]) -> bool:
    """Whether a block's lines are the template's, untouched: a placeholder like those in braces."""
    return [line.strip() for line in lines if line.strip()] == _OF_THE_TEMPLATE


class Piece(NamedTuple):
    """A statement: where it starts and ends, without its semicolon, and its first word."""

    start: int
    end: int
    word: str
    rollback: bool


class Marker(NamedTuple):
    """A comment such as `-- rollback:`. `na` is the reason where it says that none is needed."""

    start: int
    end: int
    rollback: bool
    na: str | None = None


def split_statements(text: str, *, rollback: bool = False) -> Iterator[Piece | Marker]:
    """Cut a text at its semicolons and at the comments that begin a part, in order.

    A semicolon separates no statements within the body of a function (BEGIN ATOMIC … END) and
    within the brackets of a rule.
    """
    start: int | None = None  # where the statement that is being read starts, and ends so far
    end = body_end = 0
    for kind, begin, stop in _read_chunks(text):
        marker = None
        if kind is _Chunk.CODE:
            start = begin if start is None else start
            end = stop
        elif begin < body_end:
            pass
        elif kind is _Chunk.COMMENT:
            marker = _read_marker(text[begin:stop], begin, in_rollback=rollback)
        elif start is not None and _WITH_BODY.match(text, start):
            body_end = _end_of_body(text, start)
        ended = kind is _Chunk.SEMICOLON and begin >= body_end
        if start is not None and (ended or marker):
            yield _piece(text, start, end, rollback=rollback)
            start = None
        if marker:
            yield marker
            rollback = marker.rollback
    if start is not None:
        yield _piece(text, start, end, rollback=rollback)


class _Chunk(Enum):
    CODE = auto()
    COMMENT = auto()
    SEMICOLON = auto()


def _read_chunks(text: str) -> Iterator[tuple[_Chunk, int, int]]:
    """Yield code without the white space around it, comments and semicolons, with their places."""
    position = 0
    while position < len(text) and (match := _stop().match(text, position)):
        code, opening, position = match["code"], match.end("code"), match.end()
        if code.strip():
            yield (
                _Chunk.CODE,
                opening - len(code.lstrip()),
                opening - len(code) + len(code.rstrip()),
            )
        if match["dollar"]:
            position = end_of_dollar_string(text, opening, position)
            yield _Chunk.CODE, opening, position
        elif match["block"]:
            position = end_of_comment(text, opening)
            yield _Chunk.COMMENT, opening, position
        elif match["comment"]:
            yield _Chunk.COMMENT, opening, position
        elif opening < position:
            yield _Chunk.SEMICOLON, opening, position


def _piece(text: str, start: int, end: int, *, rollback: bool) -> Piece:
    word = _FIRST_WORD.match(text, start)
    return Piece(start, end, word[0].upper() if word else "", rollback)


def _end_of_body(text: str, start: int) -> int:
    """Return where a statement ends that may hold semicolons, as psql tells."""
    brackets = bodies = 0
    for kind, begin, end in read_tokens(text, start):
        if kind is TokenKind.SEMICOLON and brackets <= 0 and bodies == 0:
            return begin
        if kind is TokenKind.OPEN:
            brackets += 1
        elif kind is TokenKind.CLOSE:
            brackets -= 1
        elif kind is TokenKind.WORD:
            word = text[begin:end].upper()
            if word == "BEGIN" or (word == "CASE" and bodies):
                bodies += 1
            elif word == "END" and bodies:
                bodies -= 1
    return len(text.rstrip())


def _read_marker(comment: str, start: int, *, in_rollback: bool) -> Marker | None:
    """Read a comment that begins a part, or says in the rollback part that nothing is needed."""
    remark = _REMARK.fullmatch(comment) if len(comment) <= _LONGEST_MARKER else None
    said = remark["said"] if remark else ""
    if match := _MARKER.fullmatch(said):
        rollback = match["part"].lower() == "rollback"
        na = not_applicable(match["rest"]) if rollback and match["rest"] else None
        return Marker(start, start + len(comment.rstrip()), rollback, na)
    na = not_applicable(said) if in_rollback and any(map(str.isalnum, said)) else None
    return (
        None if na is None else Marker(start, start + len(comment.rstrip()), rollback=True, na=na)
    )
