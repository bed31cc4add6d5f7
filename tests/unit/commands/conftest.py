"""A sandbox GitHub with a pull request in it, and a ledger on a real file."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Ledger
from bot.work.sqlite import open_file
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
    database = await open_file(tmp_path / "plan-gate.db", time.time)
    yield KeptLedger(database)
    await database.close()
