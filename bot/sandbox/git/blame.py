"""Blame: which commit brought each line of a file, as `git blame` tells it.

A line goes to the first parent that has it, through merges, and through a rename of the file where
a parent does not have its path; what no parent has, the commit itself brought.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby

from bot.sandbox.git.diff import diff_trees
from bot.sandbox.git.history import log
from bot.sandbox.git.objects import Commit, ObjectStore

# Where a line stands now, by where it stood in some version of the file; both count from 0.
Lines = dict[int, int]


def blame(store: ObjectStore, tip: str, path: str) -> list[Commit]:
    """Return the commit of each line of a file, top to bottom; raises LookupError without one."""
    count = len(_lines(store, tip, path))
    found: dict[int, Commit] = {}
    waiting: dict[str, dict[str, Lines]] = {tip: {path: {line: line for line in range(count)}}}
    for commit in log(store, tip):  # children come first, so a commit is met with all its lines
        for here, lines in waiting.pop(commit.sha, {}).items():
            for parent, there, passed in _passed_on(store, commit, here, lines):
                waiting.setdefault(parent, {}).setdefault(there, {}).update(passed)
            found |= dict.fromkeys(lines.values(), commit)
        if not waiting:
            break
    return [found[line] for line in range(count)]


def ranges(lines: list[Commit]) -> Iterator[tuple[int, int, Commit]]:
    """Yield the runs of lines that one commit brought: first line, last line, commit; from 1."""
    start = 1
    for _, run in groupby(lines, key=lambda commit: commit.sha):
        commits = list(run)
        yield start, start + len(commits) - 1, commits[0]
        start += len(commits)


def _passed_on(
    store: ObjectStore, commit: Commit, path: str, lines: Lines
) -> Iterator[tuple[str, str, Lines]]:
    """Take from the lines those that a parent has, and yield them as they stand there."""
    origins = [(parent, _path_in(store, commit, parent, path)) for parent in commit.parents]
    known = [(parent, there) for parent, there in origins if there is not None]
    here = _lines(store, commit.sha, path)
    # A parent that has the very file has all of it, even where another comes before.
    known.sort(key=lambda origin: _lines(store, *origin) != here)
    for parent, there in known:
        before = _lines(store, parent, there)
        passed: Lines = {}
        matcher = SequenceMatcher(None, before, here, autojunk=False)
        for old, new, size in matcher.get_matching_blocks():
            for offset in range(size):
                if new + offset in lines:
                    passed[old + offset] = lines.pop(new + offset)
        yield parent, there, passed


def _path_in(store: ObjectStore, commit: Commit, parent: str, path: str) -> str | None:
    """Return where a parent has a commit's file: at its path, or at the one it was renamed from."""
    tree = store.commits[parent].tree
    entry = store.find(tree, path)
    if entry is not None and entry.kind == "blob":
        return path
    changes = diff_trees(store, tree, commit.tree)
    return next((each.previous_path for each in changes if each.path == path), None)


def _lines(store: ObjectStore, commit: str, path: str) -> list[bytes]:
    entry = store.find(store.commits[commit].tree, path)
    if entry is None or entry.kind != "blob":
        raise LookupError(path)
    *whole, last = store.blobs[entry.sha].split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])
