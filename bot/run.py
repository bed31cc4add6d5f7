"""One run of a claimed subject, and what becomes of it: however it ends, the store hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger as BoundLogger

from bot import metrics, telemetry
from bot.errors import PlanGateError
from bot.github.errors import (
    GitHubUnavailable,
    NotFound,
    OverBudget,
    RateLimited,
    Suspended,
    Uninstalled,
)
from bot.github.publisher import Guard
from bot.github.tally import tallying
from bot.reconcile import Superseded
from bot.subject import Judgeable, Look, Spread, Subject, parse_subject
from bot.work.ending import Done, Ending, Proceed
from bot.work.errors import StoreUnavailable
from bot.work.model import Claim
from bot.work.store import WorkStore

ATTEMPTS = 8
DEATHS = 25  # more than attempts: most of what is under way when a process ends did not end it
MOST_ATTEMPTS = 500  # of what nobody can be told: five days, then somebody has seen the log
LONGEST_WAIT = 15 * 60.0
MOMENT = 2.0  # seconds until what has moved is looked at again
REST = 30 * 60.0  # for an installation that an owner has suspended
STORE_AWAY = 1.0  # seconds before the store is asked again

# What ends by itself, sooner or later.
PASSING = (GitHubUnavailable, RateLimited, OverBudget, Suspended, StoreUnavailable)

T = TypeVar("T")

_log = structlog.get_logger()


class ClaimLost(PlanGateError):
    """Another run owns the subject now: this one may write nothing any more."""


class Died(PlanGateError):
    """The process ended in too many of its runs: it may be the subject itself that ends it."""


class Runner(Protocol):
    """What is done with a claimed subject."""

    async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
        """Bring *subject* up to date, from the claim's progress on; say how it ended."""
        ...

    async def report_fault(
        self, subject: Subject, claim: Claim, fault: Exception, owned: Guard
    ) -> bool:
        """Show people that *subject* could not be evaluated; False where nothing can show it."""
        ...


