"""Places in a text: 1-based lines and columns, counted as GitHub and editors count them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: 1-based, columns in Unicode characters, the end column exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
