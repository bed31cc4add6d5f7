"""Equal questions at the same time are asked once. It does not know what is asked."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Ask = Callable[[], Coroutine[Any, Any, T]]


@dataclass(slots=True)
class _Flight(Generic[T]):
    """A question that somebody waits for."""

    task: asyncio.Task[T]
    waiting: int = 0


class Flights(Generic[K, T]):
    """Questions under way, by what makes them equal.

    An answer tells nothing of what happened after its question was sent. So a question about what
    can change is shared only by those who came before that; whoever comes later shares the next,
    which waits until this one has its answer, and then is likely to cost nothing (a 304).
    """

    def __init__(self) -> None:
        self._boarding: dict[K, _Flight[T]] = {}
        self._flying: dict[K, _Flight[T]] = {}

    async def share(self, key: K, ask: Ask[T], *, immutable: bool, joined: Callable[[], None]) -> T:
        """Ask, or wait for the answer to an equal question; then *joined* is called.

        Cancelling one who waits leaves the others their answer; after the last, nothing is asked.
        """
        flight = self._boarding.get(key) or (self._flying.get(key) if immutable else None)
        if flight is not None:
            joined()
        else:
            flight = self._boarding[key] = _Flight(asyncio.create_task(self._fly(key, ask)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._end(key, flight)  # at once, or somebody might join what is cancelled
                flight.task.cancel()

    async def _fly(self, key: K, ask: Ask[T]) -> T:
        if (before := self._flying.get(key)) is not None:
            await asyncio.wait([before.task])
        flight = self._flying[key] = self._boarding.pop(key)
        try:
            return await ask()
        finally:
            self._end(key, flight)

    def _end(self, key: K, flight: _Flight[T]) -> None:
        for stage in (self._boarding, self._flying):
            if stage.get(key) is flight:
                del stage[key]
