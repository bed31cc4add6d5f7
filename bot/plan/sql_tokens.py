"""SQL as tokens, as PostgreSQL's lexer cuts them; it knows quotes and comments, and no grammar.

https://www.postgresql.org/docs/current/sql-syntax-lexical.html
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import cache, lru_cache

# A letter is whatever is not ASCII, a no-break space included. So these say which of ASCII they are
# not; to compile a range from there to U+10FFFF takes 5 ms.
_LETTER = r"[^\x00-@\[-^`{-\x7f]"
_IN_TAG = r"[^\x00-/:-@\[-^`{-\x7f]"
_IN_WORD = r"[^\x00-\#%-/:-@\[-^`{-\x7f]"

# Possessive, so that a quote that never closes costs one pass. These are meant for
# `re.VERBOSE | re.DOTALL | re.ASCII`.
STRING = r"""(?: [eE]'(?:[^'\\]++|\\.|'')*+'? | '(?:[^']++|'')*+'? )"""
DOLLAR_QUOTE = rf"""(?: \$(?:{_LETTER}{_IN_TAG}*+)?\$ )"""
WORD = rf"""(?: "(?:[^"]++|"")*+"? | {_IN_TAG}{_IN_WORD}*+ )"""
# White space and marks, but for those that begin one of these or a comment, or end a statement.
PLAIN_MARK = r"""[\x00-!\#%&(-,.:<-@\[-^`{-\x7f]"""


@cache
def _token() -> re.Pattern[str]:
    """What a token is; made when there is SQL."""
    return re.compile(
        rf"(?P<comment>--[^\n]*+) | (?P<block>/\*) | (?P<string>{STRING})"
        rf" | (?P<dollar>{DOLLAR_QUOTE}) | (?P<word>{WORD}) | (?P<mark>\S)",
        re.VERBOSE | re.DOTALL | re.ASCII,
    )


_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_$]*", re.ASCII)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class TokenKind(Enum):
    """What a token is."""

    STRING = auto()
    WORD = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    SEMICOLON = auto()
    DOT = auto()
    OTHER = auto()


_MARKS = {
    "(": TokenKind.OPEN,
    "[": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "]": TokenKind.CLOSE,
    ",": TokenKind.COMMA,
    ";": TokenKind.SEMICOLON,
    ".": TokenKind.DOT,
}


def read_tokens(text: str, position: int = 0) -> Iterator[tuple[TokenKind, int, int]]:
    """Yield each token's kind, start and end, without comments; an unclosed one ends the text."""
    while match := _token().search(text, position):
        start, position = match.span()
        if match["mark"]:
            yield _MARKS.get(match[0], TokenKind.OTHER), start, position
        elif match["word"]:
            yield TokenKind.WORD, start, position
        elif match["string"]:
            yield TokenKind.STRING, start, position
        elif match["dollar"]:
            position = end_of_dollar_string(text, start, position)
            yield TokenKind.STRING, start, position
        elif match["block"]:
            position = end_of_comment(text, start)


def end_of_comment(text: str, start: int) -> int:
    """Return where the `/*` comment that starts there ends; they nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def end_of_dollar_string(text: str, start: int, content: int) -> int:
    """Return where the string ends whose opening `$tag$` starts and ends there."""
    closing = text.find(text[start:content], content)
    return len(text) if closing < 0 else closing + content - start


@lru_cache(maxsize=16)
def find_commas(text: str) -> tuple[int, ...]:
    """Return the places of the commas that stand in no brackets.

    Every finding about a part of a statement asks for them, so they are kept for the last few.

    >>> find_commas("DROP TABLE a, b")
    (12,)
    """
    commas = []
    depth = 0
    for kind, start, _ in read_tokens(text):
        if kind is TokenKind.OPEN:
            depth += 1
        elif kind is TokenKind.CLOSE:
            depth -= 1
        elif kind is TokenKind.COMMA and depth == 0:
            commas.append(start)
    return tuple(commas)


def quote_name(name: str) -> str:
    """Write a name as SQL does: in quotes where it would else be read as another.

    >>> quote_name("invoice"), quote_name("Invoice")
    ('invoice', '"Invoice"')
    """
    return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'
