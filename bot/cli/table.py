"""Lists for people: aligned columns, and moments as they are written everywhere here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

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


def moment(at: float) -> str:
    """Write seconds since the epoch as UTC, such as `2026-11-02T10:00:00Z`."""
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
