"""Git objects by repository and SHA, which never change: so each is asked for once.

The repository is part of the key, so that nobody reads by SHA what they could not list.
"""

import zlib
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from cachetools import LRUCache, TTLCache

from bot.gate.facts import Commit
from bot.github.memory import Memory
from bot.github.query_answers import BlameRange

LARGEST: Final = (
    512 << 10
)  # bytes of what is kept over restarts: packing it takes some milliseconds
FOR_A_WHILE: Final = 300.0  # seconds
ENTRY: Final = 350  # bytes of a tree's entry in memory, roughly
SHARED_ENTRY: Final = 100  # and of one that another tree holds already
_FILE_MODES: Final = {"100644", "100755"}

T = TypeVar("T")


class Entry(NamedTuple):
    """What stands at a path of a tree: a file, a symbolic link or a submodule."""

    mode: str
    sha: str

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file, which can be read as what it says."""
        return self.mode in _FILE_MODES


Tree = dict[str, Entry]
"""Path to entry, of everything in a tree but its folders."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a head brings to a branch: the tree of the commit where it left, and its commits.

    *left* is `None` where the two share no history: then all of the head is new. *head* is the
    head's own tree, if the comparison has told it.
    """

    left: str | None
    head: str | None = None
    commits: tuple[Commit, ...] = ()


class Keeps(Protocol[T]):
    """Where objects of one kind are kept for this process."""

    def get(self, repository: str, sha: str) -> T | None:
        """What was kept, if it still is."""
        ...

    def keep(self, repository: str, sha: str, value: T) -> None:
        """Keep a value, if there is room for it at all."""
        ...


class Shelf(Generic[T]):
    """Objects of one kind in this process, as many as there is room for."""

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self._kept: MutableMapping[tuple[str, str], T] = LRUCache(room, getsizeof=size)

    def get(self, repository: str, sha: str) -> T | None:
        """What was kept, if it still is."""
        return self._kept.get((repository, sha))

    def keep(self, repository: str, sha: str, value: T) -> None:
        """Keep a value, if there is room for it at all."""
        with suppress(ValueError):  # larger than the whole shelf: read again next time
            self._kept[repository, sha] = value


class _Weighed(NamedTuple):
    tree: Tree
    size: int


class TreeShelf:
    """Trees in this process. Those of one repository mostly say the same, and share that."""

    def __init__(self, room: int) -> None:
        """Make room for so many bytes, roughly."""
        self._shelf = Shelf[_Weighed](room, lambda weighed: weighed.size)
        self._newest: MutableMapping[str, str] = LRUCache(10_000)

    def get(self, repository: str, sha: str) -> Tree | None:
        """What was kept, if it still is."""
        found = self._shelf.get(repository, sha)
        return None if found is None else found.tree

    def keep(self, repository: str, sha: str, value: Tree) -> None:
        """Keep a tree, made of the parts of the repository's last one wherever it says the same."""
        last = self.get(repository, self._newest.get(repository, "")) or {}
        there = dict(zip(last, last.items(), strict=True))
        tree = dict(
            there[path] if last.get(path) == entry else (path, entry)
            for path, entry in value.items()
        )
        own = sum(last.get(path) is not entry for path, entry in tree.items())
        size = ENTRY * (own + 1) + SHARED_ENTRY * (len(tree) - own)
        self._shelf.keep(repository, sha, _Weighed(tree, size))
        self._newest[repository] = sha


class LastingShelf(Generic[T]):
    """Objects of one kind, of which the small ones outlive the process, and serve others.

    Nothing in them may change: what names accounts does not belong here, for those are renamed.
    """

    def __init__(self, shelf: Keeps[T], memory: Memory, kind: str, type_: type[T]) -> None:
        self._shelf = shelf
        self._memory = memory
        self._kind = kind
        self._type = type_

    async def get(self, repository: str, sha: str) -> T | None:
        """What was kept, by this process or before it."""
        found = self._shelf.get(repository, sha)
        if found is None:
            packed = await self._memory.recall(self._kind, f"{repository} {sha}")
            found = None if packed is None else self._unpacked(packed)
            if found is not None:
                self._shelf.keep(repository, sha, found)
        return found

    async def keep(self, repository: str, sha: str, value: T) -> None:
        """Keep a value."""
        self._shelf.keep(repository, sha, value)
        content = msgspec.msgpack.encode(value)
        if len(content) <= LARGEST:
            packed = zlib.compress(content, level=1)
            await self._memory.keep(self._kind, f"{repository} {sha}", packed)

    def _unpacked(self, packed: bytes) -> T | None:
        """The value; what is damaged counts as nothing."""
        try:
            return msgspec.msgpack.decode(zlib.decompress(packed), type=self._type)
        except (zlib.error, msgspec.DecodeError, UnicodeDecodeError):
            return None


class ObjectCache:
    """All that is kept of GitHub's answers, for all evaluations of this process."""

    def __init__(self, memory: Memory, room: int = 16 << 20) -> None:
        """Have *room* bytes for blobs, twice as many for trees; both outlive the process."""
        self.blobs: LastingShelf[bytes] = LastingShelf(Shelf(room, len), memory, "blob", bytes)
        self.trees: LastingShelf[Tree] = LastingShelf(TreeShelf(2 * room), memory, "tree", Tree)
        self.commits: Shelf[str] = Shelf(10_000, lambda _: 1)  # the tree of each
        self.brought: Shelf[Brought] = Shelf(20_000, lambda brought: len(brought.commits) + 1)
        self.compared: Shelf[str] = Shelf(20_000, lambda _: 1)  # with which base each head was last
        self.added: Shelf[frozenset[str]] = Shelf(20_000, lambda shas: len(shas) + 1)
        self.blames: Shelf[tuple[BlameRange, ...]] = Shelf(50_000, lambda ranges: len(ranges) + 1)
        # Each 404 counts against the rate limit, and most owners have no `.github` repository.
        self.absent: MutableMapping[str, bool] = TTLCache(10_000, ttl=FOR_A_WHILE)
        # What may have a better answer soon, and is not asked again at once.
        self.asked: MutableMapping[str, bool] = TTLCache(10_000, ttl=FOR_A_WHILE)
