"""The world that a conversation takes place in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.cli.subserver import ServerProcess
from tests.system.processes import Launch
from tests.system.world import World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub; the bot is not running yet."""
    async with make_world(private_key, tmp_path) as world:
        yield world


@pytest.fixture
async def world(github: World) -> AsyncIterator[World]:
    """A sandbox GitHub with the bot running beside it."""
    async with github.bot():
        yield github


@pytest.fixture
async def launch(environment: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Launch]:
    """Starts processes with the test's own `environment`, and ends those that are still there."""
    async with AsyncExitStack() as started:

        async def launch(name: str, *arguments: str) -> ServerProcess:
            process = ServerProcess(environment, tmp_path, *arguments, log=f"{name}.log")
            started.push_async_callback(process.stop)
            await process.start()
            return process

        yield launch
