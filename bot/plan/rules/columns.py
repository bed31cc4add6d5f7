"""The fix of a table that lacks columns; it says nothing of which columns a table needs."""

from collections.abc import Callable, Sequence

from bot.plan.fix import Edit, Fix
from bot.plan.tables import Row, Table
from bot.plan.text import Text
from bot.plan.words import listed


def add_columns(
    text: Text,
    table: Table,
    names: Sequence[str],
    fill: Callable[[Row, str], str] = lambda _row, _name: "",
) -> Fix | None:
    """Add columns at the right, where all rows are as long as the head; *fill* gives a cell."""
    rows = [row for row in table.rows if not row.swallowed]
    if any(len(row.cells) != len(table.head.cells) for row in rows):
        return None  # D007 and D008 speak first
    lines = {table.head.line: list(names), table.head.line + 1: ["---"] * len(names)}
    lines |= {row.line: [fill(row, name) for name in names] for row in rows}
    edits = tuple(_append(text.line(line), line, cells) for line, cells in lines.items())
    return Fix(f"Add the column {listed(names)}", edits)


def _append(line: str, number: int, cells: Sequence[str]) -> Edit:
    line = line.rstrip()
    start = "" if line.endswith("|") and not line.endswith("\\|") else " |"
    return Edit.insert(number, len(line) + 1, start + "".join(f" {cell} |" for cell in cells))
