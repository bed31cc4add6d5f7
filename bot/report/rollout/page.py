"""The report as one HTML page: it loads nothing, runs nothing, and escapes what people wrote."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from bot.report.markdown import visible
from bot.report.phrases import count_of, day_of
from bot.report.rollout.charts import Bar, bars, columns
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

_DRAWN: Final = 15  # bars of a chart: the table beside it has more
_LISTED: Final = 500  # rows of a table
_SHORT: Final = 15  # characters below which one keeps its line
_WORDS: Final = 20  # characters from which on a cell wants room to break its lines

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --faint: #59636e; --ground: #ffffff;
  --tile: #f6f8fa; --line: #d1d9e0; --first: #9a6700; --second: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --faint: #9198a1;
  --ground: #0d1117; --tile: #151b23; --line: #3d444d; --first: #d29922; --second: #f85149; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 68rem; color: var(--ink);
  background: var(--ground); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-top: 1rem;
  border-top: 1px solid var(--line); }
p { margin: .25rem 0; } .faint { color: var(--faint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 0; padding: 0; }
.tiles div { background: var(--tile); border: 1px solid var(--line); border-radius: 8px;
  padding: .6rem .8rem; }
.tiles dt { color: var(--faint); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.3; }
.pair { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 1rem 2.5rem;
  align-items: start; }
.pair > *, .scroll { min-width: 0; }
.scroll { overflow: auto; max-height: 24rem; }
.pair + .scroll { margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 500; white-space: nowrap; position: sticky; top: 0;
  background: var(--ground); }
td.number, th.number { text-align: right; white-space: nowrap; padding-right: .2rem;
  padding-left: .9rem; font-variant-numeric: tabular-nums; }
td { max-width: 24rem; overflow-wrap: break-word; } td.words { min-width: 11rem; }
td.short { white-space: nowrap; }
svg { display: block; overflow: visible; }
svg text { fill: var(--ink); font-size: 13px; } svg text.faint { fill: var(--faint); }
svg text.end { text-anchor: end; } .axis { stroke: var(--line); }
.first { fill: var(--first); } .second { fill: var(--second); }
.legend { margin-bottom: .75rem; }
.legend span { display: inline-block; margin-right: 1.25rem; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
  margin-right: .4em; }
i.first { background: var(--first); } i.second { background: var(--second); }
@media (max-width: 50rem) { .pair { grid-template-columns: minmax(0, 1fr); } }
@media print { .scroll { max-height: none; } }
"""

_Cell = str | int


