"""The line to a proxy: what it says to whom, when it comes back, and what it drops."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.intake import Intake
from bot.web.door import Door
from bot.web.event_stream import MAX_EVENT
from bot.web.proxy import LONGEST, SLOW, Proxy
from bot.work.errors import StoreUnavailable
from bot.work.model import Delivery, Outcome
from tests.system.smee import Smee, smee

SECRET = "s3cret"
BODY = b'{"zen":"Keep it logically awesome."}'


class Taken(Intake):
    """Takes in without a store."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []
        self.away = False

    async def take(self, guid: str, event: str, body: bytes) -> Delivery:
        if self.away:
            self.away = False
            raise StoreUnavailable("The disk is full")
        self.taken.append((guid, event, body))
        return Delivery(guid, event, None, Outcome.IGNORED)

    async def took(self, number: int) -> None:
        """Wait until so many were taken."""
        for _ in range(1_000):
            if len(self.taken) >= number:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"only {len(self.taken)} were taken")


class Line:
    """A proxy's client that runs, and what it waited for."""

    def __init__(self, url: str, silence: float = 20.0, steady: float = 30.0) -> None:
        self.intake = Taken()
        self.waits: list[float] = []
        self.looks = 0
        self.store_away = False
        self.proxy = Proxy(
            url,
            Door(self.intake, [SECRET]),
            self._missed,
            sleep=self._sleep,
            jitter=lambda: 0.5,
            silence=silence,
            steady=steady,
        )

    async def _missed(self) -> None:
        self.looks += 1
        if self.store_away:
            raise StoreUnavailable("The disk is full")

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.01)

    async def waited(self, times: int) -> None:
        """Wait until it has waited so often."""
        for _ in range(1_000):
            if len(self.waits) >= times:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"it only waited {self.waits}")


