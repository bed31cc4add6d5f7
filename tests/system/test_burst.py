"""A burst at the real door: every delivery is taken, kept through a kill, and coalesced."""

import asyncio
import hashlib
import hmac
import io
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.cli.subserver import ServerProcess
from bot.settings import read_database
from bot.work.visit import visit
from tests.system.commands import settings_of
from tests.system.world import SECRET, RealTime, World, make_world

DELIVERIES = 400
PULLS = 20
SIZE = 25_000  # bytes, as a payload of GitHub's


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, for a real process."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


def payload(github: World, number: int) -> bytes:
    event = {
        "action": "synchronize",
        "installation": {"id": github.installation.id},
        "repository": {"full_name": github.shop.full_name},
        "pull_request": {"number": number, "body": "x" * SIZE},
    }
    return json.dumps(event).encode()


async def post(session: aiohttp.ClientSession, url: str, guid: str, body: bytes) -> int:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": f"sha256={digest}",
        "Content-Type": "application/json",
    }
    async with session.post(url, data=io.BytesIO(body), headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("home", ["sqlite", "postgres"])
async def test_a_burst_is_taken_whole_survives_a_kill_and_coalesces(
    github: World, tmp_path: Path, home: str, request: pytest.FixtureRequest
) -> None:
    environment = {**settings_of(github), "PORT": "0", "LOG_FORMAT": "json"}
    if home == "postgres":
        environment["DATABASE_URL"] = request.getfixturevalue("postgres")
    sent = {str(uuid.uuid4()): payload(github, 1 + n % PULLS) for n in range(DELIVERIES)}

    first = ServerProcess(environment, tmp_path)
    url = f"{await first.start()}/webhook"
    everybody = aiohttp.TCPConnector(limit=0)  # each has a connection of its own, at once
    async with aiohttp.ClientSession(connector=everybody) as session:
        posts = [post(session, url, guid, body) for guid, body in sent.items()]
        assert set(await asyncio.gather(*posts)) == {202}
        assert first._process is not None
        first._process.kill()
    await first._process.wait()

    second = ServerProcess(environment, tmp_path)
    await second.start()
    try:
        async with visit(read_database(environment)) as store:
            receipts = await store.deliveries(2 * DELIVERIES)
            rows = await store.rows()
    finally:
        await second.stop()
    assert {receipt.delivery.guid for receipt in receipts} == set(sent)
    pulls = [row.key for row in rows if row.key.startswith("pull ")]
    assert sorted(pulls) == sorted(f"pull {github.shop.full_name}#{1 + n}" for n in range(PULLS))
