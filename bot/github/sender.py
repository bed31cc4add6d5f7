"""Sends one identity's requests: with its credentials, in their turn, counted, tried again."""

from collections.abc import Awaitable, Callable

import aiohttp

from bot.github import errors
from bot.github.budget import Budget
from bot.github.pace import Pace
from bot.github.request import Answer, Request, without
from bot.github.retry import Limited, TryAgain, after_answer, after_fault
from bot.github.tally import Cost, count
from bot.github.translation import unanswered
from bot.telemetry import describe, span

API_VERSION = "2022-11-28"

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
Authorize = Callable[[], Awaitable[str]]
Forget = Callable[[str], Awaitable[None]]


class Sender:
    """The way to GitHub of one identity; *forget* is told of credentials that it refuses."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        authorize: Authorize,
        forget: Forget,
        budget: Budget,
        pace: Pace,
        clock: Clock,
        sleep: Sleep,
        timeout: aiohttp.ClientTimeout,
    ) -> None:
        self._session = session
        self._authorize = authorize
        self._forget = forget
        self._budget = budget
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._timeout = timeout

    async def send(self, request: Request) -> Answer:
        """Send *request*, again where that is safe and may help; the answer is taken as it is.

        Raises `GitHubUnavailable` where there is none, `RateLimited` where GitHub or its limits
        ask for a longer wait, and `OverBudget` where only this run must wait.
        """
        tries = renewed = 0
        while True:
            tries += 1
            credentials = await self._authorize()
            try:
                answer = without(credentials, await self._exchange(request, credentials))
            except (aiohttp.ClientError, TimeoutError) as fault:
                again = after_fault(request.reads, tries)
                if again is None:
                    raise unanswered(fault, request.url) from None
                await self._sleep(again.delay)
                continue
            if answer.status == 401 and not renewed:
                # A token may have been revoked, and a fresh one is refused for a moment.
                await self._forget(credentials)
                renewed += 1
                await self._sleep(1.0)
                continue
            match after_answer(request.reads, tries, *answer, self._clock()):
                case TryAgain(delay):
                    await self._sleep(delay)
                case Limited(delay):
                    self._budget.rest(delay)
                    raise errors.RateLimited(
                        f"GitHub asks for {delay:.0f} s of silence",
                        delay=delay,
                        request_id=answer.headers.get("x-github-request-id", ""),
                    )
                case None:
                    return answer

    async def _exchange(self, request: Request, credentials: str) -> Answer:
        """Send once, when it is the request's turn."""
        async with self._pace.turn(request, limited=self._budget.is_limited):
            self._budget.admit(request.resource)
            cost = Cost.ERROR
            try:
                with span(request.name):
                    answer = await self._transfer(request, credentials)
                    describe(status=answer.status)
                cost = _cost(answer.status)
            finally:
                count(request.name, cost)
            if answer.status != 401:  # it tells what is left of the limit of nobody, by address
                self._budget.learn(request.resource, answer.headers)
            return answer

    async def _transfer(self, request: Request, credentials: str) -> Answer:
        async with self._session.request(
            request.method,
            request.url,
            headers={
                **request.headers,
                "authorization": f"Bearer {credentials}",
                "x-github-api-version": API_VERSION,
            },
            data=request.body or None,
            timeout=self._timeout,
            allow_redirects=request.method == "GET",  # a renamed repository answers 301
        ) as response:
            for _ in response.history:
                count(request.name, Cost.COUNTED)
            if request.limit is None:
                return Answer(response.status, response.headers, await response.read())
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) >= request.limit:
                    break
            return Answer(response.status, response.headers, bytes(content[: request.limit]))


def _cost(status: int) -> Cost:
    if status == 304:
        return Cost.FREE
    return Cost.ERROR if status >= 500 else Cost.COUNTED
