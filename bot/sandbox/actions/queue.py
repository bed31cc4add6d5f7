"""The merge queue: groups are built on each other, checked on their own head, merged in order."""

from bot.sandbox.actions import announce
from bot.sandbox.actions.merging import MergeBlocked, write_merge
from bot.sandbox.actions.push import mark_merged, move_branch
from bot.sandbox.actions.suites import request_suites
from bot.sandbox.git.history import commits_between
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import GroupState, MergeGroup, MergeMethod, Pull, Repo
from bot.sandbox.state.rules import merge_state, unmet_checks
from bot.sandbox.state.world import World

_QUEUE_LOGIN = "github-merge-queue[bot]"


def enqueue(
    world: World, repo: Repo, pulls: list[Pull], by: Account, method: MergeMethod, *, admin: bool
) -> MergeGroup:
    """Put pull requests into the queue as one group and ask for its checks.

    Raises MergeBlocked where one of them may not merge, unless the person bypasses its rules.
    """
    for pull in pulls:
        state = merge_state(world, repo, pull)
        if not state.clean and not (admin and state.state == "blocked"):
            raise MergeBlocked(state.reasons or (f"Pull request is {state.state}",))
    base = pulls[0].base_ref
    tip = _last_head(repo, base, _line(repo, base))
    group = MergeGroup(pulls, base, tip, "", tip, method)
    _build(world, repo, group, tip)
    repo.groups.append(group)
    for pull in pulls:
        announce.pull_request(world, repo, pull, "enqueued", by)
    _request_checks(world, repo, group)
    advance(world, repo)
    return group


def advance(world: World, repo: Repo) -> None:
    """Let the queue of every branch go on as far as its checks have decided."""
    for branch in {group.base_ref for group in repo.groups}:
        while line := _line(repo, branch):
            group = next((each for each in line if each.stale), line[0])
            unmet = unmet_checks(world, repo, branch, group.head_sha)
            if group.stale:
                _leave(world, repo, group, "dequeued")
            elif repo.branch(branch) != group.base_sha:
                _rebuild(world, repo, branch, 0)
            elif any(check.failed for check in unmet):
                _leave(world, repo, group, "failed")
            elif not unmet:
                _merge(world, repo, group)
            else:
                break


def dequeue(world: World, repo: Repo, group: MergeGroup) -> None:
    """Take a group out of the queue by hand."""
    _leave(world, repo, group, "dequeued")
    advance(world, repo)


def _build(world: World, repo: Repo, group: MergeGroup, tip: str) -> None:
    queue = world.account(_QUEUE_LOGIN)
    group.base_sha = group.head_sha = tip
    group.heads = [pull.head_sha for pull in group.pulls]
    group.merges = []
    for pull in group.pulls:
        group.head_sha = write_merge(world, repo, group.head_sha, pull, group.method, queue)
        group.merges.append(group.head_sha)
    last = group.pulls[-1].number
    group.head_ref = f"refs/heads/gh-readonly-queue/{group.base_ref}/pr-{last}-{group.base_sha}"
    group.state = "checks_requested"


def _request_checks(world: World, repo: Repo, group: MergeGroup) -> None:
    queue = world.account(_QUEUE_LOGIN)
    repo.refs[group.head_ref] = group.head_sha
    branch = group.head_ref.removeprefix("refs/heads/")
    announce.push(
        world, repo, group.head_ref, announce.NO_COMMIT, group.head_sha, queue, forced=False
    )
    request_suites(world, repo, branch, announce.NO_COMMIT, group.head_sha, queue)
    announce.merge_group(world, repo, group, "checks_requested", queue)


def _merge(world: World, repo: Repo, group: MergeGroup) -> None:
    queue = world.account(_QUEUE_LOGIN)
    repo.groups.remove(group)
    group.state = "merged"
    onto = group.base_sha
    for pull, merged in zip(group.pulls, group.merges, strict=True):
        landed = commits_between(repo.store, onto, merged)
        mark_merged(world, repo, pull, merged, queue, landed=landed)
        onto = merged
    move_branch(world, repo, group.base_ref, group.head_sha, queue)
    _destroy(world, repo, group, "merged")


def _leave(world: World, repo: Repo, group: MergeGroup, state: GroupState) -> None:
    """Remove a group that will not merge; those behind it are built again without it."""
    queue = world.account(_QUEUE_LOGIN)
    position = _line(repo, group.base_ref).index(group)
    repo.groups.remove(group)
    group.state = state
    _destroy(world, repo, group, "dequeued")
    for pull in group.pulls:
        reason = "CI_FAILURE" if state == "failed" else "MANUAL"
        announce.pull_request(world, repo, pull, "dequeued", queue, {"reason": reason})
    _rebuild(world, repo, group.base_ref, position)


def _rebuild(world: World, repo: Repo, branch: str, start: int) -> None:
    """Build the groups from a place in the line anew, on what stands before them now."""
    line = _line(repo, branch)
    standing = line[:start]
    for group in line[start:]:
        _destroy(world, repo, group, "invalidated")
        try:
            _build(world, repo, group, _last_head(repo, branch, standing))
        except MergeBlocked:
            repo.groups.remove(group)
            group.state = "failed"
            continue
        standing.append(group)
        _request_checks(world, repo, group)


def _line(repo: Repo, branch: str) -> list[MergeGroup]:
    return [group for group in repo.groups if group.base_ref == branch]


def _last_head(repo: Repo, branch: str, line: list[MergeGroup]) -> str:
    """Return what the next group of a line is built on."""
    return line[-1].head_sha if line else repo.refs[f"refs/heads/{branch}"]


def _destroy(world: World, repo: Repo, group: MergeGroup, reason: str) -> None:
    queue = world.account(_QUEUE_LOGIN)
    repo.refs.pop(group.head_ref, None)
    announce.merge_group(world, repo, group, "destroyed", queue, reason)
