"""What a plan says of other plans: which it depends on. It knows none of them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.plan.model import Plan
from bot.plan.text import Value

_FIELDS = ("depends on", "depends", "dependencies", "dependency", "blocked by", "requires", "after")
_LETTER = re.compile(r"[^\W\d_]")
# Notes in parentheses, comments, and links to what is no Markdown file, such as a ticket.
_ASIDE = re.compile(
    r"\[[^\[\]]{0,200}\]\((?![^()\s]{0,400}\.md\b)[^()]{0,500}\)|\([^()]{0,500}\)"
    r"|<!--(?:[^-]|-(?!->)){0,500}-->"
)
_SERIES = re.compile(r"(.*?)[^\w]?\d+", re.DOTALL)
_PATH = frozenset("/#.-_@")  # before an ID: a path, an address, or `owner/name#FEAT-1`
_LONGER = frozenset("-_")
_TASKS = re.compile(r"t\d*|tasks?")


def find_references(plan: Plan, id_pattern: str) -> Iterator[Value]:
    """Yield what may be the IDs of other plans that the plan depends on, each once, as written.

    They stand in the *Depends on* column of the tasks, or in a header field `Depends on`.
    """
    sources = [row.depends for row in plan.task_rows]
    if field := plan.header.field(*_FIELDS):
        sources.insert(0, field)
    seen = {fold_id(plan.id or "")}
    for source in sources:
        if _LETTER.search(source.text):
            for value in _find(plan, source, id_pattern):
                folded = fold_id(value.text)
                if folded not in seen:
                    seen.add(folded)
                    yield value


def is_plan(plan: Plan, reference: str, id_pattern: str) -> bool:
    """Tell whether a reference must be meant for a plan, though there may be none of that ID.

    No plans are `T1-3`, which are tasks, and tickets: what is of the series of the plan's own
    ticket, unless its own ID is.
    """
    its = series(reference)
    tickets = {series(match[0]) for match in find_ids(plan.ticket or "", id_pattern)}
    ours = its == series(plan.id or "") or its not in tickets
    return ours and is_exact(reference, id_pattern) and not _TASKS.fullmatch(its)


def find_ids(text: str, id_pattern: str) -> Iterator[re.Match[str]]:
    """Yield what looks like an ID in a text, in any case, not as a part of a longer word."""
    return _compile(id_pattern).finditer(text)


def is_exact(text: str, id_pattern: str) -> bool:
    """Tell whether a text is an ID as written, case and all."""
    return re.fullmatch(id_pattern, text) is not None


def fold_id(text: str) -> str:
    """Return the form in which IDs are compared."""
    return text.casefold()


def series(text: str) -> str:
    """Return what an ID has before its number.

    >>> series("FEAT-12"), series("RFC9")
    ('feat', 'rfc')
    """
    match = _SERIES.fullmatch(text)
    return fold_id(match[1] if match else text)


@lru_cache(maxsize=64)
def _compile(id_pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{id_pattern})(?![^\W_])", re.IGNORECASE)


def _find(plan: Plan, source: Value, id_pattern: str) -> Iterator[Value]:
    """Yield the IDs in a value, found in its line: a table cell may be written otherwise there."""
    at = source.span
    line = plan.text.line(at.line)[: at.end_column - 1]
    start = at.column - 1
    shown = _ASIDE.sub(lambda aside: " " * len(aside[0]), line[start:])
    for match in find_ids(shown, id_pattern):
        before, after = (
            shown[max(0, match.start() - 1) : match.start()],
            shown[match.end() : match.end() + 1],
        )
        if before not in _PATH and after not in _LONGER:
            yield plan.text.value(at.line, start + match.start(), start + match.end())
