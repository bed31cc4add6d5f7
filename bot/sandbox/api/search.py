"""The search for issues and pull requests, as far as its plain qualifiers go."""

import shlex
from collections.abc import Iterator

from bot.sandbox.api.answers import Answer, invalid_request
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import issues
from bot.sandbox.state.records import Issue, JsonObject, Pull, Repo

routes = Routes()


@routes("GET", "/search/issues", needs="metadata:read")
def search(call: Call) -> Answer:
    """Search titles and bodies, newest first; `in:` and what is not known filter nothing."""
    if not call.query.get("q", "").strip():
        raise invalid_request("q wasn't supplied.")
    sort = call.query.get("sort", "created")
    order = call.choice("order", "desc", "asc")
    found = list(_matches(call, _terms(call.query["q"])))
    found.sort(
        key=lambda entry: (
            entry[1].updated_at if sort == "updated" else entry[1].created_at,
            entry[1].id,
        ),
        reverse=order == "desc",
    )

    def shape(entry: tuple[Repo, Issue]) -> JsonObject:
        repo, issue = entry
        return {**issues.issue(call.world, repo, issue), "body": issue.body or "", "score": 1.0}

    answer = call.page(found, shape, "items")
    answer.content |= {"incomplete_results": False, "search_type": "lexical"}
    return answer


def _terms(query: str) -> list[str]:
    try:
        return shlex.split(query.lower())
    except ValueError:
        return query.lower().split()


def _matches(call: Call, terms: list[str]) -> Iterator[tuple[Repo, Issue]]:
    for repo in call.world.repos.values():
        if call.reaches(repo):
            for issue in repo.issues.values():
                if all(_holds(repo, issue, term) for term in terms):
                    yield repo, issue


def _holds(repo: Repo, issue: Issue, term: str) -> bool:
    qualifier, colon, value = term.partition(":")
    match qualifier if colon else "":
        case "repo":
            return repo.full_name.lower() == value
        case "org" | "user":
            return repo.owner.login.lower() == value
        case "is" | "type" | "state":
            return value in _states(issue)
        case "author":
            return issue.author.login.lower() == value
        case "label":
            return any(label.name.lower() == value for label in issue.labels)
        case "head":
            return isinstance(issue, Pull) and issue.head_ref.lower() == value
        case "base":
            return isinstance(issue, Pull) and issue.base_ref.lower() == value
        case "archived":
            return repo.archived is (value == "true")
        case "in":
            return True
        case _:
            return term in f"{issue.title}\n{issue.body or ''}".lower()


def _states(issue: Issue) -> set[str]:
    states: set[str] = {issue.state}
    if isinstance(issue, Pull):
        states |= {"pr", "pull-request", "merged" if issue.merged_at is not None else "unmerged"}
        return states | ({"draft"} if issue.draft else set())
    return states | {"issue"}
