"""What comes while something is under way goes together in the next turn. It knows no database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.work.errors import StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")


class Batches(Generic[T, R]):
    """Does *work* for one batch after another; it returns a result for each item, in order.

    A batch has no limit, and needs none: what gathers in a turn is what the event loop can take in
    meanwhile, and that is less than a turn works off.
    """

    def __init__(self, work: Callable[[list[T]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._gathered: list[tuple[T, asyncio.Future[R]]] = []
        self._turns: asyncio.Task[None] | None = None
        self._closed = False

    async def add(self, item: T) -> R:
        """Return what came of *item* when its batch is done; raises what that raised.

        Cancelling takes nothing back: the batch has others in it.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._gathered.append((item, done))
        if self._turns is None:
            self._turns = asyncio.create_task(self._take_turns())
        return await done

    async def close(self) -> None:
        """Do what was added, and refuse what comes later."""
        self._closed = True
        if self._turns is not None:
            await asyncio.wait({self._turns})

    async def _take_turns(self) -> None:
        while self._gathered:
            batch, self._gathered = self._gathered, []
            items = [item for item, _ in batch]
            (results,) = await asyncio.gather(self._work(items), return_exceptions=True)
            for place, (_, done) in enumerate(batch):
                if done.done():  # whoever waited was cancelled
                    continue
                if isinstance(results, BaseException):
                    done.set_exception(results)
                else:
                    done.set_result(results[place])
        self._turns = None