def render_page(report: Report) -> str:
    """The whole page."""
    title = _text(title_of(report))
    body = "\n".join(_body(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{title}</h1>\n<p class="faint">{_text(span_of(report))}</p>\n'
        f"{body}\n</body>\n</html>\n"
    )


def _body(report: Report) -> Iterator[str]:
    if not report.total.judged and not report.exempted:
        yield f"<p>Nothing about {_text(report.owner)} is recorded in these days.</p>"
        return
    yield _tiles(report.total)
    if report.total.blocked:
        yield from _causes(report)
        yield from _repositories(report)
        yield from _days(report)
    if report.plans:
        yield from _plans(report)
    if report.exempted:
        yield from _exemptions(report)


def _tiles(total: Counts) -> str:
    blocked = share(total.blocked, total.judged)
    shown = [
        ("pull requests with a verdict", f"{total.judged:,}"),
        (f"blocked, or would have been ({blocked})", f"{total.blocked:,}"),
        ("of them in shadow mode", f"{total.shadow:,}"),
        ("of them enforced", f"{total.enforced:,}"),
        *((words, f"{number:,}") for words, number in outcomes_of(total)),
        ("half of the freed within", duration(total.median)),
    ]
    parts = [f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in shown]
    return f'<dl class="tiles">{"".join(parts)}</dl>'


def _causes(report: Report) -> Iterator[str]:
    drawn = [Bar(cause_words(one), one.pulls) for one in report.causes[:_DRAWN]]
    rows = [(cause_words(one), one.code, one.pulls) for one in report.causes]
    yield "<h2>Why</h2>"
    yield '<p class="faint">A pull request counts once for each of its reasons.</p>'
    chart = bars("Pull requests by reason", drawn)
    yield _pair(chart, _table("Reasons", ("reason", "rule", "pull requests"), rows))


def _repositories(report: Report) -> Iterator[str]:
    rows = [(name, each) for name, each in report.repositories if each.blocked]
    drawn = [Bar(name, each.shadow, each.enforced) for name, each in rows[:_DRAWN]]
    cells = [
        (
            name,
            each.judged,
            each.shadow,
            each.enforced,
            each.freed,
            each.waiting,
            duration(each.median),
        )
        for name, each in rows
    ]
    heads = ("repository", "judged", "shadow", "enforced", "freed", "waiting", "median")
    yield "<h2>Where</h2>"
    yield (
        '<p class="legend"><span><i class="first"></i>would have been blocked (shadow)</span>'
        '<span><i class="second"></i>blocked (enforced)</span></p>'
    )
    yield _pair(bars("Pull requests by repository", drawn), _table("Repositories", heads, cells))


def _days(report: Report) -> Iterator[str]:
    days = [(date_of(day), count) for day, count in report.days]
    rows = [(day, count) for day, count in reversed(days) if count]
    yield "<h2>When they became blocked</h2>"
    chart = columns("Pull requests that became blocked, by day", days)
    yield _pair(chart, _table("Days", ("day", "pull requests"), rows))


def _plans(report: Report) -> Iterator[str]:
    rows = [
        (row.plan.name, row.plan.title, row.plan.repository, row.pulls, row.waiting)
        for row in report.plans
    ]
    heads = ("plan", "title", "repository", "blocked", "wait still")
    drawn = [
        Bar(f"{row.plan.name} in {row.plan.repository}", row.pulls) for row in report.plans[:_DRAWN]
    ]
    yield "<h2>Plans that were waited for</h2>"
    yield _pair(bars("Pull requests by plan", drawn), _table("Plans", heads, rows))


def _exemptions(report: Report) -> Iterator[str]:
    people = [(login, count) for login, count in report.people]
    newest = [
        (day_of(one.at), f"{one.repository}#{one.number}", one.by, one.reason)
        for one in report.exemptions
    ]
    yield "<h2>Exemptions</h2>"
    yield f'<p class="faint">{count_of(report.exempted, "exemption")} given; the newest below.</p>'
    yield _pair(
        bars("Exemptions by who gave them", [Bar(*row) for row in people[:_DRAWN]]),
        _table("People", ("by", "given"), people),
    )
    yield _table("Newest exemptions", ("day", "pull request", "by", "reason"), newest)


# ── parts ────────────────────────────────────────────────────────────────────
def _pair(chart: str, table: str) -> str:
    return f'<div class="pair"><div>{chart}</div>{table}</div>'


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> str:
    numeric = [name in NUMBERS for name in heads]
    head = "".join(
        f'<th scope="col"{_class("number" if number else "")}>{_text(name)}</th>'
        for name, number in zip(heads, numeric, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row, numeric))}</tr>" for row in rows[:_LISTED])
    more = len(rows) - _LISTED
    note = f'<p class="faint">… and {more} more, which --format json has.</p>' if more > 0 else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(title)}">'
        f"<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{note}</div>"
    )


def _cell(cell: _Cell, number: bool) -> str:
    shown = f"{cell:,}" if isinstance(cell, int) else cell
    length = len(shown)
    kind = (
        "number" if number else "words" if length > _WORDS else "short" if length < _SHORT else ""
    )
    return f"<td{_class(kind)}>{_text(shown)}</td>"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _text(text: str) -> str:
    return escape(visible(text))
