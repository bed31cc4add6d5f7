"""The one connection to PostgreSQL that stays: it holds the process's name, and hears the bell.

What is held in a session ends with its process, however that ends. So a name is free at once for
the next process, and no lock outlives who took it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count
from typing import Any

from bot.work.asyncpg_engine import FAULTS, PATIENCE, Connect
from bot.work.errors import StoreUnavailable

CHANNEL = "plan_gate_work"
PROBE_EVERY = 10.0  # seconds; a network may fall silent without a word
PAUSE = 0.5  # seconds between two tries to connect

# The names of locks are hashed: two that are taken for one only cost a wait, or another slot.
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended($1, 0))"


class Session:
    """A connection that comes back by itself.

    *heard* is called with what is said on the channel; with nothing where something may have been
    missed.
    """

    def __init__(
        self,
        connect: Connect,
        host: str,
        heard: Callable[[str], None],
        *,
        patience: float = PATIENCE,
        probe_every: float = PROBE_EVERY,
    ) -> None:
        self.name = ""  # until it is open
        self._connect = connect
        self._host = host
        self._heard = heard
        self._patience = patience
        self._probe_every = probe_every
        self._connection: Any = None  # asyncpg's, or none yet
        self._asking = asyncio.Lock()  # a connection answers one question at a time
        self._keeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and take a name; from now on the connection is kept. Raises `FAULTS`."""
        self._connection, lost = await self._begin()
        self._keeping = asyncio.create_task(self._keep(lost), name="postgres session")

    async def try_lock(self, name: str) -> bool:
        """Take a lock if it is free. Raises `StoreUnavailable`.

        Where the connection is lost the lock is, too: whoever holds it is not told.
        """
        try:
            return bool(await self._ask(_LOCK, f"plan-gate lock {name}"))
        except FAULTS as fault:
            raise StoreUnavailable(f"no lock can be had from PostgreSQL: {fault}") from fault

    async def unlock(self, name: str) -> None:
        """Give a lock back, held or not; or the connection up, with which it ends as well."""
        try:
            await self._ask(_UNLOCK, f"plan-gate lock {name}")
        except FAULTS:
            self._terminate()

    async def close(self) -> None:
        """Give all up that was held."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        if self._connection is not None:
            with suppress(*FAULTS):
                # Now, and not when the server has noticed: who comes next may have the name.
                await self._ask("SELECT pg_advisory_unlock_all()")
                await self._connection.close(timeout=self._patience)

    async def _ask(self, question: str, *arguments: object) -> object:
        async with self._asking:
            if self._connection is None or self._connection.is_closed():
                raise ConnectionError("the connection is lost")
            return await self._connection.fetchval(question, *arguments, timeout=self._patience)

    def _terminate(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _keep(self, lost: asyncio.Event) -> None:
        while True:
            await self._until(lost)
            self._terminate()
            with suppress(*FAULTS, StoreUnavailable):
                self._connection, lost = await self._begin()
                continue
            await asyncio.sleep(PAUSE)

    async def _until(self, lost: asyncio.Event) -> None:
        """Wait until the connection is lost, and ask now and then whether it still answers."""
        while not lost.is_set():
            # Not `wait_for`: cancelled just when it is lost, that of Python 3.11 goes on.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._probe_every):
                    await lost.wait()
                return
            try:
                await self._ask("SELECT 1")
            except FAULTS:
                return

    async def _begin(self) -> tuple[Any, asyncio.Event]:
        connection = await self._connect()
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            self.name = await self._take_name(connection)
            await connection.add_listener(CHANNEL, lambda *said: self._heard(said[-1]))
        except BaseException:
            connection.terminate()
            raise
        self._heard("")
        return connection, lost

    async def _take_name(self, connection: Any) -> str:
        names = self._names()
        name = next(names)
        while not await connection.fetchval(
            _LOCK, f"plan-gate process {name}", timeout=self._patience
        ):
            name = next(names)
        return name

    def _names(self) -> Iterator[str]:
        """Yield the old name first, then the host's own in order: the dead leave the first free."""
        return chain([self.name] if self.name else [], (f"{self._host}/{n}" for n in count()))
