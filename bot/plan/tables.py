"""Tables by column name: a row's cells with their places. It reads lines, not parser tokens.

The parser's cells carry no columns, lose what is too much and invent what is missing; so a row is
split here, by the same rule (a test holds the two together).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.plan.text import Span, Text, Value
from bot.plan.words import fold


class Row(NamedTuple):
    """A line of a table. `swallowed` is a line of prose that the table took in."""

    line: int
    cells: tuple[Value, ...]
    swallowed: bool = False


class Table(NamedTuple):
    """A table: its head with the folded titles, and the rows below the delimiter line."""

    head: Row
    titles: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, *names: str) -> int | None:
        """Return the index of the first column that has one of the (folded) names."""
        return next((self.titles.index(name) for name in names if name in self.titles), None)


# The marker of the list item that a table's head may stand right behind.
_MARKER = re.compile(r"(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?=\|)")


def split_cells(line: str) -> list[tuple[int, int]]:
    """Return where the cells of a table line start and end, as the parser splits them (GFM §4.10).

    >>> split_cells("| a | b \\\\| c |")
    [(1, 4), (5, 13)]
    """
    marker = _MARKER.match(line)
    start = marker.end() if marker else len(line) - len(line.lstrip())
    end = len(line.rstrip())
    cells = []
    left = start
    position = line.find("|", start, end)
    while position >= 0:
        if position == start or line[position - 1] != "\\":
            cells.append((left, position))
            left = position + 1
        position = line.find("|", position + 1, end)
    cells.append((left, end))
    if cells[0][0] == cells[0][1]:
        del cells[0]
    if cells and cells[-1][0] == cells[-1][1]:
        del cells[-1]
    return cells


def read_table(text: Text, lines: Sequence[int]) -> Table:
    """Read the table whose head and rows stand on the given lines."""
    head, *rows = (_read_row(text, number) for number in lines)
    if len(head.cells) > 1:
        rows = [Row(row.line, row.cells, "|" not in text.line(row.line)) for row in rows]
    titles = tuple(fold(cell.text) or cell.text.strip("*_ ") for cell in head.cells)
    return Table(head, titles, tuple(rows))


def cell(row: Row, column: int | None) -> Value:
    """Return a row's cell, empty where the row is short or the table has no such column."""
    if column is not None and column < len(row.cells):
        return row.cells[column]
    end = row.cells[-1].span.end_column if row.cells else 1
    return Value("", Span(row.line, end, row.line, end))


def _read_row(text: Text, number: int) -> Row:
    line = text.line(number)
    values = [text.value(number, start, end) for start, end in split_cells(line)]
    if "\\|" in line:
        values = [Value(value.text.replace("\\|", "|"), value.span) for value in values]
    return Row(number, tuple(values))
