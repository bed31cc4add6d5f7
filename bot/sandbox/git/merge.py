"""A three-way merge of trees: by file, and by line where both sides changed the same file."""

from difflib import SequenceMatcher
from itertools import pairwise

from bot.sandbox.git.diff import differing
from bot.sandbox.git.objects import Entry, ObjectStore

# Lines from `start` to `end` of the base become `lines`.
Hunk = tuple[int, int, tuple[str, ...]]


def merge_trees(store: ObjectStore, base: str, ours: str, theirs: str) -> str | None:
    """Return the tree that holds both sides' changes, or None when they conflict."""
    mine = {path: (was, now) for path, was, now in differing(store, base, ours)}
    changes: dict[str, Entry | None] = {}
    for path, was, now in differing(store, base, theirs):
        if path not in mine or mine[path][1] == now:
            changes[path] = now
            continue
        merged = _merge_files(store, was, mine[path][1], now)
        if merged is None:
            return None
        changes[path] = merged
    return store.edit_tree(ours, changes)


def _merge_files(
    store: ObjectStore, base: Entry | None, ours: Entry | None, theirs: Entry | None
) -> Entry | None:
    if base is None or ours is None or theirs is None:
        return None
    if not base.mode == ours.mode == theirs.mode:
        return None
    lines = [
        store.blobs[entry.sha].decode(errors="surrogateescape") for entry in (base, ours, theirs)
    ]
    merged = _merge_lines(*(text.split("\n") for text in lines))
    if merged is None:
        return None
    written = store.write_content("\n".join(merged).encode(errors="surrogateescape"))
    return Entry(base.mode, written.sha)


def _merge_lines(base: list[str], ours: list[str], theirs: list[str]) -> list[str] | None:
    hunks = sorted({*_hunks(base, ours), *_hunks(base, theirs)})
    for (_, end, _), (start, _, _) in pairwise(hunks):
        # Changes that touch conflict as well: git cannot tell which of the two comes first.
        if start <= end:
            return None
    merged = list(base)
    for start, end, lines in reversed(hunks):
        merged[start:end] = lines
    return merged


def _hunks(base: list[str], side: list[str]) -> list[Hunk]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [
        (start, end, tuple(side[low:high]))
        for tag, start, end, low, high in matcher.get_opcodes()
        if tag != "equal"
    ]
