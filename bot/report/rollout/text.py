"""The report for a terminal of 80 columns. What could steer it is taken out."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.report.explanation import columns
from bot.report.markdown import visible
from bot.report.phrases import count_of, day_of
from bot.report.rollout.words import (
    NUMBERS,
    cause_words,
    date_of,
    duration,
    outcomes_of,
    share,
    span_of,
    title_of,
)
from bot.rollout.blocked import Counts, Report

WIDTH: Final = 80
_ROWS: Final = 20  # of each table: --format json and html have all
_BAR: Final = 50
_DAYS: Final = 31


def render_text(report: Report) -> str:
    """The report as lines of at most 80 columns."""
    return "\n".join(_fit(line, WIDTH) for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield visible(title_of(report))
    yield span_of(report)
    yield ""
    if not report.total.judged and not report.exempted:
        yield f"Nothing about {visible(report.owner)} is recorded in these days."
        return
    yield from _total(report.total)
    if report.total.blocked:
        yield from _causes(report)
        yield from _repositories(report)
        yield from _days(report)
    if report.plans:
        yield from _plans(report)
    if report.exempted:
        yield from _exemptions(report)


def _total(total: Counts) -> Iterator[str]:
    blocked = f"{total.blocked} of {count_of(total.judged, 'pull request')}"
    yield f"Blocked, or would have been: {blocked} ({share(total.blocked, total.judged)})"
    yield f"  in shadow mode {total.shadow}, enforced {total.enforced}"
    for words, number in outcomes_of(total):
        tail = f", half of them within {duration(total.median)}" if words == "freed since" else ""
        yield f"  {words}: {number}{tail}"


def _causes(report: Report) -> Iterator[str]:
    rows = [(cause_words(one), one.code, str(one.pulls)) for one in report.causes]
    yield from _table("Why", ("reason", "rule", "pull requests"), rows)


def _repositories(report: Report) -> Iterator[str]:
    heads = ("repository", "judged", "shadow", "enforced", "freed", "waiting", "median")
    rows = [
        (
            name,
            *map(str, (each.judged, each.shadow, each.enforced, each.freed, each.waiting)),
            duration(each.median),
        )
        for name, each in report.repositories
        if each.blocked
    ]
    yield from _table("Where", heads, rows)


def _days(report: Report) -> Iterator[str]:
    days = report.days
    if len(days) > _DAYS:  # a line for each week, by its first day
        weeks = [days[index : index + 7] for index in range(0, len(days), 7)]
        days = tuple((week[0][0], sum(count for _, count in week)) for week in weeks)
    most = max(count for _, count in days)
    yield ""
    yield "When they became blocked" + (", by week" if days is not report.days else "")
    for day, count in days:
        if most:
            bar = "█" * max(int(count > 0), round(_BAR * count / most))
            yield f"  {date_of(day)}  {bar} {count}"
    if not most:
        yield "  all of them before"


def _plans(report: Report) -> Iterator[str]:
    rows = [
        (
            f"{row.plan.name} {row.plan.title}".rstrip(),
            row.plan.repository,
            str(row.pulls),
            str(row.waiting),
        )
        for row in report.plans
    ]
    heads = ("plan", "repository", "blocked", "wait still")
    yield from _table("Plans that were waited for", heads, rows)


def _exemptions(report: Report) -> Iterator[str]:
    rows = [(login, str(count)) for login, count in report.people]
    yield from _table("Exemptions given", ("by", "given"), rows)
    newest = [
        (one.reason, f"{one.repository}#{one.number}", one.by, day_of(one.at))
        for one in report.exemptions
    ]
    yield from _table("The newest of them", ("reason", "pull request", "by", "day"), newest)


# ── tables ───────────────────────────────────────────────────────────────────
def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose words give way to its numbers: the widest column is cut first."""
    shown = [heads, *([visible(cell) for cell in row] for row in rows[:_ROWS])]
    widths = [max(map(columns, cells)) for cells in zip(*shown, strict=True)]
    while sum(widths) + 2 * len(widths) > WIDTH:
        widths[widths.index(max(widths))] -= 1
    yield ""
    yield title
    for row in shown:
        cells = (
            _pad(cell, width, right=head in NUMBERS)
            for cell, width, head in zip(row, widths, heads, strict=True)
        )
        yield f"  {'  '.join(cells)}".rstrip()
    if len(rows) > _ROWS:
        yield f"  … and {len(rows) - _ROWS} more, which --format json shows"


def _pad(cell: str, width: int, *, right: bool) -> str:
    cut = _fit(cell, width)
    room = " " * (width - columns(cut))
    return room + cut if right else cut + room


def _fit(text: str, width: int) -> str:
    """*text* in at most so many columns."""
    if columns(text) <= width:
        return text
    while columns(text) > width - 1:
        text = text[:-1]
    return f"{text}…"
