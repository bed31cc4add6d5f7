"""Places in a text: 1-based lines and columns, counted as GitHub and editors count them."""

from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: 1-based, columns in Unicode characters, the end column exclusive.

    A named tuple, as all values of the plan language are: a frozen dataclass takes twice as long to
    make, of which there are hundreds in a plan, and five times as long to define.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Value(NamedTuple):
    """A piece of text that somebody wrote, with its place."""

    text: str
    span: Span


class Text(NamedTuple):
    """A source text as lines, with neither line ends nor byte-order mark.

    Lines end at a line feed only: `str.splitlines` also breaks at form feeds and U+2028, and then
    the numbers differ from those on GitHub.
    """

    lines: tuple[str, ...]

    @classmethod
    def of(cls, source: str) -> "Text":
        """Split a source into lines; the one carriage return before a line feed goes."""
        return cls(tuple(line.removesuffix("\r") for line in source.split("\n")))

    def line(self, number: int) -> str:
        """Return a line by its 1-based number."""
        return self.lines[number - 1]

    def numbered(self, first: int, last: int) -> Iterator[tuple[int, str]]:
        """Yield the lines from `first` to `last`, both included, with their numbers."""
        return enumerate(self.lines[first - 1 : last], first)

    def span(self, number: int, start: int = 0, end: int | None = None) -> Span:
        """Return the place of characters `start` to `end` (0-based) of a line, trimmed."""
        return self.value(number, start, end).span

    def value(self, number: int, start: int = 0, end: int | None = None) -> Value:
        """Return the trimmed characters `start` to `end` (0-based) of a line, with their place."""
        piece = self.lines[number - 1][start:end]
        kept = piece.strip()
        if kept:
            start += piece.index(kept[0])
        return Value(kept, Span(number, start + 1, number, start + len(kept) + 1))
