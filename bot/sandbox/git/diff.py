"""The difference of two trees as a pull request's *Files changed* shows it, renames included."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Final, Literal

from bot.sandbox.git.objects import Entry, ObjectStore

Status = Literal["added", "modified", "removed", "renamed"]

# As in git: half of the content must be the same, and too many candidates are not compared.
_SIMILARITY: Final = 0.5
_CANDIDATES: Final = 400
_PATCH_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs."""

    status: Status
    path: str
    sha: str
    previous_path: str | None = None
    additions: int = 0
    deletions: int = 0
    patch: str | None = None


def diff_trees(store: ObjectStore, old: str, new: str) -> list[Change]:
    """Return the changed files from one tree to another, sorted by path."""
    before: dict[str, Entry] = {}
    after: dict[str, Entry] = {}
    for path, was, now in differing(store, old, new):
        if was is not None:
            before[path] = was
        if now is not None:
            after[path] = now
    added = [path for path in after if path not in before]
    removed = [path for path in before if path not in after]
    sources = _renames(store, {p: before[p] for p in removed}, {p: after[p] for p in added})
    changes = []
    for path, entry in after.items():
        if path in before:
            changes.append(_change(store, "modified", path, before[path], entry))
        elif path in sources:
            source = sources[path]
            changes.append(_change(store, "renamed", path, before[source], entry, source))
        else:
            changes.append(_change(store, "added", path, None, entry))
    gone = set(removed) - set(sources.values())
    changes += [_change(store, "removed", path, before[path], None) for path in gone]
    return sorted(changes, key=lambda change: change.path)


def differing(
    store: ObjectStore, old: str, new: str, prefix: str = ""
) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """Yield each file that differs as path, old entry and new entry; skip equal directories."""
    before, after = store.trees[old], store.trees[new]
    for name in before.keys() | after.keys():
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        path = prefix + name
        was_tree = was.sha if was and was.kind == "tree" else store.empty_tree
        now_tree = now.sha if now and now.kind == "tree" else store.empty_tree
        if was_tree != now_tree:
            yield from differing(store, was_tree, now_tree, f"{path}/")
        was_file = was if was and was.kind == "blob" else None
        now_file = now if now and now.kind == "blob" else None
        if was_file != now_file:
            yield path, was_file, now_file


def _renames(
    store: ObjectStore, removed: dict[str, Entry], added: dict[str, Entry]
) -> dict[str, str]:
    """Map each added path that is a renamed file to the path it had."""
    sources: dict[str, str] = {}
    left = dict(removed)
    for path, entry in sorted(added.items()):
        same = next((old for old, was in left.items() if was == entry), None)
        if same is not None:
            sources[path] = same
            del left[same]
    rest = [path for path in sorted(added) if path not in sources]
    if len(rest) * len(left) > _CANDIDATES:
        return sources
    for path in rest:
        scores = {old: _similarity(store, was, added[path]) for old, was in left.items()}
        best = max(scores, key=lambda old: scores[old], default=None)
        if best is not None and scores[best] >= _SIMILARITY:
            sources[path] = best
            del left[best]
    return sources


def _similarity(store: ObjectStore, one: Entry, other: Entry) -> float:
    lines, others = _lines(store, one), _lines(store, other)
    if one.mode != other.mode or not lines or not others:
        return 0.0
    return SequenceMatcher(None, lines, others, autojunk=False).ratio()


def _change(
    store: ObjectStore,
    status: Status,
    path: str,
    was: Entry | None,
    now: Entry | None,
    previous: str | None = None,
) -> Change:
    sha = now.sha if now else was.sha if was else ""
    old, new = _lines(store, was), _lines(store, now)
    if old is None or new is None:
        return Change(status, path, sha, previous)
    patch = [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in list(unified_diff(old, new))[2:]
    ]
    text = "".join(patch).removesuffix("\n")
    return Change(
        status,
        path,
        sha,
        previous,
        additions=sum(line.startswith("+") for line in patch),
        deletions=sum(line.startswith("-") for line in patch),
        patch=text if text and len(text) <= _PATCH_BYTES else None,
    )


def _lines(store: ObjectStore, entry: Entry | None) -> list[str] | None:
    """Return a file's lines with their ends, none for no file, or None for a binary one."""
    if entry is None:
        return []
    data = store.blobs[entry.sha]
    if b"\0" in data:
        return None
    # Only \n ends a line in git: str.splitlines would break at form feeds too.
    *whole, last = data.decode(errors="replace").split("\n")
    return [line + "\n" for line in whole] + ([last] if last else [])
