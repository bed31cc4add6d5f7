"""Looks at many things, some of them at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 8


@asynccontextmanager
async def at_once(
    looks: Sequence[Callable[[], Awaitable[T]]],
) -> AsyncIterator[list[asyncio.Task[T]]]:
    """Start the *looks*, no more than a few at a time; their tasks come in the same order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def in_turn(look: Callable[[], Awaitable[T]]) -> T:
        async with room:
            return await look()

    async with asyncio.TaskGroup() as group:
        yield [group.create_task(in_turn(look)) for look in looks]
