"""The connection that stays: it notices when the other side falls silent, and comes back."""

import asyncio
import os
import signal
from typing import Any

import pytest

from bot.work.asyncpg_engine import FAULTS, Connect, connector
from bot.work.errors import StoreUnavailable
from bot.work.session import Session
from tests.unit.work.conftest import empty_postgres


@pytest.fixture
def connect() -> Connect:
    return connector(empty_postgres().url)


async def test_silence_is_noticed_and_another_connection_made(connect: Connect) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    made: list[Any] = []

    async def make() -> Any:
        made.append(await connect())
        return made[-1]

    session = Session(make, "here", heard.put_nowait, patience=2.0, probe_every=0.01)
    await session.open()
    assert await heard.get() == "", "it may have missed something before"
    assert await session.try_lock("o/r 1234")
    first = made[0].get_server_pid()
    os.kill(first, signal.SIGSTOP)
    try:
        async with asyncio.timeout(60):
            assert await heard.get() == ""
    finally:
        os.kill(first, signal.SIGCONT)
    assert session.name == "here/1", "who fell silent has the other one still"
    await session.close()


async def test_a_connection_that_fails_at_once_is_not_kept(connect: Connect) -> None:
    async def make() -> Any:
        connection = await connect()
        await connection.close()
        return connection

    session = Session(make, "here", lambda _: None)
    with pytest.raises(FAULTS):
        await session.open()
    with pytest.raises(StoreUnavailable, match="the connection is lost"):
        await session.try_lock("o/r 1234")
    await session.close()


@pytest.mark.parametrize("steps", range(5))
async def test_a_connection_that_is_lost_while_it_closes_keeps_nobody(
    connect: Connect, steps: int
) -> None:
    made: list[Any] = []

    async def make() -> Any:
        made.append(await connect())
        return made[-1]

    session = Session(make, "here", lambda _: None)
    await session.open()
    await asyncio.sleep(0.01)  # by now it waits to hear of a loss
    made[0].terminate()
    for _ in range(steps):  # of the event loop, on the way from the loss to who waits for it
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await session.close()
    assert len(made) == 1
