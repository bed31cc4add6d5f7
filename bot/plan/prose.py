"""What of a text is prose: code and comments are blanked out, every character keeps its place."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

_OPENER = re.compile(r"\\.|`+|<!--", re.DOTALL)
_RUN = re.compile(r"`+")
_VISIBLE = re.compile(r"[^\n]")


def mask_comments(source: str) -> str:
    """Blank out the HTML comments; one that never closes hides the rest."""
    kept = []
    position = 0
    while (start := source.find("<!--", position)) >= 0:
        end = source.find("-->", start + 4)
        end = len(source) if end < 0 else end + 3
        kept += [source[position:start], _blank(source[start:end])]
        position = end
    return "".join(kept) + source[position:]


def mask_inline(source: str) -> str:
    """Blank out code spans and comments of one paragraph, whichever begins first.

    A backtick run closes at the next run of the same length (CommonMark §6.1). The runs are indexed
    by length and the last `-->` is known, so that unclosed ones cost no quadratic time.
    """
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in _RUN.finditer(source):
        runs[len(run[0])].append(run.start())
    for starts in runs.values():
        starts.reverse()  # the next run is then popped off the end

    kept = []
    position = 0
    for start, end in _hidden_ranges(source, runs):
        kept += [source[position:start], _blank(source[start:end])]
        position = end
    return "".join(kept) + source[position:]


def _hidden_ranges(source: str, runs: Mapping[int, list[int]]) -> Iterator[tuple[int, int]]:
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


def _blank(hidden: str) -> str:
    return _VISIBLE.sub(" ", hidden)
