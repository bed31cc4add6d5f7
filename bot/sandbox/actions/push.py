"""Moving branches: commits, pushes, and the pull requests that follow their head."""

from collections.abc import Mapping

from bot.sandbox.actions import announce
from bot.sandbox.actions.suites import request_suites
from bot.sandbox.git.history import commits_between, is_ancestor
from bot.sandbox.git.objects import Commit, Content, Signature
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import Pull, Repo
from bot.sandbox.state.world import World


def write_commit(
    repo: Repo,
    parent: str | None,
    files: Mapping[str, Content | None],
    message: str,
    author: Signature,
) -> str:
    """Store a commit that sets files, or removes those that are None, and return its SHA."""
    store = repo.store
    before = store.empty_tree if parent is None else store.commits[parent].tree
    changes = {
        path: None if content is None else store.write_content(content)
        for path, content in files.items()
    }
    return store.write_commit(
        tree=store.edit_tree(before, changes),
        parents=() if parent is None else (parent,),
        author=author,
        committer=author,
        message=message,
    ).sha


def move_branch(world: World, repo: Repo, branch: str, sha: str, by: Account) -> None:
    """Point a branch at a commit, announce the push and bring the pull requests up to date."""
    ref = f"refs/heads/{branch}"
    before = repo.refs.get(ref, announce.NO_COMMIT)
    if before == sha:
        return
    known = before != announce.NO_COMMIT
    forced = known and not is_ancestor(repo.store, before, sha)
    repo.refs[ref] = sha
    repo.pushed_at = world.clock()
    announce.push(world, repo, ref, before, sha, by, forced=forced)
    request_suites(world, repo, branch, before, sha, by)
    for base, pull in _open_pulls(world, repo, branch):
        _synchronize(world, base, pull, sha, by)
    _close_merged(world, repo, branch, before if known else None, sha, by)


def delete_branch(world: World, repo: Repo, branch: str, by: Account) -> None:
    """Delete a branch; the pull requests that it is the head or the base of are closed."""
    ref = f"refs/heads/{branch}"
    before = repo.refs.pop(ref)
    announce.push(world, repo, ref, before, announce.NO_COMMIT, by, forced=False)
    orphans = [*_open_pulls(world, repo, branch)]
    orphans += [
        (repo, pull) for pull in repo.pulls() if pull.base_ref == branch and pull.state == "open"
    ]
    for base, pull in orphans:
        close_pull(world, base, pull, by)


def close_pull(world: World, repo: Repo, pull: Pull, by: Account) -> None:
    """Close a pull request and announce it; whether it was merged stands in its record already."""
    pull.closed_at = pull.updated_at = world.clock()
    announce.pull_request(world, repo, pull, "closed", by)


def mark_merged(
    world: World, repo: Repo, pull: Pull, sha: str, by: Account, *, landed: list[Commit]
) -> None:
    """Close a pull request as merged by a commit, which has brought those commits to the base."""
    pull.merged_at = world.clock()
    pull.merged_by = by
    pull.merge_commit_sha = sha
    pull.landed = frozenset(commit.sha for commit in landed)
    close_pull(world, repo, pull, by)


def _open_pulls(world: World, repo: Repo, branch: str) -> list[tuple[Repo, Pull]]:
    """Return the open pull requests with this head, each with the repository that it stands in."""
    return [
        (base, pull)
        for base in world.repos.values()
        for pull in base.pulls()
        if pull.state == "open" and pull.head_repo is repo and pull.head_ref == branch
    ]


def _synchronize(world: World, repo: Repo, pull: Pull, sha: str, by: Account) -> None:
    before, pull.head_sha = pull.head_sha, sha
    pull.base_sha = repo.branch(pull.base_ref) or pull.base_sha
    pull.updated_at = world.clock()
    repo.refs[f"refs/pull/{pull.number}/head"] = sha
    extra = {"before": before, "after": sha}
    announce.pull_request(world, repo, pull, "synchronize", by, extra)


def _close_merged(
    world: World, repo: Repo, branch: str, before: str | None, tip: str, by: Account
) -> None:
    """Close pull requests whose head has come into their base by a push, as GitHub does."""
    for pull in [*repo.pulls()]:
        if pull.state != "open" or pull.base_ref != branch:
            continue
        known = before is not None and is_ancestor(repo.store, pull.head_sha, before)
        if not known and is_ancestor(repo.store, pull.head_sha, tip):
            # What else the same push has brought is not the pull request's.
            landed = commits_between(repo.store, before or pull.base_sha, pull.head_sha)
            mark_merged(world, repo, pull, tip, by, landed=landed)
