"""Claims dirty subjects and runs each to its end. It decides only what becomes of a failed run."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from bot.errors import PlanGateError
from bot.github.errors import GitHubUnavailable, NotFound, RateLimited
from bot.github.publisher import Guard
from bot.reconcile import Superseded
from bot.subject import Spread, Subject, parse_subject
from bot.work.errors import StoreUnavailable
from bot.work.model import Claim
from bot.work.store import WorkStore

SLOTS = 8  # subjects under way at a time
ATTEMPTS = 8
MOST_ATTEMPTS = 500  # of what nobody can be told: five days, then somebody has seen the log
LONGEST_WAIT = 15 * 60.0
STORE_AWAY = 1.0  # seconds before the store is asked again
TIDY_EVERY = 3_600.0
KEPT_FOR = 14 * 24 * 3_600.0  # deliveries, and subjects of which nothing was heard

T = TypeVar("T")

_log = structlog.get_logger()


Forget = Callable[[float], Awaitable[int]]
"""Forgets some of what else is old, as of a moment; says how much, 0 when done."""


async def _nothing(_: float) -> int:
    return 0


class ClaimLost(PlanGateError):
    """Another run owns the subject now: this one may write nothing any more."""


class Runner(Protocol):
    """What is done with a claimed subject."""

    async def run(self, subject: Subject, installation: int, owned: Guard) -> str:
        """Bring *subject* up to date; say how it ended."""
        ...

    async def report_fault(
        self, subject: Subject, installation: int, fault: Exception, owned: Guard
    ) -> bool:
        """Show people that *subject* could not be evaluated; False where nothing can show it."""
        ...


class Worker:
    """Works off the queue until it is stopped; a stop lets the runs under way end."""

    def __init__(
        self,
        store: WorkStore,
        runner: Runner,
        *,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        slots: int = SLOTS,
        forget: Forget = _nothing,
    ) -> None:
        self._store = store
        self._runner = runner
        self._clock = clock
        self._jitter = jitter
        self._slots = slots
        self._forget = forget
        self._stopping = False
        self._next_tidy = clock()
        self._running: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Recover what a dead process left, then run until `stop`."""
        if recovered := await self._insist(self._store.recover):
            _log.info("recovered", runs=recovered)
        while not self._stopping:
            self._store.wake.clear()  # before looking, so that no wake-up is lost
            try:
                await self._tidy()
                await self._claim()
                wait = await self._seconds_to_next()
            except StoreUnavailable as fault:
                _log.error("store unavailable", reason=str(fault))
                wait = STORE_AWAY
            await self._sleep(wait)
        await asyncio.gather(*self._running)

    def stop(self) -> None:
        """Claim nothing more; `work` returns when the runs under way have ended."""
        self._stopping = True
        self._store.wake.set()

    async def _tidy(self) -> None:
        """Every hour, forget some of what is old; the rest waits for the next rounds."""
        if self._clock() < self._next_tidy:
            return
        now = self._clock()
        if await self._store.prune(now - KEPT_FOR) + await self._forget(now) == 0:
            self._next_tidy = now + TIDY_EVERY

    async def _claim(self) -> None:
        free = self._slots - len(self._running)
        for claim in await self._store.claim(free) if free else ():
            task = asyncio.create_task(self._run(claim), name=claim.key)
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._store.wake.set()

    async def _seconds_to_next(self) -> float | None:
        if len(self._running) >= self._slots:
            return None
        due = await self._store.next_due()
        return None if due is None else max(due - self._store.now(), 0.0)

    async def _sleep(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._store.wake.wait(), seconds)

    async def _run(self, claim: Claim) -> None:
        """One run, from claim to finish; whatever goes wrong is recorded and tried again."""
        subject = parse_subject(claim.key)
        log = _log.bind(subject=claim.key, installation=claim.tenant, attempt=claim.attempts + 1)
        if subject is None:
            await self._insist(lambda: self._store.park(claim, "No subject of this version."))
            return
        began = self._clock()
        try:
            ended = await _attempt(
                self._runner.run(subject, claim.tenant, lambda: self._owned(claim))
            )
            match ended:
                case str():
                    await self._insist(lambda: self._store.finish(claim))
                    took = round(self._clock() - began, 3)
                    log.info("evaluated", outcome=ended, seconds=took)
                case ClaimLost():
                    log.info("claim lost")
                case Superseded():
                    log.info("superseded", reason=str(ended))
                    again = self._delay(min(claim.attempts, 2))
                    await self._insist(
                        lambda: self._store.retry(claim, delay=again, error=str(ended))
                    )
                case RateLimited(delay=delay):
                    log.warning("rate limited", seconds=delay)
                    until = self._store.now() + delay
                    await self._insist(lambda: self._store.pause(claim.tenant, until))
                    await self._insist(lambda: self._store.release(claim))
                case _:
                    await self._failed(claim, subject, ended, log)
        except asyncio.CancelledError:
            await self._store.release(claim)
            raise

    async def _owned(self, claim: Claim) -> None:
        if not await self._store.owns(claim):
            raise ClaimLost("another run owns the subject")

    async def _failed(
        self, claim: Claim, subject: Subject, fault: Exception, log: BoundLogger
    ) -> None:
        """Try again later; after the last try say so on GitHub, and park the row.

        What a retry mends and nobody was told of is never parked: nothing would wake it.
        """
        error = _storable(f"{type(fault).__name__}: {fault}")
        trace = None if isinstance(fault, PlanGateError) else fault
        if claim.attempts + 1 < ATTEMPTS:
            delay = self._delay(claim.attempts)
            log.warning("failed", error=error, retry_in=round(delay, 1), exc_info=trace)
            await self._insist(lambda: self._store.retry(claim, delay=delay, error=error))
            return
        reported = await _attempt(
            self._runner.report_fault(subject, claim.tenant, fault, lambda: self._owned(claim))
        )
        if isinstance(reported, Exception):
            log.error("could not report", error=_storable(str(reported)))
        if reported is not True and _goes_on(subject, fault) and claim.attempts < MOST_ATTEMPTS:
            delay = self._delay(ATTEMPTS)
            log.error("goes on failing", error=error, retry_in=round(delay, 1))
            await self._insist(lambda: self._store.retry(claim, delay=delay, error=error))
            return
        log.error("gave up", error=error, exc_info=trace)
        await self._insist(lambda: self._store.park(claim, error))

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers: how a run ended must be kept, or its row stays taken."""
        while True:
            try:
                return await call()
            except StoreUnavailable as fault:
                _log.error("store unavailable", reason=str(fault))
                await asyncio.sleep(STORE_AWAY)

    def _delay(self, attempts: int) -> float:
        """Seconds before the next try: 2, 6, 18 … up to 15 minutes, spread by a quarter."""
        return float(min(2.0 * 3.0**attempts, LONGEST_WAIT) * (0.75 + 0.5 * self._jitter()))


def _goes_on(subject: Subject, fault: Exception) -> bool:
    """Whether a fault that nobody was told of is worth more tries.

    A push or a head that is given up would leave its pull requests as they were: only where the
    repository is gone there is nobody to wait.
    """
    fans_out = isinstance(subject, Spread)
    return isinstance(fault, GitHubUnavailable) or (fans_out and not isinstance(fault, NotFound))


def _storable(text: str) -> str:
    """*text* as a database can hold it, and no longer than people read."""
    return text.encode(errors="backslashreplace").decode()[:1_000]


async def _attempt(doing: Awaitable[T]) -> T | Exception:
    """Await *doing*; whatever it raises is a value, to be sorted by what must follow."""
    try:
        return await doing
    except Exception as fault:  # noqa: BLE001 – the one place that catches what nobody foresaw
        return fault
