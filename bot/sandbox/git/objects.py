"""Git objects under their real SHA-1 ids; the store only grows and never changes what it holds."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

FILE: Final = "100644"
SYMLINK: Final = "120000"
DIRECTORY: Final = "040000"


class Symlink(str):
    """The content of a file that is a symbolic link: the path that it points at."""

    __slots__ = ()


Content = str | bytes | Symlink


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree."""

    mode: str
    sha: str

    @property
    def kind(self) -> str:
        """The type as GitHub's tree API names it."""
        return "tree" if self.mode == DIRECTORY else "blob"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote or committed, and when, in whole seconds since the epoch."""

    name: str
    email: str
    when: int

    @property
    def date(self) -> str:
        """The time as GitHub's API writes it."""
        return datetime.fromtimestamp(self.when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def line(self) -> str:
        """Return the signature as it stands in a commit object."""
        return f"{self.name} <{self.email}> {self.when} +0000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, with the id that git would give it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


def object_id(kind: str, body: bytes) -> str:
    """Return the SHA-1 that git gives an object: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects."""
    header = f"{kind} {len(body)}\0".encode()
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()


class ObjectStore:
    """Blobs, trees and commits of one network of forks."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.trees: dict[str, dict[str, Entry]] = {}
        self.commits: dict[str, Commit] = {}
        self.empty_tree = self.write_tree({})

    def write_content(self, content: Content) -> Entry:
        """Store a file's content and return its tree entry."""
        mode = SYMLINK if isinstance(content, Symlink) else FILE
        data = content if isinstance(content, bytes) else content.encode()
        sha = object_id("blob", data)
        self.blobs[sha] = data
        return Entry(mode, sha)

    def write_tree(self, entries: Mapping[str, Entry]) -> str:
        """Store one directory and return its id."""
        # Git sorts a directory as if its name ended in a slash.
        names = sorted(
            entries, key=lambda name: (name + "/" * (entries[name].kind == "tree")).encode()
        )
        body = b"".join(
            f"{entries[name].mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(entries[name].sha)
            for name in names
        )
        sha = object_id("tree", body)
        self.trees[sha] = {name: entries[name] for name in names}
        return sha

    def write_commit(
        self,
        *,
        tree: str,
        parents: tuple[str, ...],
        author: Signature,
        committer: Signature,
        message: str,
    ) -> Commit:
        """Store a commit and return it."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author.line()}", f"committer {committer.line()}", "", message]
        sha = object_id("commit", "\n".join(lines).encode())
        commit = Commit(sha, tree, parents, author, committer, message)
        self.commits[sha] = commit
        return commit

    def edit_tree(self, tree: str, changes: Mapping[str, Entry | None]) -> str:
        """Return the tree with paths set, or removed where the entry is None."""
        entries = dict(self.trees[tree])
        below: dict[str, dict[str, Entry | None]] = {}
        for path, entry in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            elif entry is None:
                entries.pop(name, None)
            else:
                entries[name] = entry
        for name, inner in below.items():
            directory = entries.get(name)
            start = directory.sha if directory and directory.kind == "tree" else self.empty_tree
            edited = self.edit_tree(start, inner)
            if edited == self.empty_tree:
                if directory is None or directory.kind == "tree":
                    entries.pop(name, None)
            else:
                entries[name] = Entry(DIRECTORY, edited)
        return self.write_tree(entries)

    def walk(self, tree: str, prefix: str = "") -> Iterator[tuple[str, Entry]]:
        """Yield every path below a tree with its entry, directories before what they hold."""
        for name, entry in self.trees[tree].items():
            yield prefix + name, entry
            if entry.kind == "tree":
                yield from self.walk(entry.sha, f"{prefix}{name}/")

    def find(self, tree: str, path: str) -> Entry | None:
        """Return what stands at a path, the root itself for the empty path, or None."""
        entry: Entry | None = Entry(DIRECTORY, tree)
        for name in filter(None, path.split("/")):
            if entry is None or entry.kind != "tree":
                return None
            entry = self.trees[entry.sha].get(name)
        return entry
