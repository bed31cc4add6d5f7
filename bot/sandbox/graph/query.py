"""Where every query begins: the fields of `Query`."""

from bot.sandbox.actions.comments import find_comment
from bot.sandbox.graph import history, issues
from bot.sandbox.graph.view import View, refused
from bot.sandbox.state.records import JsonObject


def root(view: View) -> JsonObject:
    """Return the `Query`."""

    def repository(owner: str, name: str, follow_renames: bool | None = True) -> JsonObject:
        full_name = f"{owner}/{name}"
        repo = view.world.repo(full_name)
        if repo is None and follow_renames:
            repo = view.world.moved_from(full_name)
        if repo is None or not view.reaches(repo):
            message = f"Could not resolve to a Repository with the name '{full_name}'."
            raise refused("NOT_FOUND", message)
        return history.repository(view, repo)

    return {
        "id": "Q_1",
        "rateLimit": lambda **_: view.rate_limit,
        "repository": repository,
        "node": lambda id: _node(view, id),  # noqa: A006 - GitHub's word
    }


def _node(view: View, global_id: str) -> JsonObject:
    kind, _, number = global_id.partition("_")
    for repo in filter(view.reaches, view.world.repos.values()):
        if kind == "R" and number == str(repo.id):
            return history.repository(view, repo)
        if kind == "PR":
            for pull in repo.pulls():
                if number == str(pull.id):
                    view.need("pull_requests:read")
                    return history.pull_request(view, repo, pull)
        if kind == "IC" and number.isdecimal():
            found = find_comment(repo, int(number))
            if found is not None:
                view.need("issues:read", "pull_requests:read")
                return issues.comment(view, found[1])
    raise refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{global_id}'")
