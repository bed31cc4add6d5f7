"""What comes while something is under way goes together in the next turn. It knows no database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.work.errors import StoreUnavailable

T = TypeVar("T")


class Batches(Generic[T]):
    """Does *work* for one batch after another.

    A batch has no limit, and needs none: what gathers in a turn is what the event loop can take in
    meanwhile, and that is less than a turn works off.
    """

    def __init__(self, work: Callable[[list[T]], Awaitable[None]]) -> None:
        self._work = work
        self._gathered: list[tuple[T, asyncio.Future[None]]] = []
        self._turns: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, item: T) -> None:
        """Return when the work is done for the batch of *item*; raises what that raised.

        Cancelling takes nothing back: the batch has others in it.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append((item, done))
        if self._turns is None:
            self._turns = asyncio.create_task(self._take_turns())
        await done

    async def close(self) -> None:
        """Do what was added, and refuse what comes later."""
        self._closed = True
        if self._turns is not None:
            await asyncio.wait({self._turns})

    async def _take_turns(self) -> None:
        while self._gathered:
            batch, self._gathered = self._gathered, []
            items = [item for item, _ in batch]
            (fault,) = await asyncio.gather(self._work(items), return_exceptions=True)
            for _, done in batch:
                if done.done():  # whoever waited was cancelled
                    continue
                if fault is None:
                    done.set_result(None)
                else:
                    done.set_exception(fault)
        self._turns = None
