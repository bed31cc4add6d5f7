"""What reads may ask to be remembered over restarts. It says nothing of who does that."""

from collections.abc import Collection
from typing import Protocol, TypeVar

import msgspec

T = TypeVar("T")


class Memory(Protocol):
    """Values by kind and key, kept as long as there is room, and what was merged."""

    async def recall(self, kind: str, key: str) -> bytes | None:
        """What was kept last; `None` where nothing is known."""
        ...

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept last under each of the keys; what is not known is left out."""
        ...

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        """Keep *value* in place of what was there."""
        ...

    async def forget(self, kind: str, key: str) -> None:
        """Keep nothing under that key any more."""
        ...

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        """The tasks of a repository's plan, by its ID, that merged pull requests name."""
        ...


async def recall_as(type_: type[T], memory: Memory, kind: str, key: str) -> T | None:
    """What was kept as JSON; what is damaged, or of another shape, counts as nothing."""
    kept = await memory.recall(kind, key)
    try:
        return None if kept is None else msgspec.json.decode(kept, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
