"""What a command that goes on until it is told to stop waits for."""

import asyncio

import pytest

from bot.cli.process import stopped


async def test_it_waits_until_it_is_told_to_stop() -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(asyncio.sleep(60))
    waiting = asyncio.create_task(stopped(stop, working, None))
    await asyncio.sleep(0)
    assert not waiting.done()
    stop.set()
    await waiting
    working.cancel()


async def test_whatever_breaks_ends_it() -> None:
    async def broken() -> None:
        raise LookupError("nobody foresaw it")

    working = asyncio.create_task(asyncio.sleep(60))
    with pytest.raises(LookupError):
        await stopped(asyncio.Event(), working, asyncio.create_task(broken()))
    working.cancel()
