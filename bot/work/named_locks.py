"""Locks by name, within one process. A lock that nobody holds or awaits is not there."""

import asyncio
from weakref import WeakValueDictionary


class NamedLocks:
    """As many locks as there are names in use."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """Return the lock of that name; it lasts as long as somebody keeps hold of it."""
        return self._locks.setdefault(name, asyncio.Lock())
