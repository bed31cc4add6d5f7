"""What reads may ask to be remembered over restarts. It says nothing of who does that."""

from typing import Protocol


class Memory(Protocol):
    """Values by kind and key, kept as long as there is room, and what was merged."""

    async def recall(self, kind: str, key: str) -> bytes | None:
        """What was kept last; `None` where nothing is known."""
        ...

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        """Keep *value* in place of what was there."""
        ...

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        """The tasks of a repository's plan, by its ID, that merged pull requests name."""
        ...
