"""What of a text is prose: code and comments are blanked out, every character keeps its place."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

_OPENER = re.compile(r"\\.|`+|<!--", re.DOTALL)
_RUN = re.compile(r"`+")
_VISIBLE = re.compile(r"[^\n]")


def mask_comments(source: str) -> str:
    """Blank out the HTML comments; one that never closes hides the rest."""
    return _mask(source, find_comments(source))


def find_comments(source: str) -> Iterator[tuple[int, int]]:
    """Yield where the HTML comments start and end; one that never closes ends with the source."""
    position = 0
    while (start := source.find("<!--", position)) >= 0:
        end = source.find("-->", start + 4)
        position = len(source) if end < 0 else end + 3
        yield start, position


def mask_inline(source: str) -> str:
    """Blank out code spans and comments of one paragraph, whichever begins first.

    A backtick run closes at the next run of the same length (CommonMark §6.1).
    """
    return _mask(source, find_hidden(source))


def find_hidden(source: str) -> Iterator[tuple[int, int]]:
    """Yield where the code spans and the comments of one paragraph start and end.

    The runs are indexed by length and the last `-->` is known, so that unclosed ones cost no
    quadratic time.
    """
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in _RUN.finditer(source):
        runs[len(run[0])].append(run.start())
    for starts in runs.values():
        starts.reverse()  # the next run is then popped off the end
    position = 0
    last_comment_end = source.rfind("-->")
    while match := _OPENER.search(source, position):
        opener = match[0]
        start, position = match.span()
        if opener == "<!--":
            if position <= last_comment_end:
                position = source.index("-->", position) + 3
                yield start, position
        elif opener[0] == "`":
            closers = runs[len(opener)]
            while closers and closers[-1] <= start:
                closers.pop()
            if closers:
                position = closers[-1] + len(opener)
                yield start, position


def _mask(source: str, ranges: Iterable[tuple[int, int]]) -> str:
    kept = []
    position = 0
    for start, end in ranges:
        kept += [source[position:start], _VISIBLE.sub(" ", source[start:end])]
        position = end
    return "".join(kept) + source[position:]
