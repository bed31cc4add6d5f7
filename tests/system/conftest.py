"""The world that a conversation takes place in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
