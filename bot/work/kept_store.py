"""The port over a database: every call is one transaction, and a cancelled call loses nothing."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, suppress

from sqlalchemy import Connection

from bot.work import by_hand, census, inbox, leases, migrations, queue, turns
from bot.work.batches import Batches
from bot.work.database import Database
from bot.work.errors import StoreUnavailable
from bot.work.model import Census, Claim, Delivery, Mark, Receipt, Row


class KeptStore:
    """A `WorkStore` whose transactions run in a `Database`."""

    def __init__(self, database: Database, *, room: int = inbox.ROOM) -> None:
        """Keep deliveries in *room* bytes."""
        self._database = database
        self._room = room
        self._shard = random.randrange(inbox.SHARDS)
        self._batches = Batches(self._ingest)
        self._held: set[Claim] = set()  # the runs that this process is about, as far as it knows
        self.wake = database.wake

    def now(self) -> float:
        """Seconds since the epoch, by the store's own clock."""
        return self._database.now()

    async def ingest(self, delivery: Delivery, marks: Sequence[Mark]) -> None:
        """Keep a delivery and mark what it may have changed, on disk before this returns."""
        if delivery.body is not None:
            delivery = await asyncio.to_thread(inbox.compressed, delivery)
        came = (delivery, marks)
        try:
            await self._batches.add(came)
        except (ValueError, OverflowError):
            await self._ingest([came])  # somebody's value cannot be kept: see whether it is ours

    async def _ingest(self, came: list[tuple[Delivery, Sequence[Mark]]]) -> list[None]:
        now = self.now()
        await self._database.run(
            lambda db: inbox.ingest(db, came, now, shard=self._shard, room=self._room),
            durable=True,
            wakes=True,
        )
        return [None] * len(came)

    async def body(self, guid: str) -> bytes | None:
        """Return what a delivery said, as it came; `None` where that was not kept."""
        return await self._database.run(lambda db: inbox.body(db, guid))

    async def enqueue(self, marks: Sequence[Mark], delay: float = 0.0) -> None:
        """Mark what may have changed without a delivery, on disk before this returns."""
        due = self.now() + delay
        await self._database.run(lambda db: queue.mark(db, marks, due), durable=True, wakes=True)

    async def claim(self, limit: int, reserve: int = 0) -> list[Claim]:
        """Take up to `limit` due rows; if the caller is cancelled, they go back."""
        now, owner = self.now(), self._database.owner
        claims = asyncio.ensure_future(
            self._database.run(lambda db: turns.claim(db, limit, now, owner, reserve))
        )
        try:
            claimed = await asyncio.shield(claims)
        except asyncio.CancelledError:
            claims.add_done_callback(self._give_back)
            raise
        self._held.update(claimed)
        return claimed

    def _give_back(self, claims: asyncio.Future[list[Claim]]) -> None:
        # Where this fails as well, the rows stay running until they are recovered.
        if claims.exception() is None:
            with suppress(StoreUnavailable):
                released = asyncio.ensure_future(
                    self._database.run(lambda db: queue.release(db, claims.result()), wakes=True)
                )
                released.add_done_callback(lambda done: done.exception())

    async def beat(self) -> int:
        """Say that this process lives, and take over from those that do not."""
        now, held = self.now(), list(self._held)

        def beat(db: Connection) -> int:
            leases.extend(db, held, now)
            return leases.recover(db, now)

        return await self._database.run(beat, wakes=bool)

    async def owns(self, claim: Claim) -> bool:
        """Say whether the run is still the row's current one."""
        now = self.now()
        owned = await self._database.read(lambda db: queue.owns(db, claim, now))
        if not owned:
            self._held.discard(claim)
        return owned

    async def finish(self, claim: Claim) -> bool:
        """End a run that succeeded."""
        now = self.now()
        # Nobody else need look: who ends a run has a hand free for what was marked meanwhile.
        finished = await self._end(claim, lambda db: queue.finish(db, claim, now), wakes=False)
        self.wake.set()
        return finished

    async def proceed(self, claim: Claim, progress: str, delay: float = 0.0) -> bool:
        """End one part of a run; the next goes on from *progress*, after `delay` seconds."""
        now = self.now()
        return await self._end(
            claim, lambda db: queue.proceed(db, claim, progress, now, delay), durable=True
        )

    async def retry(self, claim: Claim, *, delay: float, error: str) -> bool:
        """End a run that failed, to be tried again after `delay` seconds."""
        due = self.now() + delay
        return await self._end(claim, lambda db: queue.retry(db, claim, due, error))

    async def park(self, claim: Claim, error: str) -> bool:
        """End a run that failed for good."""
        now = self.now()
        return await self._end(claim, lambda db: queue.park(db, claim, error, now))

    async def release(self, claim: Claim, delay: float = 0.0) -> bool:
        """Give back a run that did not take place, to be tried after `delay` seconds."""
        if not delay:
            return await self._end(claim, lambda db: queue.release(db, [claim]) == 1)
        due = self.now() + delay
        return await self._end(claim, lambda db: queue.postpone(db, claim, due))

    async def _end(
        self,
        claim: Claim,
        ending: Callable[[Connection], bool],
        *,
        durable: bool = False,
        wakes: bool = True,
    ) -> bool:
        ended = await self._database.run(ending, durable=durable, wakes=wakes)
        self._held.discard(claim)
        return ended

    async def pause(self, tenant: int, until: float) -> None:
        """Claim nothing of the tenant before `until`."""
        await self._database.run(lambda db: turns.pause(db, tenant, until))

    async def recover(self) -> int:
        """Make the runs of a dead process ready again; say how many."""
        now, owner = self.now(), self._database.owner

        def recover(db: Connection) -> int:
            leases.unfreeze(db, now)
            return leases.recover(db, now, owner)

        return await self._database.run(recover, wakes=True)

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of that name, over all processes."""
        return self._database.lock(name)

    async def next_due(self) -> float | None:
        """Return when a row becomes claimable, None if none waits."""
        return await self._database.read(turns.next_due)

    async def revive(self, key: str) -> bool:
        """Let a parked or waiting row be due now, its attempts anew."""
        now = self.now()
        return await self._database.run(lambda db: by_hand.revive(db, key, now), wakes=True)

    async def drop(self, key: str) -> bool:
        """Forget a row that does not run."""
        return await self._database.run(lambda db: by_hand.drop(db, key))

    async def rows(self) -> list[Row]:
        """Return the whole queue, by key."""
        return await self._database.run(queue.rows)

    async def census(self) -> Census:
        """Count the queue, for those who watch."""
        now = self.now()
        return await self._database.run(lambda db: census.count(db, now))

    async def deliveries(self, limit: int = 100) -> list[Receipt]:
        """Return the newest deliveries, newest first."""
        return await self._database.run(lambda db: inbox.deliveries(db, limit))

    async def known(self, guids: Collection[str]) -> set[str]:
        """Return those of *guids* whose deliveries are kept."""
        return await self._database.read(lambda db: inbox.known(db, guids))

    async def prune(self, before: float) -> int:
        """Forget some of the deliveries and idle rows older than `before`; say how many."""
        return await self._database.run(
            lambda db: (
                inbox.prune(db, before, shard=self._shard, room=self._room)
                + queue.prune(db, before)
            )
        )

    async def ping(self) -> None:
        """Return if the store answers."""
        await self._database.run(migrations.revision)

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the database go."""
        await self._batches.close()
        await self._database.close()
