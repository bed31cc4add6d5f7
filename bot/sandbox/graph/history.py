"""Repositories, commits and pull requests in GitHub's GraphQL: they lead to each other."""

from collections.abc import Callable
from functools import partial
from typing import Final

from bot.sandbox.git.blame import blame, ranges
from bot.sandbox.git.objects import Commit, ObjectStore
from bot.sandbox.graph import issues
from bot.sandbox.graph.pages import connection
from bot.sandbox.graph.people import actor, authors, git_actor
from bot.sandbox.graph.view import View, refused
from bot.sandbox.shapes.pulls import pulls_with
from bot.sandbox.state.records import JsonObject, Pull, Repo, Review

_PUSHERS: Final = ("write", "maintain", "admin")
_OLDEST: Final = 10


def repository(view: View, record: Repo) -> JsonObject:
    """Return a `Repository`."""

    def pull(number: int) -> JsonObject:
        view.need("pull_requests:read")
        found = record.pull(number)
        if found is None:
            message = f"Could not resolve to a PullRequest with the number of {number}."
            raise refused("NOT_FOUND", message)
        return pull_request(view, record, found)

    return {
        "__typename": "Repository",
        "id": f"R_{record.id}",
        "databaseId": record.id,
        "nameWithOwner": record.full_name,
        "object": partial(_git_object, view, record),
        "pullRequest": pull,
    }


def commit(view: View, repo: Repo, record: Commit) -> JsonObject:
    """Return a `Commit`."""

    def associated(order_by: JsonObject | None = None) -> list[Pull]:
        view.need("pull_requests:read")
        return _in_order(pulls_with(repo, record), order_by)

    return {
        "__typename": "Commit",
        "id": f"C_{record.sha}",
        "oid": record.sha,
        "message": record.message,
        "authoredDate": record.author.date,
        "committedDate": record.committer.date,
        "author": git_actor(view, record.author),
        "committer": git_actor(view, record.committer),
        "authors": connection("authors", partial(authors, record), partial(git_actor, view)),
        "blame": partial(_blame, view, repo, record),
        "associatedPullRequests": connection(
            "associatedPullRequests", associated, partial(pull_request, view, repo)
        ),
    }


def pull_request(view: View, repo: Repo, record: Pull) -> JsonObject:
    """Return a `PullRequest`."""
    world, merged = view.world, record.merged_at is not None
    landed = record.merge_commit_sha if merged else None
    return {
        "__typename": "PullRequest",
        "id": f"PR_{record.id}",
        "fullDatabaseId": str(record.id),
        "number": record.number,
        "title": record.title,
        "body": record.body or "",
        "state": "MERGED" if merged else record.state.upper(),
        "merged": merged,
        "mergedAt": None if record.merged_at is None else world.time(record.merged_at),
        "mergedBy": actor(record.merged_by),
        "mergeCommit": lambda: landed and commit(view, repo, repo.store.commits[landed]),
        "repository": partial(repository, view, repo),
        "author": actor(record.author),
        "baseRefName": record.base_ref,
        "headRefName": record.head_ref,
        "headRefOid": record.head_sha,
        "reviews": connection(
            "reviews", partial(_reviews_of, record), partial(_review, view, repo)
        ),
        "labels": connection(
            "labels", partial(issues.labels_of, record), partial(issues.label, view)
        ),
        "timelineItems": connection(
            "timelineItems",
            partial(issues.timeline_of, view, record),
            partial(issues.label_event, view),
        ),
    }


def _git_object(
    view: View, repo: Repo, oid: str | None = None, expression: str | None = None
) -> JsonObject | None:
    """Return the `GitObject` of an id, or of an expression like `main:README.md`."""
    view.need("contents:read")
    store = repo.store
    revision, colon, path = (oid or expression or "").partition(":")
    found = store.commits.get(revision) if oid else repo.commit(revision)
    if found is not None and not colon:
        return commit(view, repo, found)
    if found is not None:
        entry = store.find(found.tree, path)
        revision = "" if entry is None else entry.sha
    if revision in store.blobs:
        return _blob(view, store, revision)
    tree = {"__typename": "Tree", "id": f"T_{revision}", "oid": revision}
    return tree if revision in store.trees else None


def _blob(view: View, store: ObjectStore, sha: str) -> JsonObject:
    data, limit = store.blobs[sha], view.world.limits.blob_text_bytes
    binary = b"\0" in data
    return {
        "__typename": "Blob",
        "id": f"B_{sha}",
        "oid": sha,
        "byteSize": len(data),
        "isBinary": binary,
        "isTruncated": len(data) > limit,
        "text": None if binary else data[:limit].decode(errors="replace"),
    }


def _blame(view: View, repo: Repo, record: Commit, path: str) -> JsonObject:
    try:
        lines = blame(repo.store, record.sha, path)
    except LookupError:
        raise refused("NOT_FOUND", f"Could not resolve file for path '{path}'.") from None
    age = _ages(lines)
    return {
        "ranges": [
            {
                "startingLine": start,
                "endingLine": end,
                "age": age(brought),
                "commit": commit(view, repo, brought),
            }
            for start, end, brought in ranges(lines)
        ]
    }


def _ages(lines: list[Commit]) -> Callable[[Commit], int]:
    """Return how old a commit is among those of a file: from 1, the newest, to 10."""
    moments = [each.committer.when for each in lines]
    newest, span = max(moments, default=0), max(moments, default=0) - min(moments, default=0)
    return lambda each: 1 + (newest - each.committer.when) * (_OLDEST - 1) // max(span, 1)


def _reviews_of(
    pull: Pull, states: list[str] | None = None, author: str | None = None
) -> list[Review]:
    return [
        each
        for each in pull.reviews
        if (states is None or each.state in states)
        and (author is None or author.lower() == each.author.login.lower())
    ]


def _review(view: View, repo: Repo, record: Review) -> JsonObject:
    world = view.world
    return {
        "__typename": "PullRequestReview",
        "id": f"PRR_{record.id}",
        "fullDatabaseId": str(record.id),
        "author": actor(record.author),
        "state": record.state,
        "commit": commit(view, repo, repo.store.commits[record.commit_id]),
        "submittedAt": world.time(record.submitted_at),
        "authorCanPushToRepository": world.role(repo, record.author) in _PUSHERS,
    }


def _in_order(found: list[Pull], order_by: JsonObject | None) -> list[Pull]:
    order = order_by or {"field": "CREATED_AT", "direction": "ASC"}
    updated = order["field"] == "UPDATED_AT"
    return sorted(
        found,
        key=lambda pull: (pull.updated_at if updated else pull.created_at, pull.number),
        reverse=order["direction"] == "DESC",
    )
