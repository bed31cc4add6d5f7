"""The port to the store: what the server, the worker and the command line may ask of it."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.work.model import Census, Claim, Delivery, Mark, Receipt, Row


class WorkStore(Protocol):
    """A durable inbox and a queue of what must be looked at again, one row per key.

    Every method raises `StoreUnavailable` when the database does not answer; then nothing was
    changed, and what failed may be asked again. Only a value that no database can hold (a lone
    surrogate, a number of 65 bits) is the caller's own fault: `ValueError` or `OverflowError`.
    `StoreStopped` says that asking again is no use: the process must end, to be restarted.
    Cancelling a call takes nothing back that was already under way, and loses nothing.

    A run ends in exactly one of `finish`, `retry`, `park` and `release`. Each of them returns
    False, and does nothing, when the row is not the claim's any more. Whether a failure deserves
    another try is the worker's decision: `claim.attempts` failed runs went before this one.
    """

    wake: asyncio.Event
    """Set whenever something may have become claimable. Clear it *before* looking, not after."""

    def now(self) -> float:
        """Seconds since the epoch, by the store's own clock: `next_due` is to be compared to it."""
        ...

    async def ingest(self, delivery: Delivery, marks: Sequence[Mark]) -> None:
        """Keep a delivery and mark what it may have changed, on disk before this returns.

        A GUID seen before is a redelivery that somebody asked for: it marks again.
        """
        ...

    async def enqueue(self, marks: Sequence[Mark], delay: float = 0.0) -> None:
        """Mark what may have changed without a delivery, on disk before this returns.

        What rests now waits `delay` seconds; what waits already waits no longer for it, and
        less long where `delay` is shorter, unless it waits out a failure.
        """
        ...

    async def claim(self, limit: int, reserve: int = 0) -> list[Claim]:
        """Take up to `limit` due rows, fairly between tenants; none of a paused one.

        Inside a tenant what is live comes before what is backfill. The last `reserve` of the rows
        are for tenants no live row of which runs, a live one for each.
        """
        ...

    async def beat(self) -> int:
        """Say that this process lives, and take over the runs of those that do not; how many.

        To be called every few seconds: a process that is silent for a minute loses its runs. They
        count as failed attempts, as in `recover`.
        """
        ...

    async def owns(self, claim: Claim) -> bool:
        """Say whether the run is still the row's current one; ask right before writing.

        Nobody owns a run after a minute without a `beat`, even while nobody else has taken it.
        """
        ...

    async def finish(self, claim: Claim) -> bool:
        """End a run that succeeded: idle, or ready again if marked meanwhile."""
        ...

    async def proceed(self, claim: Claim, progress: str, delay: float = 0.0) -> bool:
        """End one part of a run; the next part goes on from *progress*, after `delay` seconds.

        What is marked meanwhile makes the row dirty until `finish`, and then it begins anew; where
        *progress* is empty there is nothing to go on with, and it begins anew at once.
        """
        ...

    async def retry(self, claim: Claim, *, delay: float, error: str) -> bool:
        """End a run that failed: ready again after `delay` seconds, with one attempt more."""
        ...

    async def park(self, claim: Claim, error: str) -> bool:
        """End a run that failed for good: on show until the next mark, attempts then anew.

        If marked meanwhile it does not wait: it is ready at once.
        """
        ...

    async def release(self, claim: Claim, delay: float = 0.0) -> bool:
        """Give back a run that did not take place: ready after `delay` seconds, not an attempt."""
        ...

    async def pause(self, tenant: int, until: float) -> None:
        """Claim nothing of the tenant before `until` (epoch seconds); never shortens a pause."""
        ...

    async def recover(self) -> int:
        """At start: make the runs of this process's former life ready again; say how many.

        So are the runs of others that have been silent for long. Each counts as a failed attempt,
        and its next claim tells of it: the row may be what kills. What waits for a time that only a
        wrong clock can have set waits no longer.
        """
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of that name; over all processes, only one holds it at a time.

        Raises `StoreUnavailable` on entering where another process keeps it for too long.
        """
        ...

    async def next_due(self) -> float | None:
        """Return when a row becomes claimable (epoch seconds, maybe past); None if none waits."""
        ...

    async def revive(self, key: str) -> bool:
        """Let a parked or waiting row be due now, its attempts anew; False if there is none."""
        ...

    async def drop(self, key: str) -> bool:
        """Forget a row that does not run; False if it runs, or there is none."""
        ...

    async def rows(self) -> list[Row]:
        """Return the whole queue, by key."""
        ...

    async def census(self) -> Census:
        """Count the queue, for those who watch."""
        ...

    async def deliveries(self, limit: int = 100) -> list[Receipt]:
        """Return the newest deliveries, newest first."""
        ...

    async def known(self, guids: Collection[str]) -> set[str]:
        """Return those of *guids* whose deliveries are kept."""
        ...

    async def prune(self, before: float) -> int:
        """Forget some of the deliveries and idle rows older than `before`; say how many.

        0 when done. An idle row carries nothing but its token's history, which guards against
        runs that lost their row: none is as old as `before` should be.
        """
        ...

    async def ping(self) -> None:
        """Return if the store answers."""
        ...

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the database go."""
        ...
