"""The stage of the sandbox's own tests; GitHub's contract watches every one of them."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.stage import Stage, set_stage


@pytest.fixture
async def stage(private_key: str) -> AsyncIterator[Stage]:
    """A sandbox on the air; a test fails where the contract was broken unprovoked."""
    async with set_stage(private_key) as stage:
        yield stage
        await stage.sandbox.settled()
        stage.contract.assert_kept()
