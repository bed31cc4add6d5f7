"""Webhook payloads: what the Apps are told when something happens."""

from collections.abc import Iterable

from bot.sandbox.git.history import commits_between
from bot.sandbox.git.objects import Commit
from bot.sandbox.shapes import accounts, checks, commits, issues, pulls, repositories
from bot.sandbox.state.accounts import Account, App, Installation
from bot.sandbox.state.checks import Action, CheckRun, CheckSuite
from bot.sandbox.state.records import Comment, Issue, JsonObject, MergeGroup, Pull, Repo, Review
from bot.sandbox.state.world import Event, World

NO_COMMIT = "0" * 40


def pull_request(
    world: World, repo: Repo, pull: Pull, action: str, by: Account, extra: JsonObject | None = None
) -> None:
    """Announce `pull_request`; what its action adds stands in `extra`."""
    payload = {
        "number": pull.number,
        "pull_request": pulls.full_pull_request(world, repo, pull),
        **(extra or {}),
    }
    _repository_event(world, repo, "pull_request", action, by, payload)


def review(
    world: World,
    repo: Repo,
    pull: Pull,
    record: Review,
    action: str,
    by: Account,
    extra: JsonObject | None = None,
) -> None:
    """Announce `pull_request_review`; there, states are in lower case."""
    shape = pulls.review(world, repo, pull, record)
    payload = {
        "review": {**shape, "state": record.state.lower()},
        "pull_request": pulls.pull_request(world, repo, pull),
        **(extra or {}),
    }
    _repository_event(world, repo, "pull_request_review", action, by, payload)


def comment(
    world: World,
    repo: Repo,
    parent: Issue,
    record: Comment,
    action: str,
    by: Account,
    extra: JsonObject | None = None,
) -> None:
    """Announce `issue_comment`, which pull requests have too."""
    payload = {
        "issue": issues.issue(world, repo, parent),
        "comment": issues.comment(world, repo, parent, record),
        **(extra or {}),
    }
    _repository_event(world, repo, "issue_comment", action, by, payload)


def push(
    world: World, repo: Repo, ref: str, before: str, after: str, by: Account, *, forced: bool
) -> None:
    """Announce `push`, with its newest 2,048 commits at most."""
    deleted, created = after == NO_COMMIT, before == NO_COMMIT
    start = repo.branch(repo.default_branch) if created else before
    pushed: list[Commit] = []
    if not deleted and start is not None and start != after:
        pushed = commits_between(repo.store, start, after)[-2048:]
    elif not deleted and start == after and not repo.store.commits[after].parents:
        pushed = [repo.store.commits[after]]
    head = None if deleted else commits.pushed_commit(world, repo, repo.store.commits[after])
    payload = {
        "ref": ref,
        "before": before,
        "after": after,
        "base_ref": None,
        "created": created,
        "deleted": deleted,
        "forced": forced,
        "compare": f"{repositories.page_url(world, repo)}/compare/{before[:12]}...{after[:12]}",
        "commits": [commits.pushed_commit(world, repo, commit) for commit in pushed],
        "head_commit": head,
        "pusher": {"name": by.login, "email": by.email},
    }
    _repository_event(world, repo, "push", None, by, payload)


def check_suite(world: World, repo: Repo, suite: CheckSuite, action: str, by: Account) -> None:
    """Announce `check_suite` to the App whose suite it is."""
    payload = {"check_suite": checks.check_suite(world, repo, suite)}
    _repository_event(world, repo, "check_suite", action, by, payload, only=suite.app)


def check_run(
    world: World,
    repo: Repo,
    run: CheckRun,
    action: str,
    by: Account,
    requested: Action | None = None,
) -> None:
    """Announce `check_run`: requests to its own App, what it did to every subscriber."""
    payload: JsonObject = {"check_run": checks.check_run(world, repo, run)}
    if requested is not None:
        payload["requested_action"] = {"identifier": requested.identifier}
    only = run.app if action in ("rerequested", "requested_action") else None
    _repository_event(world, repo, "check_run", action, by, payload, only=only)


def merge_group(
    world: World, repo: Repo, group: MergeGroup, action: str, by: Account, reason: str | None = None
) -> None:
    """Announce `merge_group`; it names no pull request."""
    payload: JsonObject = {
        "merge_group": {
            "head_sha": group.head_sha,
            "head_ref": group.head_ref,
            "base_sha": group.base_sha,
            "base_ref": f"refs/heads/{group.base_ref}",
            "head_commit": commits.simple_commit(repo.store.commits[group.head_sha]),
        }
    }
    if reason is not None:
        payload["reason"] = reason
    _repository_event(world, repo, "merge_group", action, by, payload)


def repository(
    world: World, repo: Repo, action: str, by: Account, extra: JsonObject | None = None
) -> None:
    """Announce `repository`."""
    _repository_event(world, repo, "repository", action, by, extra or {})


def installation(
    world: World, record: Installation, action: str, by: Account, repos: Iterable[Repo]
) -> None:
    """Announce `installation` to the App that it is one of."""
    payload = {
        "action": action,
        "installation": accounts.installation(world, record),
        "repositories": [repositories.repository_stub(repo) for repo in repos],
        "requester": None,
        "sender": accounts.user(world, by),
    }
    event = Event("installation", action, payload, only=record.app, installation=record)
    world.emit(event)


def installation_repositories(
    world: World, record: Installation, action: str, by: Account, repos: Iterable[Repo]
) -> None:
    """Announce `installation_repositories`, action `added` or `removed`."""
    payload: JsonObject = {
        "action": action,
        "installation": accounts.installation(world, record),
        "repository_selection": "selected",
        "repositories_added": [],
        "repositories_removed": [],
        "requester": None,
        "sender": accounts.user(world, by),
    }
    payload[f"repositories_{action}"] = [repositories.repository_stub(repo) for repo in repos]
    event = Event(
        "installation_repositories", action, payload, only=record.app, installation=record
    )
    world.emit(event)


def ping(world: World, app: App) -> None:
    """Announce `ping`, as on the day when the App's webhook was set."""
    payload = {
        "zen": "Keep it logically awesome.",
        "hook_id": app.hook_id,
        "hook": {
            "type": "App",
            "id": app.hook_id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {"url": app.webhook_url, "content_type": "json", "insecure_ssl": "0"},
            "created_at": world.time(app.created_at),
            "updated_at": world.time(app.created_at),
            "app_id": app.id,
        },
        "sender": accounts.user(world, app.owner),
    }
    world.emit(Event("ping", None, payload, only=app))


def _repository_event(
    world: World,
    repo: Repo,
    name: str,
    action: str | None,
    by: Account,
    payload: JsonObject,
    only: App | None = None,
) -> None:
    body: JsonObject = {} if action is None else {"action": action}
    body |= payload
    body["repository"] = repositories.repository(world, repo)
    if repo.owner.type == "Organization":
        body["organization"] = accounts.organization(world, repo.owner)
    body["sender"] = accounts.user(world, by)
    world.emit(Event(name, action, body, repo, only))
