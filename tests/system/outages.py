"""Ways to strike in the middle of something: a request that is held, a network that comes and goes.

Each goes into the bot as its session with GitHub, by the door that the composition root has for it.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.work.leases import LEASE
from bot.work.model import Row, State
from tests.system.world import World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")
NO_PLAN = ("failure", "No plan linked")
FAULT = ("failure", "Could not evaluate")
PULL = "pull acme/shop#1"
HOUR = 3_600.0


class Hold:
    """Keeps one request to GitHub waiting: before it is sent or, *answered*, before we hear."""

    def __init__(self, method: str, path: str, *, answered: bool = False) -> None:
        self._method = method
        self._path = re.compile(path)
        self._answered = answered
        self._armed = True
        self._reached = asyncio.Event()
        self._let_go = asyncio.Event()

    def connect(self) -> aiohttp.ClientSession:
        """A session with GitHub that does so."""

        async def held(
            request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            if not self._strikes(request):
                return await handler(request)
            if self._answered:
                answer = await handler(request)
                await self._wait()
                return answer
            await self._wait()
            return await handler(request)

        return aiohttp.ClientSession(middlewares=(held,))

    async def reached(self) -> None:
        """Wait until the request is held."""
        async with asyncio.timeout(30):
            await self._reached.wait()

    def let_go(self) -> None:
        """Let it go on."""
        self._let_go.set()

    def _strikes(self, request: aiohttp.ClientRequest) -> bool:
        strikes = request.method == self._method and self._path.search(request.url.path)
        return bool(strikes) and self._armed

    async def _wait(self) -> None:
        self._armed = False
        self._reached.set()
        await self._let_go.wait()


class Network(AbstractResolver):
    """The way to a GitHub that has a name: it is found, or not; it listens, or not."""

    NAME = "github.test"

    def __init__(self, world: World) -> None:
        self.is_known = True
        self.listens = True
        url = world.settings.api_url.replace("127.0.0.1", self.NAME)
        world.settings = replace(world.settings, api_url=url)

    def connect(self) -> aiohttp.ClientSession:
        """A session that looks the name up for each request."""
        connector = aiohttp.TCPConnector(resolver=self, use_dns_cache=False, force_close=True)
        return aiohttp.ClientSession(connector=connector)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Find the name, as a DNS server would."""
        if not self.is_known:
            raise OSError(socket.EAI_NONAME, "Name or service not known")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port if self.listens else 9,
                family=socket.AF_INET,
                proto=0,
                flags=0,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


def impatient() -> aiohttp.ClientSession:
    """A session whose requests may take a second: as the real time-out, but sooner."""

    async def hurried(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        async with asyncio.timeout(1.0):
            return await handler(request)

    return aiohttp.ClientSession(middlewares=(hurried,))


async def row_of(world: World, key: str = PULL) -> Row:
    """The row of the queue with that key."""
    (found,) = [row for row in await world.parts.store.rows() if row.key == key]
    return found


@asynccontextmanager
async def beating(world: World) -> AsyncIterator[None]:
    """Let time go by, and the bot say that it lives: it shows which runs nobody has in hand."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.2)
            world.clock.now += LEASE / 3
            await world.parts.store.beat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()


async def tried(world: World, times: int) -> Row:
    """Let time go by until the pull request has failed so often; return its row."""
    await world.sandbox.settled()
    async with asyncio.timeout(30):
        while (row := await row_of(world)).attempts < times:
            if row.state is State.READY:
                world.clock.now = max(world.clock.now, row.due)
                world.parts.store.wake.set()
            await asyncio.sleep(0.005)
    return row


async def after(world: World, seconds: float) -> None:
    """Wait until so much of the bot's time is over, which goes by as it comes to rest."""
    end = world.clock.now + seconds
    await until(lambda: world.clock.now >= end)


async def until(true: Callable[[], bool]) -> None:
    """Wait until that is so, while time stands still."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - nobody here is told when it comes true
            await asyncio.sleep(0.002)
