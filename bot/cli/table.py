"""Lists for people, in aligned columns."""

from collections.abc import Iterable, Iterator, Sequence

from bot.report.explanation import columns
from bot.report.markdown import visible

_WIDEST = 255  # characters of a cell


def aligned(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; what could steer a terminal is replaced."""
    table = [heads, *([visible(cell, _WIDEST) for cell in row] for row in rows)]
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = zip(row, widths, strict=True)
        yield "  ".join(cell + " " * (width - columns(cell)) for cell, width in cells).rstrip()
