"""The parser's table rule without its cells: where a table stands, and where its rows.

markdown-it makes three tokens of each cell, with all its text, and no column. The rows are split by
`tables` anyhow, so those tokens are half of what parsing a plan would cost.
"""

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import getLine
from markdown_it.rules_block.table import table as whole_table


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Recognise a table as the parser does, and end it where the parser ends it (GFM §4.10)."""
    if "|" not in getLine(state, start) or not whole_table(state, start, end, True):
        return False
    if silent:
        return True
    parent, state.parentType = state.parentType, "table"
    opening = state.push("table_open", "table", 1)
    _push_row(state, start)
    line = start + 2
    while line < end and _goes_on(state, line, end):
        _push_row(state, line)
        line += 1
    state.push("table_close", "table", -1)
    opening.map = [start, line]
    state.parentType = parent
    state.line = line
    return True


def _push_row(state: StateBlock, line: int) -> None:
    state.push("tr_open", "tr", 0).map = [line, line + 1]


def _goes_on(state: StateBlock, line: int, end: int) -> bool:
    """Whether a line is one more row: not blank, not indented out of it, no other block's begin."""
    if state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    if not mdTrim(getLine(state, line)):
        return False
    others = state.md.block.ruler.getRules("blockquote")
    return not any(begins(state, line, end, True) for begins in others)
