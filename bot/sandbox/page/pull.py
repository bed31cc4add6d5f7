"""The page of a pull request: conversation, merge box, checks, files."""

from html import escape
from typing import Final

from bot.sandbox.page import checks
from bot.sandbox.page.code import changed_file
from bot.sandbox.page.layout import avatar, crumbs, icon, moment, page, plural, who
from bot.sandbox.page.markdown import render
from bot.sandbox.shapes.pulls import changes_of, commits_of
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import Comment, Pull, Repo, Review
from bot.sandbox.state.rules import MergeState, latest_runs, merge_state, required_checks
from bot.sandbox.state.world import World

_REVIEWS: Final = {
    "APPROVED": ("good", "approved these changes"),
    "CHANGES_REQUESTED": ("bad", "requested changes"),
    "COMMENTED": ("none", "reviewed"),
    "DISMISSED": ("none", "left a review that was dismissed"),
}
_VERDICTS: Final = {
    "clean": ("good", "Ready to merge"),
    "merged": ("done", "Pull request merged"),
    "closed": ("none", "Closed without merging"),
    "draft": ("none", "This pull request is a draft"),
    "dirty": ("bad", "Merging is blocked"),
    "behind": ("bad", "Merging is blocked"),
    "blocked": ("bad", "Merging is blocked"),
}


def state_of(pull: Pull) -> str:
    """Return the word on the pill."""
    if pull.merged_at is not None:
        return "merged"
    if pull.state == "closed":
        return "closed"
    return "draft" if pull.draft else "open"


def pull_page(world: World, repo: Repo, pull: Pull) -> str:
    """Return the page."""
    runs = checks.in_order(latest_runs(repo, pull.head_sha))
    changes = changes_of(repo, pull)
    body = [
        _heading(repo, pull),
        _conversation(pull),
        _merge_box(world, repo, pull, merge_state(world, repo, pull)),
    ]
    if runs:
        body.append(f'<h2>Checks<span class="count">{len(runs)}</span></h2>')
        body += [checks.check(repo, run) for run in runs]
    body.append(f'<h2>Files changed<span class="count">{len(changes)}</span></h2>')
    body += [changed_file(repo, pull.head_sha, change) for change in changes]
    title = f"{pull.title} · Pull request #{pull.number}"
    return page(title, crumbs(repo.full_name), "".join(body))


def _heading(repo: Repo, pull: Pull) -> str:
    state = state_of(pull)
    head = pull.head_ref
    if pull.head_repo is not repo:
        head = f"{pull.head_repo.owner.login}:{head}"
    commits = plural(len(commits_of(repo, pull)), "commit")
    verb = "merged" if state == "merged" else "wants to merge"
    person = pull.merged_by if state == "merged" and pull.merged_by else pull.author
    labels = "".join(f'<span class="label">{escape(each.name)}</span>' for each in pull.labels)
    return (
        f'<h1>{escape(pull.title)} <span class="number">#{pull.number}</span></h1>'
        f'<div class="byline"><span class="pill {state}">{state.capitalize()}</span>'
        f"<span>{who(person)} {verb} {commits} into "
        f'<span class="ref">{escape(pull.base_ref)}</span> from '
        f'<span class="ref">{escape(head)}</span></span>{labels}</div>'
    )


def _conversation(pull: Pull) -> str:
    text = pull.body or "*No description provided.*"
    said: list[tuple[float, str]] = [(pull.created_at, _said(pull.author, pull.created_at, text))]
    said += [(each.created_at, _comment(each)) for each in pull.comments]
    said += [(each.submitted_at, _review(each)) for each in pull.reviews]
    said.sort(key=lambda entry: entry[0])
    return f'<div class="timeline">{"".join(html for _, html in said)}</div>'


def _said(author: Account, when: float, text: str) -> str:
    return (
        f'<div class="entry">{avatar(author)}<div class="box"><div class="head">{who(author)} '
        f'· {moment(when)}</div><div class="body">{render(text)}</div></div></div>'
    )


def _comment(comment: Comment) -> str:
    return _said(comment.author, comment.created_at, comment.body)


def _review(review: Review) -> str:
    kind, words = _REVIEWS[review.state]
    line = f"<span>{who(review.author)} {words} · {moment(review.submitted_at)}</span>"
    text = f'<div class="box"><div class="body">{render(review.body)}</div></div>'
    event = f'<div class="event">{icon(kind)}{line}</div>{text if review.body else ""}'
    return f'<div class="entry">{avatar(review.author)}<div>{event}</div></div>'


def _merge_box(world: World, repo: Repo, pull: Pull, state: MergeState) -> str:
    kind, words = _VERDICTS[state.state]
    colour = {"good": "clean", "bad": "blocked", "done": "merged"}.get(kind, "")
    reasons = "".join(f"<div>{escape(reason)}</div>" for reason in state.reasons)
    if state.clean:
        reasons = "<div>All required checks have passed, and there are no conflicts</div>"
    verdict = f'<strong class="verdict {kind}">{words}</strong><div class="muted">{reasons}</div>'
    rows = [f'<div class="row">{icon(kind)}<div>{verdict}</div></div>']
    required = {each.name for each in required_checks(world, repo, pull.base_ref)}
    for run in checks.in_order(latest_runs(repo, pull.head_sha)):
        mark = '<span class="label">Required</span>' if run.name in required else ""
        words = f"<strong>{escape(run.name)} {mark}</strong>"
        said = f'<span class="muted">{escape(run.title or checks.state_of(run))}</span>'
        sign = icon(checks.kind_of(run))
        rows.append(f'<div class="row">{sign}<div>{words}{said}</div></div>')
    if pull.state == "open":
        go = " go" if state.clean else ""
        button = f'<span class="button{go}">Merge pull request</span>'
        rows.append(f'<div class="row"><span></span><div>{button}</div></div>')
    return f'<div class="box merge {colour}">{"".join(rows)}</div>'
