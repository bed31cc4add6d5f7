"""What the readers' tests share: the sandbox on the air, a client of ours, and a memory."""

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from bot.github.client import Client
from tests.sandbox.stage import Stage, set_stage


class Memory:
    """Remembers in a dictionary; what it holds can be looked at and spoilt."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    async def recall(self, kind: str, key: str) -> bytes | None:
        return self.kept.get((kind, key))

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        return {key: self.kept[kind, key] for key in keys if (kind, key) in self.kept}

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        self.kept[kind, key] = value

    async def forget(self, kind: str, key: str) -> None:
        self.kept.pop((kind, key), None)

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        return frozenset()


@pytest.fixture
async def stage(private_key: str) -> AsyncIterator[Stage]:
    """A sandbox on the air; a test fails where our requests broke GitHub's contract."""
    async with set_stage(private_key) as stage:
        yield stage
        await stage.sandbox.settled()
        stage.contract.assert_kept()


@pytest.fixture
def client(stage: Stage) -> Client:
    """A client with the installation's token."""

    async def authorize() -> str:
        return stage.client.credentials

    return Client(
        stage.session,
        stage.sandbox.api_url,
        authorize=authorize,
        forget=lambda _: asyncio.sleep(0),
        clock=stage.clock,
        sleep=lambda _: asyncio.sleep(0),
    )


@pytest.fixture
def memory() -> Memory:
    """A memory that is empty."""
    return Memory()
