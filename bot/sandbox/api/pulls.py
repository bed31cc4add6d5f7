"""Endpoints of pull requests: lists, files, commits, reviews."""

from bot.sandbox.api.answers import Answer, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import commits, pulls
from bot.sandbox.state.records import Pull

routes = Routes()


@routes("GET", "/repos/{owner}/{repo}/pulls", needs="pull_requests:read")
def list_all(call: Call) -> Answer:
    """List pull requests; `head` is `owner:branch`, and anything else is not a filter."""
    state = call.choice("state", "open", "closed", "all")
    sort = call.choice("sort", "created", "updated", "popularity", "long-running")
    # https://docs.github.com/en/rest/pulls/pulls: descending when sorted by creation or not at all.
    usual = "desc" if sort == "created" else "asc"
    direction = call.choice("direction", usual, "asc" if usual == "desc" else "desc")
    found = [
        pull
        for pull in call.repo.pulls()
        if state in (pull.state, "all")
        and call.query.get("base", pull.base_ref) == pull.base_ref
        and _has_head(pull, call.query.get("head", ""))
    ]
    found.sort(
        key=lambda pull: (pull.updated_at if sort == "updated" else pull.created_at, pull.number),
        reverse=direction == "desc",
    )
    return call.page(found, lambda pull: pulls.pull_request(call.world, call.repo, pull))


@routes("GET", "/repos/{owner}/{repo}/pulls/{number}", needs="pull_requests:read")
def get(call: Call) -> Answer:
    """Answer one pull request."""
    return Answer(pulls.full_pull_request(call.world, call.repo, call.pull()))


@routes("GET", "/repos/{owner}/{repo}/pulls/{number}/files", needs="pull_requests:read")
def list_files(call: Call) -> Answer:
    """List the changed files; GitHub ends the list at 3,000 without a word."""
    pull = call.pull()
    changes = pulls.changes_of(call.repo, pull)[: call.world.limits.pull_files]
    return call.page(
        changes, lambda each: commits.diff_entry(call.world, call.repo, pull.head_sha, each)
    )


@routes("GET", "/repos/{owner}/{repo}/pulls/{number}/commits", needs="pull_requests:read")
def list_commits(call: Call) -> Answer:
    """List the commits, oldest first; GitHub ends the list at 250 without a word."""
    found = pulls.commits_of(call.repo, call.pull())[: call.world.limits.pull_commits]
    return call.page(found, lambda each: commits.commit(call.world, call.repo, each))


@routes("GET", "/repos/{owner}/{repo}/pulls/{number}/reviews", needs="pull_requests:read")
def list_reviews(call: Call) -> Answer:
    """List the reviews, oldest first."""
    pull = call.pull()
    return call.page(pull.reviews, lambda each: pulls.review(call.world, call.repo, pull, each))


@routes(
    "GET", "/repos/{owner}/{repo}/pulls/{number}/reviews/{review_id}", needs="pull_requests:read"
)
def get_review(call: Call) -> Answer:
    """Answer one review."""
    pull, number = call.pull(), call.number("review_id")
    for review in pull.reviews:
        if review.id == number:
            return Answer(pulls.review(call.world, call.repo, pull, review))
    raise not_found()


def _has_head(pull: Pull, head: str) -> bool:
    owner, colon, branch = head.partition(":")
    return not colon or (owner.lower(), branch) == (
        pull.head_repo.owner.login.lower(),
        pull.head_ref,
    )
