"""Answers that a conditional request may find unchanged, and then costs nothing. No more than that:
git objects, which never change, the reader keeps in their own form."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache

EACH_BYTES = 16 << 20
ALL_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it came."""

    etag: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def size(self) -> int:
        """Its bytes in memory, roughly."""
        return len(self.body) + 2_000


Shelf = LRUCache[str, Kept]


class KeptAnswers:
    """Every installation's answers by URL, each on a shelf of its own: none is shown another's.

    Bounded in bytes for each shelf and for all together; beyond that the shelf goes that was
    used least recently.
    """

    def __init__(self, each: int = EACH_BYTES, total: int = ALL_BYTES) -> None:
        self._each = each
        self._total = total
        self._shelves: OrderedDict[int, Shelf] = OrderedDict()
        self.size = 0.0  # bytes of all, roughly

    def get(self, installation: int, url: str) -> Kept | None:
        """What the installation was answered last, if there was room for it."""
        if (shelf := self._shelves.get(installation)) is None:
            return None
        self._shelves.move_to_end(installation)
        return shelf.get(url)

    def keep(self, installation: int, url: str, kept: Kept) -> None:
        """Keep an answer in place of an older one."""
        if (shelf := self._shelves.get(installation)) is None:
            shelf = self._shelves[installation] = LRUCache(self._each, getsizeof=_size)
        self._shelves.move_to_end(installation)
        before = shelf.currsize
        with suppress(ValueError):  # larger than the whole shelf
            shelf[url] = kept
        self.size += shelf.currsize - before
        while self.size > self._total:
            _, oldest = self._shelves.popitem(last=False)
            self.size -= oldest.currsize


def _size(kept: Kept) -> int:
    return kept.size
