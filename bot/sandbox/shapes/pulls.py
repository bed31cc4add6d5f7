"""Pull requests and reviews in GitHub's JSON."""

from bot.sandbox.git.diff import Change, diff_trees
from bot.sandbox.git.history import commits_between, is_ancestor, merge_base
from bot.sandbox.git.objects import Commit
from bot.sandbox.shapes.accounts import user
from bot.sandbox.shapes.issues import association, issue_page, label
from bot.sandbox.shapes.repositories import api_url, repository
from bot.sandbox.state.records import JsonObject, Pull, Repo, Review
from bot.sandbox.state.rules import merge_state
from bot.sandbox.state.world import World


def changes_of(repo: Repo, pull: Pull) -> list[Change]:
    """Return the changed files: three dots, so from the merge base to the head."""
    store = repo.store
    start = merge_base(store, pull.base_sha, pull.head_sha)
    before = store.empty_tree if start is None else store.commits[start].tree
    return diff_trees(store, before, store.commits[pull.head_sha].tree)


def commits_of(repo: Repo, pull: Pull) -> list[Commit]:
    """Return the commits of a pull request, oldest first."""
    return commits_between(repo.store, pull.base_sha, pull.head_sha)


def pulls_with(repo: Repo, commit: Commit) -> list[Pull]:
    """Return the merged pull request that brought a commit, and the open ones until one has.

    https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
    """
    arrived = is_ancestor(repo.store, commit.sha, repo.refs[f"refs/heads/{repo.default_branch}"])
    return [
        pull
        for pull in repo.pulls()
        if (pull.merged_at is not None or (pull.state == "open" and not arrived))
        and (commit.sha in pull.landed or commit in commits_of(repo, pull))
    ]


def pull_request(world: World, repo: Repo, pull: Pull) -> JsonObject:
    """Return a `pull-request-simple`, as lists and most webhooks carry it."""
    api = api_url(world, repo)
    url, issue = f"{api}/pulls/{pull.number}", f"{api}/issues/{pull.number}"
    page = issue_page(world, repo, pull)
    links = {
        "self": url,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }
    return {
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "number": pull.number,
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        "comments_url": links["comments"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "commits_url": links["commits"],
        "statuses_url": links["statuses"],
        "_links": {name: {"href": href} for name, href in links.items()},
        "state": pull.state,
        "locked": False,
        "active_lock_reason": None,
        "title": pull.title,
        "body": pull.body,
        "user": user(world, pull.author),
        "author_association": association(repo, pull.author),
        "labels": [label(world, repo, each) for each in pull.labels],
        "draft": pull.draft,
        "head": _end(world, pull.head_repo, pull.head_ref, pull.head_sha),
        "base": _end(world, repo, pull.base_ref, pull.base_sha),
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": None,
        "auto_merge": None,
        "merge_commit_sha": pull.merge_commit_sha,
        "created_at": world.time(pull.created_at),
        "updated_at": world.time(pull.updated_at),
        "closed_at": None if pull.closed_at is None else world.time(pull.closed_at),
        "merged_at": None if pull.merged_at is None else world.time(pull.merged_at),
    }


def full_pull_request(world: World, repo: Repo, pull: Pull) -> JsonObject:
    """Return a `pull-request`, with its size and whether it may merge."""
    changes = changes_of(repo, pull)
    state = merge_state(world, repo, pull).state
    closed = state in ("merged", "closed")
    return {
        **pull_request(world, repo, pull),
        "merged": pull.merged_at is not None,
        "merged_by": pull.merged_by and user(world, pull.merged_by),
        "mergeable": None if closed else state != "dirty",
        "rebaseable": None if closed else state != "dirty",
        "mergeable_state": "unknown" if closed else state,
        "maintainer_can_modify": pull.head_repo is not repo,
        "comments": len(pull.comments),
        "review_comments": 0,
        "commits": len(commits_of(repo, pull)),
        "additions": sum(change.additions for change in changes),
        "deletions": sum(change.deletions for change in changes),
        "changed_files": len(changes),
    }


def review(world: World, repo: Repo, pull: Pull, record: Review) -> JsonObject:
    """Return a `pull-request-review`; the state in the API's capitals."""
    url = f"{api_url(world, repo)}/pulls/{pull.number}"
    page = f"{issue_page(world, repo, pull)}#pullrequestreview-{record.id}"
    return {
        "id": record.id,
        "node_id": f"PRR_{record.id}",
        "user": user(world, record.author),
        "body": record.body,
        "state": record.state,
        "html_url": page,
        "pull_request_url": url,
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "author_association": association(repo, record.author),
        "submitted_at": world.time(record.submitted_at),
        "commit_id": record.commit_id,
    }


def _end(world: World, repo: Repo, ref: str, sha: str) -> JsonObject:
    return {
        "label": f"{repo.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(world, repo.owner),
        "repo": repository(world, repo),
    }
