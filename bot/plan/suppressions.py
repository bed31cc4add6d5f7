"""Suppressions: `<!-- plan-gate: ignore T008 — reason -->`, as written. It knows no rule."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Suppression
from bot.plan.prose import find_comments, find_hidden
from bot.plan.text import Span, Value

_HEAD = re.compile(r"<!--\s*plan-gate\s*:?\s*ignore\b[\s:]*", re.IGNORECASE)
_RULE = re.compile(r"(?P<gap>[\s,]*)(?P<rule>\w+(?:-\w+)*)")
_LIKE_A_RULE = re.compile(r"[a-z]{1,3}\d{1,4}|[a-z0-9]+(?:-[a-z0-9]+)+", re.IGNORECASE)
_AROUND_REASON = " \t\n\xa0—–-:;,.()"
_MARKERS = " \t>*+-|"


def read_suppressions(document: Document) -> Iterator[Suppression]:
    """Yield the suppressions: comments only, not what code shows of them.

    One that stands alone on its line hides what is found on the next line, too.
    """
    marked = [n for n, line in enumerate(document.text.lines, 1) if "plan-gate" in line.lower()]
    if marked:
        for block in document.blocks:
            if bisect_left(marked, block.first) < bisect_right(marked, block.last):
                yield from _read_block(document, block)


def _read_block(document: Document, block: Block) -> Iterator[Suppression]:
    lines = document.text.lines[block.first - 1 : block.last]
    match block.kind:
        case Kind.FENCE | Kind.CODE | Kind.BREAK:
            return
        case Kind.TABLE:  # neither a code span nor a comment goes beyond a row
            parts = list(enumerate(lines, block.first))
        case _:
            parts = [(block.first, "\n".join(lines))]
    find = find_comments if block.kind is Kind.HTML else find_hidden
    prose = document.prose.numbered(block.first, block.last)
    bare = frozenset(number for number, line in prose if not line.strip(_MARKERS))
    for line, source in parts:
        starts = list(accumulate((len(each) + 1 for each in source.split("\n")), initial=0))
        for start, end in find(source):
            if head := _HEAD.match(source, start, end):
                yield _read_comment(_Part(line, source, starts), bare, head, end)


class _Part(NamedTuple):
    """The source of some whole lines, and where each of them starts in it."""

    first: int
    source: str
    starts: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        return Span(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self.starts, offset) - 1
        return self.first + index, offset - self.starts[index] + 1


def _read_comment(part: _Part, bare: Collection[int], head: re.Match[str], end: int) -> Suppression:
    """Read one suppression; on `bare` lines there are only comments."""
    source = part.source
    last = end - 3 if source.endswith("-->", 0, end) else end
    rules: list[Value] = []
    position = head.end()
    while match := _RULE.match(source, position, last):
        if rules and "," not in match["gap"] and not _LIKE_A_RULE.fullmatch(match["rule"]):
            break  # the reason begins
        rules.append(Value(match["rule"], part.span(*match.span("rule"))))
        position = match.end()
    span = part.span(head.start(), end)
    alone = all(line in bare for line in range(span.line, span.end_line + 1))
    return Suppression(
        span,
        lines=(span.line, span.end_line + 1) if alone else (span.line,),
        rules=tuple(rules),
        reason=source[position:last].strip(_AROUND_REASON),
    )
