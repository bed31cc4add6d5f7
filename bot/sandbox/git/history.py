"""Questions about the graph of commits: ancestors, merge bases and logs."""

import heapq
from collections.abc import Iterator

from bot.sandbox.git.objects import Commit, ObjectStore


def log(store: ObjectStore, *tips: str) -> Iterator[Commit]:
    """Yield the commits reachable from the tips, children before parents, newest first."""
    reachable = _reachable(store, tips)
    children = dict.fromkeys(reachable, 0)
    for sha in reachable:
        for parent in store.commits[sha].parents:
            children[parent] += 1
    # Where two commits share a second, the one written later is newer: the store keeps that order.
    written = {sha: number for number, sha in enumerate(store.commits) if sha in reachable}

    def age(sha: str) -> tuple[int, int, str]:
        return (-store.commits[sha].committer.when, -written[sha], sha)

    ready = [age(sha) for sha, count in children.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        commit = store.commits[heapq.heappop(ready)[2]]
        yield commit
        for parent in commit.parents:
            children[parent] -= 1
            if children[parent] == 0:
                heapq.heappush(ready, age(parent))


def is_ancestor(store: ObjectStore, ancestor: str, of: str) -> bool:
    """Tell whether a commit is the other one or stands below it."""
    return ancestor in _reachable(store, (of,))


def merge_base(store: ObjectStore, one: str, other: str) -> str | None:
    """Return the newest common ancestor of two commits, or None for unrelated histories."""
    below = _reachable(store, (one,))
    return next((commit.sha for commit in log(store, other) if commit.sha in below), None)


def commits_between(store: ObjectStore, base: str, head: str) -> list[Commit]:
    """Return what the head has and the base has not, oldest first, as a pull request lists it."""
    known = _reachable(store, (base,))
    return [commit for commit in log(store, head) if commit.sha not in known][::-1]


def _reachable(store: ObjectStore, tips: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()
    stack = list(tips)
    while stack:
        sha = stack.pop()
        if sha not in seen:
            seen.add(sha)
            stack.extend(store.commits[sha].parents)
    return seen
