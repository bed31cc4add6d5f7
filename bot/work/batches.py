"""What comes while something is under way goes together in the next turn. It knows no database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.work.errors import StoreUnavailable

T = TypeVar("T")


class Batches(Generic[T]):
    """Does *work* for one batch after another.

    A batch has no limit, and needs none: what can gather in a turn is what the event loop can take
    in meanwhile, and that is less than a turn works off.
    """

    def __init__(self, work: Callable[[list[T]], Awaitable[None]]) -> None:
        self._work = work
        self._gathered: list[T] = []
        self._next: asyncio.Task[None] | None = None
        self._under_way: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, item: T) -> None:
        """Return when the work is done for the batch of *item*; raises what that raised.

        Cancelling takes nothing back: the batch has others in it.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        self._gathered.append(item)
        if self._next is None:
            self._next = asyncio.create_task(self._turn(self._under_way))
        await asyncio.shield(self._next)

    async def close(self) -> None:
        """Do what was added, and refuse what comes later."""
        self._closed = True
        if last := self._next or self._under_way:
            await asyncio.wait({last})

    async def _turn(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        batch, self._gathered = self._gathered, []
        self._under_way, self._next = self._next, None
        await self._work(batch)
