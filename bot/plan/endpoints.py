"""Methods and paths in a line or a table row. It does not know what is said about them."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.plan.tables import Row, Table, cell
from bot.plan.text import Text, Value
from bot.plan.words import not_applicable

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
METHOD_COLUMNS = ("method", "methods", "verb", "http method", "http verb")
PATH_COLUMNS = ("path", "endpoint", "endpoints", "route", "url", "uri", "resource", "api")

# More than a person would write into one line; a bound, so that a long one costs nothing.
MAX_MENTIONS = 50

# What stands before a path and is no method, not even a misspelt one.
_NO_METHOD = re.compile(
    "ADD|API|ENDPOINT|G?RPC|HTTPS?|METHOD|NEW|PATH|REST|ROUTE|SSE|UR[IL]S?|WEBSOCKET|WSS"
)

_URL = r"(?:https?://[^\s/`|]{1,200})?(?P<path>/[\w{:~.<][^\s`\"'|\]]*)"
_DEFINITION = re.compile(
    rf"""[\s>*_`#+.)(\[\]\d-]*
    (?: (?:new|add(?:s|ed)?|chang\w{{0,3}}|updat\w{{0,3}}|extend\w{{0,3}}|introduc\w{{0,3}}
          |api|endpoint|https?|method|path|rest|route|url)\b [\s:*_`—–-]* ){{0,3}}
    (?P<methods> [a-z]{{3,10}} (?:[ ]?[,/|&+][ ]?[a-z]{{3,10}}){{0,6}} )
    [`*_]{{0,4}} [ \t:]{{1,20}} [`*_]{{0,4}} {_URL}""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_MENTION = re.compile(
    rf"(?<![\w/.-])(?P<methods>{'|'.join(METHODS)})[`*_]{{0,4}}[ \t]{{1,20}}[`*_]{{0,4}}{_URL}",
    re.ASCII,
)
_PATH = re.compile(rf"[`*_]{{0,4}}{_URL}", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+")
_OLD = re.compile(
    r"\b(?:remov|deprecat|retir|drop|replac|instead|exist|unchanged|(?:un)?like)", re.IGNORECASE
)
_GONE = re.compile(
    r"[\W_]*(?:(?:is|are|to|will|be|now)\s){0,3}"
    r"(?:removed|removals?|deprecated|deprecations?|retired|dropped|unchanged)\b",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A method and a path as written, and what else stands in the line or row."""

    method: Value
    path: Value
    rest: str


def is_gone(text: str, start: int = 0) -> bool:
    """Tell whether a text, from there on, begins with a word such as *removed* or *unchanged*.

    >>> is_gone("— will be removed"), is_gone("restores a removed invoice")
    (True, False)
    """
    return _GONE.match(text, start) is not None


def find_definitions(
    text: Text, number: int, line: str, start: int = 0, end: int | None = None
) -> list[Found]:
    """Return what a line (or a part of it) begins with: one path, one or more methods."""
    match = _DEFINITION.match(line, start, len(line) if end is None else end)
    if match is None or is_gone(line, match.end()):
        return []
    words = list(_WORD.finditer(line, *match.span("methods")))
    if not all(_may_be_method(word[0]) for word in words):
        return []
    path = _read_path(text, number, match)
    rest = line[path.span.end_column - 1 : end]
    return [Found(text.value(number, *word.span()), path, rest) for word in words]


def find_mentions(text: Text, number: int, line: str) -> Iterator[Found]:
    """Yield what a line names anywhere, but for what it only compares with."""
    for match in islice(_MENTION.finditer(line), MAX_MENTIONS):
        before = line[max(0, match.start() - 60) : match.start()]
        if not (_OLD.search(before) or is_gone(line, match.end())):
            method = text.value(number, *match.span("methods"))
            yield Found(method, _read_path(text, number, match), "")


def find_in_row(text: Text, table: Table, row: Row) -> list[Found]:
    """Return what a row defines: method and path in one cell, or in two."""
    path_column, method_column = table.column(*PATH_COLUMNS), table.column(*METHOD_COLUMNS)
    method, path = cell(row, method_column), cell(row, path_column)
    line = text.line(row.line)
    found = _find_in_two(text, line, method, path)
    candidates = iter(row.cells if path_column is None else (path,))
    while not found and (candidate := next(candidates, None)):
        path = candidate
        at = candidate.span
        found = find_definitions(text, at.line, line, at.column - 1, at.end_column - 1)
    others = [
        (title.text, value.text)
        for title, value in zip(table.head.cells, row.cells, strict=False)
        if value.text and value not in (method, path)
    ]
    if any(is_gone(said) for _, said in others):
        return []
    said = "\n".join(f"{title}: {value}" for title, value in others)
    return [each._replace(rest=f"{each.rest}\n{said}") for each in found]


def _find_in_two(text: Text, line: str, method: Value, path: Value) -> list[Found]:
    match = _PATH.match(line, path.span.column - 1, path.span.end_column - 1)
    if match is None or not_applicable(method.text) is not None:
        return []
    at = method.span
    words = list(_WORD.finditer(line, at.column - 1, at.end_column - 1))
    known = [word for word in words if word[0].upper() in METHODS]
    read = _read_path(text, path.span.line, match)
    rest = line[read.span.end_column - 1 : path.span.end_column - 1]
    return [
        Found(text.value(at.line, *word.span()), read, rest)
        for word in known[: len(METHODS)] or words[:1]
        if not _NO_METHOD.fullmatch(word[0].upper())
    ]


def _may_be_method(word: str) -> bool:
    return word.upper() in METHODS or (word.isupper() and not _NO_METHOD.fullmatch(word))


def _read_path(text: Text, number: int, match: re.Match[str]) -> Value:
    path = match["path"].rstrip(".,;:!?*_)" if "(" not in match["path"] else ".,;:!?*_")
    start = match.start("path")
    return text.value(number, start, start + len(path))
