"""A server that starts introduces itself: what GitHub says to that is in the log and `/readyz`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.sandbox.exchange import Exchange
from tests.private_key import make_private_key
from tests.system.world import RealTime, World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


async def ready(world: World) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{world.url}/readyz") as answer:
        return answer.status, (await answer.json()).get("reason", "")


def introductions(world: World) -> list[Exchange]:
    return [one for one in world.sandbox.requests if one.path == "/app"]


async def introduced(world: World, times: int = 1) -> None:
    for _ in range(1_000):
        if len(introductions(world)) >= times:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # until the answer has been read


async def test_who_is_known_is_ready(github: World) -> None:
    with capture_logs() as logs:
        async with github.bot():
            await introduced(github)
            assert await ready(github) == (200, "")
    assert [one for one in logs if one["log_level"] == "warning"] == []


async def test_a_wrong_key_is_not_ready_and_takes_deliveries(github: World) -> None:
    github.settings = replace(github.settings, private_key=make_private_key())
    with capture_logs() as logs:
        async with github.bot() as parts:
            await introduced(github, 2)  # a fresh token may be refused for a moment
            status, reason = await ready(github)
            assert status == 503
            assert reason.startswith("github: The private key is not one of the App 1001.")
            github.sandbox.ping(github.app)
            await github.sandbox.settled()
            assert github.sandbox.deliveries[-1].status_code == 202
            assert len(await parts.store.deliveries()) == 1
    [told] = [one for one in logs if one["event"] == "set-up"]
    assert (told["check"], told["log_level"]) == ("key", "warning")
    assert told["page"] == f"{github.sandbox.url}/settings/apps"


async def test_an_app_that_does_not_exist_is_not_ready(github: World) -> None:
    github.settings = replace(github.settings, app_id="999")
    async with github.bot():
        await introduced(github)
        status, reason = await ready(github)
    assert status == 503
    assert reason.startswith("github: There is no App 999.")


async def test_github_being_away_is_not_our_not_being_ready(github: World) -> None:
    github.sandbox.faults.fail("GET", "^/app$", 502, times=3)
    async with github.bot():
        await introduced(github, 3)
        assert await ready(github) == (200, "")


async def test_what_is_refused_later_stays_ready(github: World) -> None:
    async with github.bot():
        await introduced(github)
        github.sandbox.faults.fail("*", "^/app", 401, times=10**6)
        assert await ready(github) == (200, "")


async def test_missing_permissions_and_events_are_warnings_in_the_log(github: World) -> None:
    del github.app.permissions["merge_queues"]
    github.app.events.remove("merge_group")
    with capture_logs() as logs:
        async with github.bot():
            await introduced(github)
            assert await ready(github) == (200, "")
    told = [(one["check"], one["message"]) for one in logs if one["event"] == "set-up"]
    assert told == [
        ("permissions", "The App lacks 1 permission: merge_queues: read"),
        ("events", "The App is not subscribed to merge_group"),
    ]


async def test_a_start_waits_for_no_answer(github: World) -> None:
    github.sandbox.faults.slow("^/app$", 30)
    async with github.bot():
        assert await ready(github) == (200, "")
        assert introductions(github) == []
