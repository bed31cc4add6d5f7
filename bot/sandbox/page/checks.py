"""Check runs on a page: what they found, on which lines."""

from html import escape
from typing import Final

from bot.sandbox.page.code import blob_url, lines_of, quoted_lines
from bot.sandbox.page.layout import icon
from bot.sandbox.page.markdown import render
from bot.sandbox.state.checks import Annotation, CheckRun
from bot.sandbox.state.records import Repo

_LEVELS: Final = {"notice": "Notice", "warning": "Warning", "failure": "Error"}


def kind_of(run: CheckRun) -> str:
    """Return the kind of icon that a run's conclusion earns."""
    match run.conclusion:
        case None:
            return "wait"
        case "success":
            return "good"
        case "neutral" | "skipped":
            return "none"
        case _:
            return "bad"


def state_of(run: CheckRun) -> str:
    """Return in words how far a run has come, for one that says nothing itself."""
    return (run.conclusion or run.status).replace("_", " ").capitalize()


def in_order(runs: list[CheckRun]) -> list[CheckRun]:
    """Return runs as people want to read them: first what is red, then what is not yet over."""
    return sorted(runs, key=lambda run: ("bad", "wait", "none", "good").index(kind_of(run)))


def check(repo: Repo, run: CheckRun) -> str:
    """Return one check run with summary, text and annotations."""
    buttons = "".join(
        f'<span class="button" title="{escape(each.description)}">{escape(each.label)}</span>'
        for each in run.actions
    )
    details = ""
    if run.details_url and run.details_url.startswith(("https://", "http://")):
        details = f'<a class="small" href="{escape(run.details_url)}">Details</a>'
    texts = [render(text) for text in (run.summary, run.text) if text]
    body = f'<div class="body">{"".join(texts)}</div>' if texts else ""
    return (
        f'<section class="box check"><div class="title">{icon(kind_of(run))}<div>'
        f"<h3>{escape(run.title or state_of(run))}</h3>"
        f'<span class="muted small">{escape(run.name)} · {escape(run.app.name)}</span> {details}'
        f'</div><div class="actions">{buttons}</div></div>{body}'
        f"{''.join(_annotation(repo, run, each) for each in run.annotations)}</section>"
    )


def _annotation(repo: Repo, run: CheckRun, record: Annotation) -> str:
    url = blob_url(repo, run.head_sha, record.path, record.start_line)
    place = f"{record.path}:{record.start_line}"
    if record.end_line != record.start_line:
        place += f"–{record.end_line}"
    title = f'<div class="what">{escape(record.title)}</div>' if record.title else ""
    lines = lines_of(repo, run.head_sha, record.path) or []
    return (
        f'<div class="annotation {record.annotation_level}"><div class="where">'
        f'<span class="level">{_LEVELS[record.annotation_level]}</span>'
        f'<a class="mono" href="{url}">{escape(place)}</a></div>{title}'
        f'<div class="message">{escape(record.message)}</div>'
        f"{quoted_lines(lines, record.start_line, record.end_line)}</div>"
    )
