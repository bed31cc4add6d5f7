"""A line to a webhook proxy: what GitHub sends there is taken in here, by the door for webhooks.

For development, where GitHub cannot reach the server. The proxy is told nothing but the address
that we read from it, and trusted in nothing: without GitHub's signature nothing is taken.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import aiohttp
import structlog

from bot import __version__, metrics
from bot.errors import PlanGateError
from bot.web.door import Door, Unsigned, Unwelcome, read_head
from bot.web.event_stream import Event, EventStream
from bot.web.proxied import parse_proxied
from bot.work.errors import StoreStopped, StoreUnavailable

SILENCE = 90.0  # seconds without a byte; proxies send a ping every 30
CONNECTING = 20.0  # seconds
SHORTEST, LONGEST = 1.0, 60.0  # seconds from one try to the next
SLOW = 300.0  # seconds, where only the operator can mend it
STEADY = 30.0  # seconds that a connection has held: the next loss is a new one

_MIME = "text/event-stream"
# gosmee shows its stream to nobody else.
_USER_AGENT = f"plan-gate/{__version__} (like smee-client and gosmee)"
_HERE = {b"", b"{}", b"ready"}  # what proxies say to be there
_PASSING = {408, 429}  # a time-out, and too many requests: as a fault of the proxy's own
_ID = re.compile(r"[!-~]{1,200}")

_log = structlog.get_logger()


class NoStream(PlanGateError):
    """The address has answered, but with no stream of events; the text says what to do."""


class Proxy:
    """Reads the channel at *url*, and lets what it brings in by *door*.

    *missed* is called whenever the line is there again: what came meanwhile it has not brought.
    """

    def __init__(
        self,
        url: str,
        door: Door,
        missed: Callable[[], Awaitable[None]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        silence: float = SILENCE,
        steady: float = STEADY,
    ) -> None:
        self._url = url
        self._door = door
        self._missed = missed
        self._sleep = sleep
        self._jitter = jitter
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECTING, sock_read=silence
        )
        self._steady = steady
        self._last_id = ""
        self._retry = SHORTEST
        self._told = ""  # the reason that the log says already
        # A channel's path is its password.
        self._log = _log.bind(proxy=urlsplit(url).hostname)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        loop = asyncio.get_running_loop()
        losses = 0
        # Its own session: no cookies, no credentials, and nothing unpacked without a limit.
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session:
            while True:
                began = loop.time()
                try:
                    await self._read(session)
                    reason, least = "it has ended the stream", self._retry
                except NoStream as answer:
                    reason, least = str(answer), SLOW
                except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
                    # aiohttp's own words may hold the address.
                    reason, least = f"no connection ({type(fault).__name__})", self._retry
                losses = 1 if loop.time() - began >= self._steady else losses + 1
                await self._wait(reason, max(least, min(LONGEST, SHORTEST * 2 ** min(losses, 9))))

    async def _wait(self, reason: str, delay: float) -> None:
        delay *= 0.75 + 0.5 * self._jitter()
        if reason != self._told:
            self._told = reason
            self._log.warning("webhook proxy lost", reason=reason, again_in=round(delay, 1))
        await self._sleep(delay)

    async def _read(self, session: aiohttp.ClientSession) -> None:
        """Read the stream to its end."""
        headers = {
            "Accept": _MIME,
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
            "User-Agent": _USER_AGENT,
        }
        if _ID.fullmatch(self._last_id):
            headers["Last-Event-ID"] = self._last_id
        async with session.get(
            self._url, headers=headers, allow_redirects=False, timeout=self._timeout
        ) as response:
            _check(response)
            self._told = ""
            self._log.info("webhook proxy connected")
            await self._look_for_missed()
            stream = EventStream()
            async for chunk in response.content.iter_any():
                for event in stream.feed(chunk):
                    await self._take(event)
                self._last_id = stream.last_id
                if stream.retry is not None:
                    self._retry = min(max(stream.retry, SHORTEST), LONGEST)

    async def _look_for_missed(self) -> None:
        try:
            await self._missed()
        except (StoreStopped, StoreUnavailable) as fault:  # the next look comes all the same
            self._log.error("not looked for what was missed", reason=str(fault))

    async def _take(self, event: Event) -> None:
        """Let a delivery in; whatever else the proxy brings is a warning, and no more."""
        if event.type != "message" or (event.data in _HERE and not event.cut):
            return
        try:
            await self._let_in(event)
        except Unwelcome as fault:
            metrics.delivered("", "refused")
            self._log.warning("event of the webhook proxy dropped", reason=str(fault))
        except (StoreStopped, StoreUnavailable):  # the intake has said so; the log will be read
            pass

    async def _let_in(self, event: Event) -> None:
        if event.cut:
            raise Unwelcome("It is larger than any of GitHub's")
        proxied = parse_proxied(event.data)
        if proxied is None:
            raise Unwelcome("It is no JSON object with a request's headers and body")
        head = read_head(proxied.headers)
        fitting = (body for body in proxied.bodies() if self._door.fits(head, body))
        body = next(fitting, None)
        if body is None:
            raise Unsigned(
                f"The signature of delivery {head.guid} does not fit: either the secret here is "
                "not the one at GitHub, or the proxy has written the body anew with other bytes "
                "(then the App's log of deliveries brings it), or somebody else has sent it"
            )
        await self._door.take(head, body)


def _check(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if 300 <= status < 400:
        raise NoStream(
            f"it answered {status}, which leads elsewhere: set WEBHOOK_PROXY_URL to the "
            "channel's own address, such as https://smee.io/ and the letters after it"
        )
    if 400 <= status < 500 and status not in _PASSING:
        raise NoStream(
            f"it answered {status}: there is no such channel, or it is closed; make a new one "
            "and set it in WEBHOOK_PROXY_URL and as the webhook's address at GitHub"
        )
    if status != 200:
        raise aiohttp.ClientError(f"status {status}")
    if response.content_type != _MIME:
        raise NoStream(
            "it answered with no stream of events: WEBHOOK_PROXY_URL must be a channel of a "
            "proxy that speaks as smee.io does"
        )