class Runs:
    """Runs claims, each to its end in the store."""

    def __init__(self, store: WorkStore, runner: Runner, jitter: Callable[[], float]) -> None:
        self._store = store
        self._runner = runner
        self._jitter = jitter

    async def run(self, claim: Claim) -> None:
        """One run, from claim to end; whatever goes wrong is recorded and tried again.

        Cancelled, it hands the claim back.
        """
        subject = parse_subject(claim.key)
        place = _place(claim, subject)
        # Of the task, which is this run alone: so every line of the run says whose it is.
        structlog.contextvars.bind_contextvars(**place)
        if subject is None:
            await insist(lambda: self._store.park(claim, "No subject of this version."))
            return
        began = self._store.now()
        try:
            kind = claim.key.partition(" ")[0]
            with (
                telemetry.span(f"run {kind}", **place),
                tallying(backfill=claim.backfill) as tally,
            ):
                ended = await _attempt(self._run(subject, claim))
                telemetry.describe(requests=tally.requests, **_outcome(ended))
            if isinstance(ended, Exception):
                metrics.failed(_who(ended))
            took = self._store.now() - began
            metrics.evaluated(kind, took, tally.requests)
            log = _log.bind(seconds=round(took, 3), requests=tally.requests, free=tally.free)
            await self._end(claim, subject, ended, log)
        except asyncio.CancelledError:
            with suppress(StoreUnavailable):  # then the lease hands it back
                await self._store.release(claim)
            raise

    async def _run(self, subject: Subject, claim: Claim) -> Ending:
        """The run itself; what may be deadly is told of, instead of being tried for ever."""
        if claim.died and claim.attempts >= DEATHS:
            raise Died(f"the process ended during the last of {claim.attempts} runs that failed")
        return await self._runner.run(subject, claim, lambda: self._owned(claim))

    async def _owned(self, claim: Claim) -> None:
        if not await self._store.owns(claim):
            raise ClaimLost("another run owns the subject")

    async def _end(
        self, claim: Claim, subject: Subject, ended: Ending | Exception, log: BoundLogger
    ) -> None:
        match ended:
            case Done(words):
                await insist(lambda: self._store.finish(claim))
                if isinstance(subject, Judgeable) and not (claim.backfill or claim.attempts):
                    metrics.judged(self._store.now() - claim.due)
                log.info("evaluated", outcome=words)
            case Proceed(words, progress, delay):
                await insist(lambda: self._store.proceed(claim, progress, delay))
                log.info("goes on", outcome=words, progress=progress, again_in=round(delay, 1))
            case ClaimLost():
                log.info("claim lost")
            case Superseded():
                log.info("superseded", reason=str(ended))
                await self._postpone(claim, MOMENT)
            case RateLimited(delay=delay):
                log.warning("rate limited", pause=delay)
                await self._pause(claim, delay)
            case OverBudget(delay=delay):
                log.info("over budget", reason=str(ended), again_in=round(delay, 1))
                await self._postpone(claim, delay)
            case Uninstalled():
                log.warning("uninstalled", reason=str(ended))
                await insist(lambda: self._store.park(claim, _storable(str(ended))))
            case Suspended():
                log.warning("suspended", reason=str(ended), pause=REST)
                await self._pause(claim, REST)
            case _:
                await self._failed(claim, subject, ended, log)

    async def _postpone(self, claim: Claim, delay: float) -> None:
        """Look again later, without an attempt's being counted; not all at the same moment."""
        spread = delay * (1 + self._jitter() / 2)
        await insist(lambda: self._store.release(claim, spread))

    async def _pause(self, claim: Claim, delay: float) -> None:
        """Let the whole installation rest; the run has its turn again after that."""
        until = self._store.now() + delay
        await insist(lambda: self._store.pause(claim.tenant, until))
        await insist(lambda: self._store.release(claim))

    async def _failed(
        self, claim: Claim, subject: Subject, fault: Exception, log: BoundLogger
    ) -> None:
        """Try again later; after the last try say so on GitHub, and park the row.

        What a retry mends and nobody was told of is never parked: nothing would wake it.
        """
        error = _storable(f"{type(fault).__name__}: {fault}")
        trace = None if isinstance(fault, PlanGateError) else fault
        if trace is not None:
            telemetry.report(trace)
        if claim.attempts + 1 < ATTEMPTS:
            delay = self._delay(claim.attempts)
            log.warning("failed", error=error, retry_in=round(delay, 1), exc_info=trace)
            await insist(lambda: self._store.retry(claim, delay=delay, error=error))
            return
        reported = await _attempt(
            self._runner.report_fault(subject, claim, fault, lambda: self._owned(claim))
        )
        if isinstance(reported, Exception):
            log.error("could not report", error=_storable(str(reported)))
        untold = reported is not True and _goes_on(subject, fault, reported)
        if untold and claim.attempts < MOST_ATTEMPTS:
            delay = self._delay(ATTEMPTS)
            log.error("goes on failing", error=error, retry_in=round(delay, 1))
            await insist(lambda: self._store.retry(claim, delay=delay, error=error))
            return
        log.error("gave up", error=error, exc_info=trace)
        await insist(lambda: self._store.park(claim, error))

    def _delay(self, attempts: int) -> float:
        """Seconds before the next try: 2, 6, 18 … up to 15 minutes, spread by a quarter."""
        return float(min(2.0 * 3.0**attempts, LONGEST_WAIT) * (0.75 + 0.5 * self._jitter()))


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Ask the store until it answers: how a run ended must be kept, or its row stays taken."""
    while True:
        try:
            return await call()
        except StoreUnavailable as fault:
            _log.error("store unavailable", reason=str(fault))
            await asyncio.sleep(STORE_AWAY)


def _place(claim: Claim, subject: Subject | None) -> dict[str, str | int]:
    """Whose run it is, for the log: the repository and the number where it has them, and so on."""
    place: dict[str, str | int] = {
        "subject": claim.key,
        "installation": claim.tenant,
        "attempt": claim.attempts + 1,
    }
    place |= {of: getattr(subject, of) for of in ("repository", "number") if hasattr(subject, of)}
    return place | {"delivery": claim.cause} if claim.cause else place


def _outcome(ended: Ending | Exception) -> dict[str, str]:
    """What a trace says at the end of a run: what came of it, and what was found out meanwhile."""
    found = structlog.contextvars.get_contextvars()
    known = {name: str(value) for name, value in found.items() if name in {"head", "verdict"}}
    outcome = type(ended).__name__ if isinstance(ended, Exception) else ended.words
    return {**known, "outcome": outcome}


def _who(fault: Exception) -> str:
    """Who must act, so that it does not come again."""
    match fault:
        case GitHubUnavailable() | RateLimited() | OverBudget() | Superseded() | ClaimLost():
            return "nobody"
        case Uninstalled() | Suspended():
            return "owner"
        case _:
            return "operator"


def _goes_on(subject: Subject, fault: Exception, reported: bool | Exception) -> bool:
    """Whether a fault that nobody was told of is worth more tries.

    A push or a head that is given up would leave its pull requests as they were, and a look that
    the clock asks for would not be asked for again: only where there is nothing nobody waits. A
    push that may be deadly is left to the sweep.
    """
    if isinstance(fault, PASSING) or isinstance(reported, PASSING):
        return True
    if isinstance(fault, Died):
        return isinstance(subject, Look)
    return isinstance(subject, Spread | Look) and not isinstance(fault, NotFound)


def _storable(text: str) -> str:
    """*text* as a database can hold it, and no longer than people read."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()[:1_000]


async def _attempt(doing: Awaitable[T]) -> T | Exception:
    """Await *doing*; whatever it raises is a value, to be sorted by what must follow."""
    try:
        return await doing
    except Exception as fault:  # noqa: BLE001 – the one place that catches what nobody foresaw
        return fault
