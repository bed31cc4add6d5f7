"""Keeps requests inside GitHub's secondary limits, as far as this process alone can see them.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api – what several
processes do together none of them knows: then GitHub says so (403, 429), and is heard.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bot.github.budget import RESERVE
from bot.github.errors import OverBudget, RateLimited
from bot.github.request import Request
from bot.github.retry import LONGEST_WAIT, bounded
from bot.github.tally import is_backfill

AT_ONCE = 20  # requests of one installation
ALL_AT_ONCE = 80  # of all together: GitHub allows 100
APART = 1.0  # seconds between two writes of one installation
# A backfill's write comes so long after any other: a live one finds its own second free mostly. An
# hour's room for new comments and checks lasts for one every seven seconds, so it loses nothing.
BACKFILL_APART = 2.0
READ_POINTS = 1
WRITE_POINTS = 5


@dataclass(slots=True)
class _Rate:
    """At most so much in any so many seconds."""

    most: int
    seconds: float
    _spent: deque[tuple[float, int]] = field(default_factory=deque)
    _sum: int = 0

    def wait(self, amount: int, now: float, share: float) -> float:
        """Seconds until there is room for *amount* within a *share* of it all; 0: now."""
        self._forget(now)
        excess = self._sum + amount - self.most * share
        wait = 0.0
        for at, spent in self._spent:
            if excess <= 0:
                break
            excess -= spent
            wait = at + self.seconds - now
        return wait

    def spend(self, amount: int, now: float) -> None:
        """Take the room."""
        self._spent.append((now, amount))
        self._sum += amount

    def _forget(self, now: float) -> None:
        """Give up what is over, or lies in the future because somebody has set the clock."""
        while self._spent and not now - self.seconds < self._spent[0][0] <= now:
            self._sum -= self._spent.popleft()[1]


class Pace:
    """One installation's turns; *everyone* is what all installations have in common.

    A live run may use each limit to the full, a backfill leaves the reserve.
    """

    def __init__(
        self,
        everyone: asyncio.Semaphore,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._everyone = everyone
        self._clock = clock
        self._sleep = sleep
        self._places = asyncio.Semaphore(AT_ONCE)
        self._backfill_places = asyncio.Semaphore(int(AT_ONCE * (1 - RESERVE)))
        self._writing = asyncio.Lock()
        self._backfill_writing = asyncio.Lock()
        self._wrote = float("-inf")
        self._points = _Rate(900, 60.0)
        self._created = _Rate(500, 3_600.0)  # 80 a minute are out of reach, a second apart

    @asynccontextmanager
    async def turn(self, request: Request, *, limited: bool) -> AsyncIterator[None]:
        """Hold a place while *request* is sent; where GitHub sets no limits, only that.

        Waits where it is short; else raises `RateLimited`, or `OverBudget` for a backfill.
        """
        async with AsyncExitStack() as held:
            if limited and request.writes:
                await self._write_alone(held)
            if limited:
                await self._find_room(request)
            if is_backfill():
                await held.enter_async_context(self._backfill_places)
            await held.enter_async_context(self._places)
            await held.enter_async_context(self._everyone)
            try:
                yield
            finally:
                if request.writes:
                    self._wrote = self._clock()

    async def _write_alone(self, held: AsyncExitStack) -> None:
        """Let nobody else write until *held* ends; a backfill lets the live ones go before."""
        if is_backfill():
            await held.enter_async_context(self._backfill_writing)
            while self._writing.locked() or self._still_apart(BACKFILL_APART):
                async with self._writing:
                    pass
                await self._sleep(self._still_apart(BACKFILL_APART))
        await held.enter_async_context(self._writing)
        await self._sleep(self._still_apart(APART))

    def _still_apart(self, apart: float) -> float:
        """Seconds until the last write is so long ago; 0 where somebody has set the clock back."""
        since = self._clock() - self._wrote
        return apart - since if 0 <= since < apart else 0.0

    async def _find_room(self, request: Request) -> None:
        rates = self._rates(request)
        share = 1 - RESERVE if is_backfill() else 1.0
        while wait := max((r.wait(n, self._clock(), share) for r, n in rates), default=0.0):
            if wait > LONGEST_WAIT:
                raise _postponed(bounded(wait))
            await self._sleep(wait)
        for rate, amount in rates:
            rate.spend(amount, self._clock())

    def _rates(self, request: Request) -> list[tuple[_Rate, int]]:
        """What a request takes, and of which limits; GraphQL's own are far off."""
        if request.resource == "graphql":
            return []
        points = (self._points, READ_POINTS if request.reads else WRITE_POINTS)
        return [points, (self._created, 1)] if request.creates else [points]


def _postponed(delay: float) -> RateLimited | OverBudget:
    """What to raise where a turn is far off."""
    if is_backfill():
        text = f"the share of GitHub's secondary limits is used up: it goes on in {delay:.0f} s"
        return OverBudget(text, delay=delay)
    text = f"GitHub's secondary limits are used up: the installation rests for {delay:.0f} s"
    return RateLimited(text, delay=delay)