@asynccontextmanager
async def line(url: str, silence: float = 20.0, steady: float = 30.0) -> AsyncIterator[Line]:
    connected = Line(url, silence, steady)
    running = asyncio.create_task(connected.proxy.run())
    try:
        yield connected
        assert not running.done(), running.exception()
    finally:
        running.cancel()
        await asyncio.wait({running}, timeout=1)


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def event(body: bytes = BODY, **headers: str | None) -> bytes:
    """What a proxy says of a delivery; a header that is None is left out."""
    given = {
        "x-github-event": "ping",
        "x-github-delivery": "guid-1",
        "x-hub-signature-256": signature(body),
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return b"data: " + json.dumps(fields)[:-1].encode() + b',"body":' + body + b"}\n\n"


def said(logs: list[Any], words: str) -> list[str]:
    return [each["reason"] for each in logs if each["event"] == words]


DROPPED = "event of the webhook proxy dropped"
LOST = "webhook proxy lost"


async def test_a_delivery_comes_in_by_the_door() -> None:
    async with smee() as channel, line(channel.url) as connected:
        await channel.listened()
        channel.say(event())
        await connected.intake.took(1)
    assert connected.intake.taken == [("guid-1", "ping", BODY)]
    headers = channel.seen[0]
    assert headers["accept"] == "text/event-stream"
    assert not headers.keys() & {"authorization", "cookie", "last-event-id"}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"data: hello\n\n", "It is no JSON object"),
    "no headers": (b'data: {"body":{"a":1}}\n\n', "The header X-GitHub-Event is missing"),
    "an odd event": (event(x_github_event="../etc"), "The header X-GitHub-Event has an unknown"),
    "an odd GUID": (event(x_github_delivery="a b"), "The header X-GitHub-Delivery has an"),
    "no signature": (event(x_hub_signature_256=None), "The header X-Hub-Signature-256 is"),
    "another signature": (event(x_hub_signature_256=signature(BODY, "no")), "The signature of"),
    "an odd signature": (event(x_hub_signature_256="sha1=00"), "The signature of delivery guid-1"),
    "other bytes": (event(b'{"a":2}', x_hub_signature_256=signature(BODY)), "The signature of"),
    "no body": (
        event(b"null", x_hub_signature_256=signature(b"")),
        "The signature of delivery guid-1 does not fit: either the secret here",
    ),
    "another content type": (event(content_type="text/html"), "The content type must be"),
    "huge": (b"data: " + b"x" * (MAX_EVENT + 1) + b"\n\n", "It is larger than any of GitHub's"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_delivery_is_a_warning_and_no_more(name: str) -> None:
    stream, reason = HOSTILE[name]
    with capture_logs() as logs:
        async with smee() as channel, line(channel.url) as connected:
            await channel.listened()
            channel.say(stream)
            channel.say(event())
            await connected.intake.took(1)
    assert connected.intake.taken == [("guid-1", "ping", BODY)]
    [told] = said(logs, DROPPED)
    assert told.startswith(reason)
    assert SECRET not in repr(logs)
    assert "/channel" not in repr(logs)


async def test_what_proxies_say_to_be_there_is_no_news() -> None:
    pings = b': hello\n\nevent: ping\ndata: {"x":1}\n\ndata: ready\n\ndata: {}\n\ndata\n\n'
    with capture_logs() as logs:
        async with smee() as channel, line(channel.url) as connected:
            await channel.listened()
            channel.say(pings + event())
            await connected.intake.took(1)
    assert [each["log_level"] for each in logs] == ["info"]


async def test_what_cannot_be_kept_ends_nothing() -> None:
    async with smee() as channel, line(channel.url) as connected:
        connected.intake.away = True
        await channel.listened()
        channel.say(event() + event(x_github_delivery="guid-2"))
        await connected.intake.took(1)
    assert [guid for guid, _, _ in connected.intake.taken] == ["guid-2"]


async def test_it_comes_back_and_has_looked_for_what_was_missed() -> None:
    with capture_logs() as logs:
        async with smee() as channel, line(channel.url) as connected:
            connected.store_away = True
            await channel.listened()
            channel.say(b"id: 41\nretry: 7000\n\n" + event())
            await connected.intake.took(1)
            channel.hang_up()
            await channel.listened(2)
            channel.say(event())
            await connected.intake.took(2)
            assert connected.waits == [7.0]
            assert connected.looks == 2
    assert channel.seen[1]["last-event-id"] == "41"
    assert said(logs, LOST) == ["it has ended the stream"]


async def test_it_waits_longer_each_time_and_says_so_once() -> None:
    async with smee() as channel:
        url = channel.url
    with capture_logs() as logs:
        async with line(url) as connected:
            await connected.waited(8)
    assert connected.waits[:8] == [2, 4, 8, 16, 32, LONGEST, LONGEST, LONGEST]
    assert len(said(logs, LOST)) == 1
    assert "/channel" not in repr(logs)


@pytest.mark.parametrize("retry", [b"0", b"999999999"])
async def test_the_proxy_does_not_say_how_long_within_reason(retry: bytes) -> None:
    async with smee() as channel, line(channel.url) as connected:
        await channel.listened()
        channel.say(b"retry: " + retry + b"\n\n")
        channel.hang_up()
        await connected.waited(1)
    assert 1 <= connected.waits[0] <= LONGEST


@pytest.mark.parametrize(
    ("status", "wait", "words"),
    [
        (404, SLOW, "it answered 404: there is no such channel"),
        (403, SLOW, "it answered 403: there is no such channel"),
        (307, SLOW, "it answered 307, which leads elsewhere: set WEBHOOK_PROXY_URL"),
        (204, 2.0, "no connection (ClientError)"),
        (429, 2.0, "no connection (ClientError)"),
        (502, 2.0, "no connection (ClientError)"),
    ],
)
async def test_another_answer_says_what_to_do(status: int, wait: float, words: str) -> None:
    with capture_logs() as logs:
        async with smee() as channel:
            channel.status = status
            async with line(channel.url) as connected:
                await connected.waited(2)
                channel.status = 200
                await channel.listened()
    assert connected.waits[0] == wait
    [reason] = said(logs, LOST)
    assert reason.startswith(words)


Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(page: Page) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_a_page_is_no_stream() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    with capture_logs() as logs:
        async with serving(page) as url, line(url) as connected:
            await connected.waited(1)
    assert connected.waits[0] == SLOW
    assert said(logs, LOST)[0].startswith("it answered with no stream of events")


async def test_a_silent_line_is_given_up() -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(5)
        return response

    with capture_logs() as logs:
        async with serving(silent) as url, line(url, silence=0.05) as connected:
            await connected.waited(1)
    assert said(logs, LOST) == ["no connection (SocketTimeoutError)"]


@pytest.mark.parametrize(("steady", "waits"), [(30.0, [2, 4, 8]), (0.0, [2, 2, 2])])
async def test_only_a_line_that_held_for_long_is_tried_again_soon(
    steady: float, waits: list[float]
) -> None:
    async with smee() as channel, line(channel.url, steady=steady) as connected:
        for number in range(1, 4):
            await channel.listened(number)
            channel.hang_up()
            await connected.waited(number)
    assert connected.waits[:3] == waits


async def test_it_stops_at_once(smee_channel: Smee) -> None:
    connected = Line(smee_channel.url)
    running = asyncio.create_task(connected.proxy.run())
    await smee_channel.listened()
    running.cancel()
    _, waiting = await asyncio.wait({running}, timeout=1)
    assert not waiting
    assert running.cancelled()


@pytest.fixture
async def smee_channel() -> AsyncIterator[Smee]:
    async with smee() as channel:
        yield channel
