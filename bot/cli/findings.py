"""What the doctor found, for people and for programs."""

import json
import textwrap
from collections.abc import Iterator, Sequence

from bot.cli.formats import printable
from bot.doctor.model import Check, Level, Topic
from bot.report.phrases import count_of, list_of

GROUPS = {
    "This machine": (Topic.ENVIRONMENT, Topic.FILES, Topic.DATABASE),
    "The App": (Topic.GITHUB, Topic.CLOCK, Topic.KEY, Topic.PERMISSIONS, Topic.EVENTS),
    "Its webhook": (Topic.WEBHOOK, Topic.DELIVERIES),
    "Where it is installed": (Topic.INSTALLATION, Topic.RATE_LIMIT),
    "Repositories": (Topic.CONFIGURATION, Topic.REQUIRED_CHECK, Topic.MERGE_QUEUE),
}
_MARKS = {
    Level.OK: "✓ ",
    Level.INFO: "· note: ",
    Level.WARNING: "! warning: ",
    Level.ERROR: "✗ error: ",
}
_COLOURS = {Level.OK: "32", Level.INFO: "36", Level.WARNING: "1;33", Level.ERROR: "1;31"}
_BOLD = "1"
_NAMED = {Level.OK: 3}  # how many of those that one finding is about; of a bad one more
_MANY = 10


def status_of(checks: Sequence[Check]) -> int:
    """The exit status: 1 where something is wrong."""
    return int(any(check.level is Level.ERROR for check in checks))


def as_json(checks: Sequence[Check]) -> str:
    """A list of all findings."""
    found = [
        {
            "check": check.topic.value,
            "about": check.about,
            "level": check.level.value,
            "message": check.message,
            "advice": check.advice,
            "url": check.url,
        }
        for check in checks
    ]
    return json.dumps(found, ensure_ascii=False, indent=2)


def as_text(checks: Sequence[Check], width: int, *, colour: bool = False) -> str:
    """Groups of findings for a terminal; what is the same of many is said once."""
    lines = [line for title in GROUPS for line in _group(title, checks, width, colour=colour)]
    return "\n".join([*lines, _sum_up(checks)])


def _group(title: str, checks: Sequence[Check], width: int, *, colour: bool) -> Iterator[str]:
    alike: dict[tuple[Topic, Level, str, str], list[Check]] = {}
    for check in checks:
        if check.topic in GROUPS[title]:
            same = (check.topic, check.level, check.message, check.advice)
            alike.setdefault(same, []).append(check)
    if not alike:
        return
    yield _paint(title, _BOLD, colour=colour)
    for found in alike.values():
        yield from _explain(found, width, colour=colour)
    yield ""


def _explain(found: Sequence[Check], width: int, *, colour: bool) -> Iterator[str]:
    """One finding about some: what is so, what to do, where."""
    first = found[0]
    mark = _MARKS[first.level]
    # A variable or a file is named by what is said of it.
    names = [] if first.topic in GROUPS["This machine"] else [one.about for one in found]
    about = list_of(names, _NAMED.get(first.level, _MANY)) if any(names) else ""
    text = printable(f"{about}: {_within(first.message)}" if about else first.message)
    lines = _wrapped(f"{mark}{text}", width, "  ", "    ")
    painted = _paint(mark.rstrip(), _COLOURS[first.level], colour=colour)
    yield f"  {painted}{lines[0][2 + len(mark.rstrip()) :]}"
    yield from lines[1:]
    if first.advice:
        yield from _wrapped(f"→ {printable(first.advice)}", width, "    ", "      ")
    if first.url:
        yield f"      {printable(first.url)}"


def _within(message: str) -> str:
    """A message as the rest of a sentence."""
    return message[:1].lower() + message[1:]


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum_up(checks: Sequence[Check]) -> str:
    levels = [check.level for check in checks]
    counts = [
        count_of(levels.count(level), word)
        for level, word in ((Level.ERROR, "error"), (Level.WARNING, "warning"))
    ]
    wrong = {Level.ERROR, Level.WARNING} & set(levels)
    return f"{count_of(len(checks), 'check')}: {', '.join(counts) if wrong else 'all is well'}"


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
