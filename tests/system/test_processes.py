"""Several processes on one PostgreSQL: who takes webhooks in, and who works them off."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from tests.system.commands import settings_of
from tests.system.processes import Launch, held, judged, web
from tests.system.smee import smee
from tests.system.world import RealTime, World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, for real processes."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


@pytest.fixture
def environment(github: World, postgres: str) -> Mapping[str, str]:
    """What every process is told."""
    return {**settings_of(github), "DATABASE_URL": postgres, "PORT": "0", "LOG_FORMAT": "json"}


async def test_a_killed_worker_loses_nothing_and_keeps_nobody_waiting(
    github: World, launch: Launch, environment: Mapping[str, str], tmp_path: Path
) -> None:
    await web(github, launch)
    first = await launch("first", "worker")
    github.sandbox.faults.slow("/pulls/1$", seconds=60)
    stuck = await github.code_pull(body=None)
    dead = await held(environment, tmp_path, stuck)
    await launch("second", "worker")
    await first.kill()
    github.sandbox.faults.clear()
    other = await github.pull({"src/other.py": "1\n"}, branch="patch-2")
    await judged(other)
    assert stuck.check_runs("Plan gate") == []
    await launch("third", "worker")  # takes the dead one's name and, with it, what that ran
    await judged(stuck)
    assert dead.endswith("/0")


async def test_a_worker_that_is_told_to_stop_hands_over_to_the_other(
    github: World, launch: Launch, environment: Mapping[str, str], tmp_path: Path
) -> None:
    await web(github, launch)
    first = await launch("first", "worker")
    github.sandbox.faults.slow("/pulls/1$", seconds=60)
    pull = await github.code_pull(body=None)
    await held(environment, tmp_path, pull)
    await launch("second", "worker")
    github.sandbox.faults.clear()
    assert first._process is not None
    first._process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(first._process.wait(), 20) == 0
    assert "Traceback" not in first.last_words(1_000)
    await judged(pull)


async def test_deliveries_wait_for_a_worker_to_come(github: World, launch: Launch) -> None:
    await web(github, launch)
    pull = await github.code_pull(body=None)
    await github.sandbox.settled()
    assert {delivery.status_code for delivery in github.sandbox.deliveries} == {202}
    await launch("worker", "worker")
    await judged(pull)


async def test_servers_that_do_both_share_the_work(github: World, launch: Launch) -> None:
    servers = [await launch(f"server-{n}", "serve") for n in range(2)]
    pulls = []
    for n in range(6):
        github.app.webhook_url = f"{servers[n % 2].url}/webhook"
        pulls.append(await github.pull({f"src/{n}.py": "1\n"}, branch=f"patch-{n}"))
        await github.sandbox.settled()
    for pull in pulls:
        await judged(pull)


async def test_who_watches_is_answered_by_each_kind_of_process(
    github: World, launch: Launch
) -> None:
    receiver = await web(github, launch)
    worker = await launch("worker", "worker", "--port", "0")
    async with aiohttp.ClientSession() as session:
        for url in (receiver.url, worker.url):
            for path in ("/healthz", "/readyz", "/metrics"):
                async with session.get(f"{url}{path}") as answer:
                    assert answer.status == 200, (url, path, await answer.text())
        async with session.post(f"{worker.url}/webhook") as answer:
            assert answer.status == 404
        async with session.post(f"{receiver.url}/webhook") as answer:
            assert answer.status == 400


async def test_only_who_takes_webhooks_in_listens_to_a_proxy(
    github: World, environment: dict[str, str], launch: Launch
) -> None:
    async with smee() as channel:
        environment["WEBHOOK_PROXY_URL"] = channel.url
        await launch("first", "worker")
        await launch("web", "serve", "--no-worker")
        await channel.listened()
        github.app.webhook_url = channel.url
        pull = await github.code_pull(body=None)
        await judged(pull)
        assert len(channel.seen) == 1
