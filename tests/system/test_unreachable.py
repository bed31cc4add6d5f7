"""The bot where GitHub does not reach it: what a proxy brings, and what GitHub's log does."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.sandbox.exchange import Exchange
from bot.work.model import Outcome
from tests.system.missed import BLOCKED, FREE, NO_PLAN
from tests.system.smee import Smee, smee
from tests.system.test_healing import pass_time
from tests.system.world import World

NOWHERE = "http://127.0.0.1:1/webhook"
POLL = 60


@asynccontextmanager
async def proxied(world: World, *, raw: bool = False) -> AsyncIterator[Smee]:
    """The bot behind a proxy, and connected to it."""
    async with smee(raw=raw) as channel:
        world.settings = dataclasses.replace(
            world.settings, proxy_url=channel.url, poll_seconds=POLL
        )
        async with world.bot():
            world.app.webhook_url = channel.url
            await channel.listened()
            await world.settle()
            yield channel


@asynccontextmanager
async def polled(world: World) -> AsyncIterator[None]:
    """The bot where no webhook reaches it."""
    world.settings = dataclasses.replace(world.settings, poll_seconds=POLL)
    async with world.bot():
        world.app.webhook_url = NOWHERE
        await world.settle()
        yield


async def arrived(world: World) -> None:
    """Wait until everything that GitHub sent is in the inbox."""
    await world.sandbox.settled()
    sent = {delivery.guid for delivery in world.sandbox.deliveries}
    for _ in range(1_000):
        if await world.parts.store.known(sent) == sent:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("something did not arrive")


def of_the_log(exchanges: list[Exchange]) -> list[Exchange]:
    return [each for each in exchanges if each.path.startswith("/app/hook/deliveries")]


def warned(logs: list[Any]) -> list[str]:
    return [each["reason"] for each in logs if each["log_level"] == "warning" and "reason" in each]


# ── through a proxy ──────────────────────────────────────────────────────────
@pytest.mark.parametrize("raw", [False, True], ids=["written anew", "as it came"])
async def test_a_pull_request_is_judged_by_what_a_proxy_brings(github: World, raw: bool) -> None:
    async with proxied(github, raw=raw):
        since = len(github.sandbox.requests)
        await github.plan_on_main()
        pull = await github.code_pull()
        await arrived(github)
        assert await github.verdict(pull) == BLOCKED
        await github.plan_on_main(status="Approved")
        await arrived(github)
        assert await github.verdict(pull) == FREE
        assert all(each.succeeded for each in github.sandbox.deliveries)
        bodies = [each.path for each in of_the_log(github.sandbox.requests[since:])]
        assert set(bodies) <= {"/app/hook/deliveries"}  # none had to be fetched


async def test_what_came_while_the_proxy_was_away_is_fetched_when_it_is_back(
    github: World,
) -> None:
    """For GitHub the proxy took it: its log knows of no failure, so nothing is sent again."""
    async with proxied(github) as channel:
        pull = await github.code_pull(body=None)
        await arrived(github)
        assert await github.verdict(pull) == NO_PLAN
        heard = len(channel.seen)
        channel.hang_up()
        await github.plan_on_main(status="Approved")
        await pull.edit(body="Plan: FEAT-12")
        await github.sandbox.settled()
        await channel.listened(heard + 1)
        await arrived(github)
        assert await github.verdict(pull) == FREE


async def test_what_came_while_the_bot_was_away_is_fetched_at_its_start(github: World) -> None:
    async with proxied(github) as channel:
        pull = await github.code_pull(body=None)
        await arrived(github)
        assert await github.verdict(pull) == NO_PLAN
    await channel.start()
    await github.plan_on_main(status="Approved")
    await pull.edit(body="Plan: FEAT-12")
    await pull.comment("/plan-check", author="alice")
    await github.sandbox.settled()
    async with github.bot():
        await arrived(github)
        assert await github.verdict(pull) == FREE
    await channel.stop()


def sorted_anew(body: bytes) -> bytes:
    return json.dumps(json.loads(body), sort_keys=True).encode()


async def test_what_a_proxy_has_garbled_is_refused_and_fetched(github: World) -> None:
    with capture_logs() as logs:
        async with proxied(github) as channel:
            channel.anew = sorted_anew
            pull = await github.code_pull(body=None)
            await pull.comment("/plan-check", author="alice")
            await github.sandbox.settled()
            await pass_time(github, POLL)
            assert await github.verdict(pull) == NO_PLAN
            await pass_time(github, POLL)
    refused = [reason for reason in warned(logs) if reason.startswith("The signature of delivery")]
    assert len(refused) >= len(github.sandbox.deliveries)
    assert [comment.reactions[0].content for comment in pull.comments if comment.reactions]


async def test_a_proxy_that_lies_changes_nothing(github: World) -> None:
    lies = [
        b'data: {"body":{"action":"opened"}}\n\n',
        b"data: []\n\n",
        b'data: {"x-github-event":"pull_request","x-github-delivery":"lie",'
        b'"x-hub-signature-256":"sha256=%b","content-type":"application/json",'
        b'"body":{"action":"opened"}}\n\n' % (b"0" * 64),
    ]
    with capture_logs() as logs:
        async with proxied(github) as channel:
            before = await github.parts.store.deliveries()
            for lie in lies:
                channel.say(lie)
            pull = await github.code_pull(body=None)
            await arrived(github)
            assert await github.verdict(pull) == NO_PLAN
            after = [each.delivery.guid for each in await github.parts.store.deliveries()]
    assert "lie" not in after
    assert len(after) > len(before)
    assert len([each for each in logs if "dropped" in each["event"]]) == len(lies)


# ── from the log alone ───────────────────────────────────────────────────────
async def test_what_reaches_nobody_is_read_from_the_log(github: World) -> None:
    async with polled(github):
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        await github.sandbox.settled()
        assert not any(each.succeeded for each in github.sandbox.deliveries)
        await pass_time(github, POLL)
        assert await github.verdict(pull) == FREE
        comment = await pull.comment("/plan-check", author="alice")
        await github.sandbox.settled()
        await pass_time(github, POLL)
        assert [each.content for each in comment.reactions] == ["eyes", "rocket"]
        kept = await github.parts.store.deliveries()
        assert {each.delivery.outcome for each in kept} <= {Outcome.ACCEPTED, Outcome.IGNORED}
        assert all(each.redelivered == 0 for each in kept)
        asked = [each for each in github.sandbox.requests if each.path.endswith("/attempts")]
        assert asked == []


async def test_a_look_that_finds_nothing_costs_nothing(github: World) -> None:
    async with polled(github):
        pull = await github.code_pull(body=None)
        await github.sandbox.settled()
        await pass_time(github, POLL)
        assert await github.verdict(pull) == NO_PLAN
        await pass_time(github, POLL)
        since = len(github.sandbox.requests)
        await pass_time(github, POLL)
        [look] = of_the_log(github.sandbox.requests[since:])
        assert (look.status, look.counted) == (304, False)


async def test_a_look_costs_a_request_and_one_for_each_delivery_that_matters(
    github: World,
) -> None:
    async with polled(github):
        pull = await github.code_pull(body=None)
        await pass_time(github, POLL)
        await github.check(pull)
        await pass_time(github, POLL)
        since, sent = len(github.sandbox.requests), len(github.sandbox.deliveries)
        await pull.edit(title="Another")
        await pull.edit(title="And another")
        await github.sandbox.settled()
        matter = len(github.sandbox.deliveries) - sent
        await pass_time(github, POLL)
        counted = [
            each.path for each in of_the_log(github.sandbox.requests[since:]) if each.counted
        ]
        assert counted.count("/app/hook/deliveries") == 1
        assert len(counted) == 1 + matter


async def test_only_the_log_goes_without_a_signature(github: World) -> None:
    """Polling opens no door: what is posted unsigned is refused as ever."""
    async with polled(github), aiohttp.ClientSession() as stranger:
        headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "guid"}
        async with stranger.post(f"{github.url}/webhook", json={}, headers=headers) as answer:
            assert answer.status == 400
        assert await github.parts.store.known(["guid"]) == set()
