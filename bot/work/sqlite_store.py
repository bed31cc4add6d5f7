"""The port over a `Writer`: every call is one transaction, and a cancelled call loses nothing."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection

from bot.work import inbox, queue, schema, turns
from bot.work.errors import StoreUnavailable
from bot.work.model import Claim, Delivery, Mark, Receipt, Row
from bot.work.writer import Writer

T = TypeVar("T")


class SqliteStore:
    """A `WorkStore` whose transactions run in a `Writer`."""

    def __init__(self, writer: Writer, *, clock: Callable[[], float], attempts: int) -> None:
        self.wake = asyncio.Event()
        self.wake.set()  # the file may hold work already
        self._writer = writer
        self._clock = clock
        self._attempts = attempts

    async def ingest(self, delivery: Delivery, marks: Sequence[Mark]) -> None:
        """Keep a delivery and mark what it may have changed, on disk before this returns."""
        now = self._clock()
        await self._change(lambda db: inbox.ingest(db, delivery, marks, now), durable=True)

    async def enqueue(self, marks: Sequence[Mark], delay: float = 0.0) -> None:
        """Mark what may have changed without a delivery, on disk before this returns."""
        now = self._clock() + delay
        await self._change(lambda db: queue.mark(db, marks, now), durable=True)

    async def claim(self, limit: int) -> list[Claim]:
        """Take up to `limit` due rows; if the caller is cancelled, they go back."""
        now = self._clock()
        claims = self._writer.submit(lambda db: turns.claim(db, limit, now))
        try:
            return await asyncio.shield(claims)
        except asyncio.CancelledError:
            claims.add_done_callback(self._give_back)
            raise

    def _give_back(self, claims: asyncio.Future[list[Claim]]) -> None:
        # Where this fails as well, the rows stay running until the next start recovers them.
        if claims.exception() is None:
            with suppress(StoreUnavailable):
                released = self._submit(lambda db: queue.release(db, claims.result()))
                released.add_done_callback(lambda done: done.exception())

    async def owns(self, claim: Claim) -> bool:
        """Say whether the run is still the row's current one."""
        return await self._do(lambda db: queue.owns(db, claim))

    async def finish(self, claim: Claim) -> bool:
        """End a run that succeeded."""
        now = self._clock()
        return await self._change(lambda db: queue.finish(db, claim, now))

    async def retry(self, claim: Claim, *, delay: float, error: str) -> bool:
        """End a run that failed, to be tried again after `delay` seconds."""
        due = self._clock() + delay
        return await self._change(lambda db: queue.retry(db, claim, due, error))

    async def park(self, claim: Claim, error: str) -> bool:
        """End a run that failed for good."""
        now = self._clock()
        return await self._change(lambda db: queue.park(db, claim, error, now))

    async def release(self, claim: Claim) -> bool:
        """Give back a run that did not take place."""
        return await self._change(lambda db: queue.release(db, [claim])) == 1

    async def pause(self, tenant: int, until: float) -> None:
        """Claim nothing of the tenant before `until`."""
        await self._do(lambda db: turns.pause(db, tenant, until))

    async def recover(self) -> int:
        """Make the runs of a dead process ready again; say how many."""
        now = self._clock()
        return await self._change(lambda db: queue.recover(db, self._attempts, now))

    async def next_due(self) -> float | None:
        """Return when a row becomes claimable, None if none waits."""
        return await self._do(turns.next_due)

    async def rows(self) -> list[Row]:
        """Return the whole queue, by key."""
        return await self._do(queue.rows)

    async def deliveries(self, limit: int = 100) -> list[Receipt]:
        """Return the newest deliveries, newest first."""
        return await self._do(lambda db: inbox.deliveries(db, limit))

    async def prune(self, before: float) -> int:
        """Forget some of the deliveries and idle rows older than `before`; say how many."""
        return await self._do(lambda db: inbox.prune(db, before) + queue.prune(db, before))

    async def ping(self) -> None:
        """Return if the store answers."""
        await self._do(schema.version)

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the file go."""
        await self._writer.close()

    async def _do(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.shield(self._writer.submit(work))

    async def _change(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run a transaction that may make something claimable."""
        return await asyncio.shield(self._submit(work, durable=durable))

    def _submit(
        self, work: Callable[[Connection], T], *, durable: bool = False
    ) -> asyncio.Future[T]:
        done = self._writer.submit(work, durable=durable)
        # On the future, not after the wait: a cancelled caller's marks want to be seen, too.
        done.add_done_callback(lambda _: self.wake.set())
        return done
