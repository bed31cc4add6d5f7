"""A fix: edits of the source text that take a finding away. It only knows places and words."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from bot.plan.text import Span, Text

_BOM = "\ufeff"

_Place = tuple[int, int]  # offsets in the source, the end exclusive


class Edit(NamedTuple):
    """Replace what stands in a span; an empty span inserts, an empty text deletes.

    A line end in the text is `\\n`, whatever the file uses. A byte-order mark has no column: it
    goes with an edit that begins at 1:1.
    """

    span: Span
    text: str

    @classmethod
    def insert(cls, line: int, column: int, text: str) -> "Edit":
        """Put a text before a column."""
        return cls(Span(line, column, line, column), text)


class Fix(NamedTuple):
    """What to do, in a few words, and the edits that do it, all or none.

    A `safe` one is what the author meant beyond doubt; any other is a suggestion that a person must
    confirm.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False


def preview(text: Text, fix: Fix) -> str:
    """Return the lines that a fix touches as they are after it: what a suggestion block holds."""
    first = min(edit.span.line for edit in fix.edits)
    last = max(edit.span.end_line for edit in fix.edits)
    moved = tuple(Edit(_move(edit.span, 1 - first), edit.text) for edit in fix.edits)
    return apply("\n".join(text.lines[first - 1 : last]), [Fix(fix.message, moved)])


def _move(span: Span, lines: int) -> Span:
    return Span(span.line + lines, span.column, span.end_line + lines, span.end_column)


def apply(source: str, fixes: Iterable[Fix]) -> str:
    """Return the source with the fixes made.

    Of two that overlap the one that begins first is made. Insertions at one place are all made, in
    the order given; an edit that several fixes share is made once.

    >>> apply("one three", [Fix("Count", (Edit(Span(1, 5, 1, 5), "two "),))])
    'one two three'
    """
    starts = _line_starts(source)
    made: dict[_Place, list[str]] = {}
    order: list[_Place] = []
    for fix in sorted(fixes, key=lambda fix: fix.edits[0].span):
        edits = [(_place(starts, edit.span), edit.text) for edit in fix.edits]
        if any(_clashes(place, text, made, order) for place, text in edits):
            continue
        for place, text in edits:
            if place not in made:
                order.insert(bisect_left(order, place), place)
            texts = made.setdefault(place, [])
            if text not in texts:
                texts.append(text)
    return "".join(_pieces(source, order, made))


def _line_starts(source: str) -> list[int]:
    """Return the offset at which each line's first column stands, behind a byte-order mark."""
    starts = list(accumulate((len(line) + 1 for line in source.split("\n")), initial=0))
    starts[0] = len(_BOM) if source.startswith(_BOM) else 0
    return starts


def _place(starts: Sequence[int], span: Span) -> _Place:
    start = starts[span.line - 1] + span.column - 1
    end = starts[span.end_line - 1] + span.end_column - 1
    return (0 if (span.line, span.column) == (1, 1) else start), end


def _clashes(
    place: _Place, text: str, made: Mapping[_Place, Sequence[str]], order: Sequence[_Place]
) -> bool:
    """Tell whether an edit overlaps one that is made; to touch it, or to be it, is no overlap."""
    start, end = place
    if place in made:
        return start < end and text not in made[place]
    index = bisect_left(order, place)
    overlaps_before = index > 0 and order[index - 1][1] > start
    overlaps_after = index < len(order) and order[index][0] < end
    return overlaps_before or overlaps_after


def _pieces(
    source: str, order: Iterable[_Place], made: Mapping[_Place, Sequence[str]]
) -> Iterator[str]:
    """Yield the parts of the new source; what is put in has the line ends of the file."""
    first, line_end, _ = source.partition("\n")
    newline = "\r\n" if line_end and first.endswith("\r") else "\n"
    position = 0
    for start, end in order:
        yield source[position:start]
        yield "".join(made[start, end]).replace("\n", newline)
        position = end
    yield source[position:]
