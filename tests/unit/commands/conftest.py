"""A sandbox GitHub with a pull request in it, and a ledger on a real file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ledger.port import Ledger
from bot.ledger.sqlite_ledger import open_ledger
from bot.work.sqlite import open_writer
from tests.sandbox.stage import Stage, set_stage


@pytest.fixture
async def stage(private_key: str) -> AsyncIterator[Stage]:
    """A sandbox on the air, with maya to maintain it."""
    async with set_stage(private_key) as stage:
        stage.shop.grant("maya", "maintain")
        yield stage
        await stage.sandbox.settled()
        stage.contract.assert_kept()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """A ledger that is empty."""
    writer = await open_writer(tmp_path / "plan-gate.db")
    yield await open_ledger(writer)
    await writer.close()
