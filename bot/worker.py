"""Claims dirty subjects, so many at a time, and says that it lives. How runs end is for `run`."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.run import STORE_AWAY, Runner, Runs, insist
from bot.work.errors import StoreUnavailable
from bot.work.model import Claim
from bot.work.store import WorkStore

TIDY_EVERY = 3_600.0

_log = structlog.get_logger()

Forget = Callable[[float], Awaitable[int]]
"""Forgets some of what is old, as of a moment; says how much, 0 when done."""


async def _nothing(_: float) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How many runs at a time, and how often what is looked at; in seconds."""

    slots: int = 16  # a run mostly waits for GitHub
    reserve: int = 4  # of them, kept for who has nothing running that somebody waits for
    beat: float = 15.0  # a quarter of the lease: three may fail
    poll: float = 5.0  # behind the wake-up, which other processes' changes may not ring
    grace: float = 5.0  # for the runs under way, at a stop


class Worker:
    """Works off the queue until it is stopped."""

    def __init__(
        self,
        store: WorkStore,
        runner: Runner,
        *,
        jitter: Callable[[], float] = random.random,
        pace: Pace = Pace(),
        forget: Forget = _nothing,
    ) -> None:
        self._store = store
        self._runs = Runs(store, runner, jitter)
        self._pace = pace
        self._forget = forget
        self._stopping = False
        self._next_tidy = store.now()
        self._running: dict[Claim, asyncio.Task[None]] = {}

    async def work(self) -> None:
        """Recover what a dead process left, then run until `stop`.

        What nobody foresaw, in the store's own answers, ends it: a restart is better than doubt.
        """
        if recovered := await insist(self._store.recover):
            _log.info("recovered", runs=recovered)
        async with asyncio.TaskGroup() as group:
            beating = group.create_task(self._beat(), name="heartbeat")
            await self._claim_until_stopped(group)
            await self._let_end()
            beating.cancel()

    def stop(self) -> None:
        """Claim nothing more; `work` returns when the runs under way have ended, or their time."""
        self._stopping = True
        self._store.wake.set()

    async def _claim_until_stopped(self, group: asyncio.TaskGroup) -> None:
        """Claim where something may be due; while nothing is, asking for the time is cheaper."""
        look = True
        while not self._stopping:
            self._store.wake.clear()  # before looking, so that no wake-up is lost
            try:
                await self._tidy()
                if look:
                    await self._claim(group)
                wait = await self._seconds_to_next()
                look = wait < self._pace.poll or not self._is_open()
            except StoreUnavailable as fault:
                _log.error("store unavailable", reason=str(fault))
                wait, look = STORE_AWAY, True
            # Not `wait_for`: cancelled just when it is woken, that of Python 3.11 goes on.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._store.wake.wait()
                    look = True

    async def _let_end(self) -> None:
        """Give the runs under way some time; those that need more hand their claims back."""
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=self._pace.grace)
            for run in late:
                run.cancel()

    async def _beat(self) -> None:
        """Say that this process lives, however long its runs take; take over from the dead."""
        while True:
            await asyncio.sleep(self._pace.beat)
            try:
                if recovered := await self._store.beat():
                    _log.warning("took over from a silent process", runs=recovered)
            except StoreUnavailable as fault:
                _log.error("heartbeat not kept", reason=str(fault))

    async def _tidy(self) -> None:
        """Every hour, forget some of what is old; the rest waits for the next rounds."""
        now = self._store.now()
        if now >= self._next_tidy and await self._forget(now) == 0:
            self._next_tidy = now + TIDY_EVERY

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        free, reserve = self._free(), self._pace.reserve
        for claim in await self._store.claim(free, reserve) if free else ():
            self._running[claim] = group.create_task(self._run(claim), name=claim.key)

    async def _run(self, claim: Claim) -> None:
        """One run. Its slot is free at once: the store's own wake-up shall find it so."""
        try:
            await self._runs.run(claim)
        finally:
            del self._running[claim]
            self._store.wake.set()

    async def _seconds_to_next(self) -> float:
        """Until a row is due, if a slot is free for it, and never long: others change rows, too."""
        due = await self._store.next_due() if self._is_open() else None
        wait = self._pace.poll if due is None else due - self._store.now()
        return min(max(wait, 0.0), self._pace.poll)

    def _free(self) -> int:
        return self._pace.slots - len(self._running)

    def _is_open(self) -> bool:
        """Whether more than the reserve is free."""
        return self._free() > self._pace.reserve
