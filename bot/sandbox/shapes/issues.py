"""Issues, comments, labels and reactions in GitHub's JSON."""

from typing import Final

from bot.sandbox.shapes.accounts import app, user
from bot.sandbox.shapes.repositories import api_url, page_url
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import Comment, Issue, JsonObject, Label, Pull, Reaction, Repo
from bot.sandbox.state.world import World

REACTIONS: Final = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def issue_page(world: World, repo: Repo, issue: Issue) -> str:
    """Return where people read an issue or a pull request."""
    kind = "pull" if isinstance(issue, Pull) else "issues"
    return f"{page_url(world, repo)}/{kind}/{issue.number}"


def association(repo: Repo, account: Account) -> str:
    """Return how an account stands to a repository; it is no permission."""
    if account is repo.owner:
        return "OWNER"
    if account.login.lower() in repo.roles:
        return "MEMBER" if repo.owner.type == "Organization" else "COLLABORATOR"
    return "NONE"


def label(world: World, repo: Repo, record: Label) -> JsonObject:
    """Return a `label`."""
    return {
        "id": record.id,
        "node_id": f"LA_{record.id}",
        "url": f"{api_url(world, repo)}/labels/{record.name}",
        "name": record.name,
        "color": "ededed",
        "default": False,
        "description": "",
    }


def reaction(world: World, record: Reaction) -> JsonObject:
    """Return a `reaction`."""
    return {
        "id": record.id,
        "node_id": f"REA_{record.id}",
        "user": user(world, record.user),
        "content": record.content,
        "created_at": world.time(record.created_at),
    }


def _rollup(url: str, reactions: list[Reaction]) -> JsonObject:
    counts = dict.fromkeys(REACTIONS, 0)
    for each in reactions:
        counts[each.content] += 1
    return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}


def issue(world: World, repo: Repo, record: Issue) -> JsonObject:
    """Return an `issue`; a pull request is one with links to itself."""
    url = f"{api_url(world, repo)}/issues/{record.number}"
    page = issue_page(world, repo, record)
    shape: JsonObject = {
        "id": record.id,
        "node_id": f"I_{record.id}",
        "number": record.number,
        "url": url,
        "html_url": page,
        "repository_url": api_url(world, repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "title": record.title,
        "body": record.body,
        "user": user(world, record.author),
        "author_association": association(repo, record.author),
        "labels": [label(world, repo, each) for each in record.labels],
        "state": record.state,
        "locked": False,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(record.comments),
        "reactions": _rollup(url, []),
        "created_at": world.time(record.created_at),
        "updated_at": world.time(record.updated_at),
        "closed_at": None if record.closed_at is None else world.time(record.closed_at),
    }
    if isinstance(record, Pull):
        shape["draft"] = record.draft
        shape["pull_request"] = {
            "url": f"{api_url(world, repo)}/pulls/{record.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": None if record.merged_at is None else world.time(record.merged_at),
        }
    return shape


def comment(world: World, repo: Repo, parent: Issue, record: Comment) -> JsonObject:
    """Return an `issue-comment`."""
    url = f"{api_url(world, repo)}/issues/comments/{record.id}"
    return {
        "id": record.id,
        "node_id": f"IC_{record.id}",
        "url": url,
        "html_url": f"{issue_page(world, repo, parent)}#issuecomment-{record.id}",
        "issue_url": f"{api_url(world, repo)}/issues/{parent.number}",
        "user": user(world, record.author),
        "body": record.body,
        "author_association": association(repo, record.author),
        "performed_via_github_app": record.app and app(world, record.app),
        "reactions": _rollup(url, record.reactions),
        "created_at": world.time(record.created_at),
        "updated_at": world.time(record.updated_at),
    }
