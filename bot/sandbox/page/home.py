"""The first page: every repository with its pull requests."""

from html import escape

from bot.sandbox.page.checks import in_order, kind_of
from bot.sandbox.page.layout import icon, moment, page
from bot.sandbox.page.pull import state_of
from bot.sandbox.state.records import Pull, Repo
from bot.sandbox.state.rules import latest_runs
from bot.sandbox.state.world import World


def home_page(world: World) -> str:
    """Return the page."""
    sections = "".join(_repository(repo) for repo in world.repos.values())
    heading = "<h1>Repositories</h1>"
    return page("Repositories", "<strong>GitHub</strong>", heading + sections)


def _repository(repo: Repo) -> str:
    pulls = list(repo.pulls())[::-1]
    rows = "".join(_pull(repo, pull) for pull in pulls)
    if not pulls:
        rows = f'<div>{icon("none")}<span class="muted">No pull requests yet</span></div>'
    return (
        f'<h2>{escape(repo.full_name)}<span class="count">{len(pulls)}</span></h2>'
        f'<div class="box list">{rows}</div>'
    )


def _pull(repo: Repo, pull: Pull) -> str:
    runs = in_order(latest_runs(repo, pull.head_sha))
    mark = (
        icon("done")
        if pull.merged_at is not None
        else icon(kind_of(runs[0]))
        if runs
        else icon("none")
    )
    verdict = f" · {escape(runs[0].title)}" if runs and runs[0].title else ""
    return (
        f'<div>{mark}<div><a href="/{repo.full_name}/pull/{pull.number}">{escape(pull.title)}</a>'
        f'<div class="muted small">#{pull.number} {state_of(pull)} · opened '
        f"{moment(pull.created_at)} by {escape(pull.author.login)}{verdict}</div></div></div>"
    )
