"""A memory for one look: nothing of it outlives the process, and no database is needed."""

from collections.abc import Collection


class Passing:
    """Keeps values in this process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    async def recall(self, kind: str, key: str) -> bytes | None:
        """What was kept last."""
        return self._kept.get((kind, key))

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        """What was kept last under each of the keys."""
        return {key: self._kept[kind, key] for key in keys if (kind, key) in self._kept}

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        """Keep a value."""
        self._kept[kind, key] = value

    async def forget(self, kind: str, key: str) -> None:
        """Keep it no more."""
        self._kept.pop((kind, key), None)

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:  # noqa: ARG002 - nobody asks
        """No task is asked for."""
        return frozenset()
