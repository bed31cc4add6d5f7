"""The store in PostgreSQL, for any number of processes: it keeps them apart, and wakes them."""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.work.asyncpg_engine import (
    FAULTS,
    connector,
    make_engine,
    may_succeed_next_time,
    meaning,
)
from bot.work.clocks import Clock, DatabaseClock
from bot.work.database import Wakes
from bot.work.errors import StoreUnavailable
from bot.work.migrations import prepare
from bot.work.named_locks import NamedLocks
from bot.work.session import CHANNEL, Session

T = TypeVar("T")

PATIENCE = 15.0  # seconds for a transaction, from asking for a connection to its commit
TRIES = 5
LOCK_PATIENCE = 60.0  # seconds that a lock may be another process's
_LOCK_POLLS = (0.01, 0.25)  # seconds between two looks at such a lock: at first, at last

_ring = select(func.pg_notify(CHANNEL, bindparam("by")))


class PostgresDatabase:
    """A `Database` on a server that other processes use, too.

    Time is the server's own, unless a *clock* is given. A transaction has *patience* seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        host: str | None = None,
        patience: float = PATIENCE,
        lock_patience: float = LOCK_PATIENCE,
    ) -> None:
        self.wake = asyncio.Event()
        self.wake.set()  # it may hold work already
        self._id = secrets.token_hex(8)
        self._clock = clock or DatabaseClock()
        # Whether a commit waits for the disk is settled when connecting: to say it in each
        # transaction would cost those a round trip that may do without, and they are the most.
        self._durable = make_engine(connector(url, synchronous_commit="on"))
        self._quick = make_engine(connector(url, synchronous_commit="off"))
        # A question alone is a transaction by itself: to begin and to end one takes two more.
        self._alone = self._quick.execution_options(isolation_level="AUTOCOMMIT")
        self._session = Session(connector(url), host or socket.gethostname(), self._heard)
        self._locks = NamedLocks()
        self._patience = patience
        self._lock_patience = lock_patience
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def migrate(self) -> None:
        """Make the tables or bring them up, however long that takes. Raises `StoreUnavailable`."""

        def unhurried(connection: Connection) -> None:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            prepare(connection)

        await self._run(self._durable, unhurried)

    async def join(self) -> None:
        """Take a name and hear of wake-ups, as who claims must; raises `StoreUnavailable`.

        Who only takes deliveries in saves the connection.
        """
        try:
            await self._session.open()
        except FAULTS as fault:
            raise meaning(fault) from fault

    @property
    def owner(self) -> str:
        """The name under which this process claims; the first free one of its machine's."""
        return self._session.name

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    async def run(
        self, work: Callable[[Connection], T], *, durable: bool = False, wakes: Wakes[T] = False
    ) -> T:
        """Run *work* as one transaction; again where it met another's, or a dead connection."""
        return await self._start(self._durable if durable else self._quick, work, wakes)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run *work* as it is; again where it met a dead connection."""
        return await self._start(self._alone, work)

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of that name, over all processes.

        Raises `StoreUnavailable` where another process keeps it for too long.
        """
        async with self._locks.of(name):
            try:
                await self._lock(name)
                yield
            finally:  # also where nobody waited for the answer whether it was had
                await asyncio.shield(self._session.unlock(name))

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the database go."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        await self._session.close()
        await self._durable.dispose()
        await self._quick.dispose()

    async def _start(
        self, engine: AsyncEngine, work: Callable[[Connection], T], wakes: Wakes[T] = False
    ) -> T:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        # In a task of its own, which no caller's end cancels.
        running = asyncio.ensure_future(self._run(engine, work, wakes, self._patience))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _run(
        self,
        engine: AsyncEngine,
        work: Callable[[Connection], T],
        wakes: Wakes[T] = False,
        patience: float | None = None,
    ) -> T:
        def transaction(connection: Connection) -> tuple[T, bool]:
            if isinstance(self._clock, DatabaseClock):
                self._clock.look(connection)
            result = work(connection)
            rings = wakes(result) if callable(wakes) else wakes
            if rings:
                connection.execute(_ring, {"by": self._id})  # heard with the commit, or never
            return result, rings

        try:
            async with asyncio.timeout(patience):
                result, rings = await _insist(engine, transaction)
        except (*FAULTS, SQLAlchemyError) as fault:
            raise meaning(fault) from fault
        if rings:
            self.wake.set()
        return result

    def _heard(self, by: str) -> None:
        if by != self._id:  # what is our own was heard before
            self.wake.set()

    async def _lock(self, name: str) -> None:
        deadline = time.monotonic() + self._lock_patience
        pause, longest = _LOCK_POLLS
        while not await self._session.try_lock(name):
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"another process has kept the lock {name} for {self._lock_patience:.0f} s"
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)


async def open_postgres(
    url: str,
    clock: Clock | None = None,
    *,
    works: bool = True,
    host: str | None = None,
    patience: float = PATIENCE,
    lock_patience: float = LOCK_PATIENCE,
) -> PostgresDatabase:
    """Open the database at *url*, and make the tables that are missing.

    A process that *works* takes a name, the first free one of its *host*'s, and hears of wake-ups;
    who does not may neither claim nor lock. Raises `StoreUnavailable`.
    """
    database = PostgresDatabase(
        url, clock=clock, host=host, patience=patience, lock_patience=lock_patience
    )
    try:
        await database.migrate()
        if works:
            await database.join()
    except BaseException:
        await database.close()
        raise
    return database


async def _insist(engine: AsyncEngine, transaction: Callable[[Connection], T]) -> T:
    for _ in range(TRIES - 1):
        try:
            return await _commit(engine, transaction)
        except DBAPIError as fault:
            if not may_succeed_next_time(fault):
                raise
    return await _commit(engine, transaction)


async def _commit(engine: AsyncEngine, transaction: Callable[[Connection], T]) -> T:
    async with engine.connect() as connection:
        result = await connection.run_sync(transaction)
        try:
            await connection.commit()
        except DBAPIError as fault:
            if fault.connection_invalidated:  # it may have been kept, so nobody tries again for us
                raise StoreUnavailable("PostgreSQL ended the connection during a commit") from fault
            raise
        return result
