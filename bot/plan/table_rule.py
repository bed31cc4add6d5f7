"""The parser's table rule without its cells: where a table stands, and where its rows.

markdown-it makes three tokens of each cell, with all its text, and no column. The rows are split by
`tables` anyhow, so those tokens are half of what parsing a plan would cost.
"""

import re

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import getLine

# A lone dash is none, and one before white space begins a list.
_DELIMITERS = re.compile(
    r"""(?! -(?:[ \t]|$) ) \|?
        [ \t]*+ :?-++:? [ \t]*+ (?:\| [ \t]*+ :?-++:? [ \t]*+)*+ (?:\|[ \t]*+)?""",
    re.VERBOSE,
)
_PIPE = re.compile(r"(?<!\\)\|")


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Recognise a table as the parser does, and end it where the parser ends it (GFM §4.10)."""
    head = getLine(state, start)
    if "|" not in head or start + 2 > end or not _is_headed(state, start, mdTrim(head)):
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


def _is_headed(state: StateBlock, start: int, head: str) -> bool:
    """Whether a line is a table's head: it has as many cells as the delimiter row below it."""
    below = start + 1
    if state.sCount[below] < state.blkIndent:
        return False
    if state.is_code_block(start) or state.is_code_block(below):
        return False
    delimiters = getLine(state, below)
    if not _DELIMITERS.fullmatch(delimiters):
        return False
    pipes = len(_PIPE.findall(head)) - head.startswith("|")
    cells = pipes if head.endswith("|") and not head.endswith("\\|") else pipes + 1
    return cells == delimiters.strip("| \t").count("|") + 1


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
