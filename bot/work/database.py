"""The port to a database: transactions as plain functions, and a bell that more than one may ring.

What is kept, and how, is the business of those who hand the functions in. SQLite and PostgreSQL
differ in who runs a transaction and what wakes a sleeper; nothing above knows which it is.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")

Wakes = bool | Callable[[T], bool]
"""Whether a transaction may have made something claimable; or what tells that by its result."""


class Database(Protocol):
    """One database, as one process uses it."""

    wake: asyncio.Event
    """Set after each transaction that *wakes*, in whichever process it ran."""

    @property
    def owner(self) -> str:
        """The name under which this process claims; the same after a restart, nobody else's now."""
        ...

    def now(self) -> float:
        """Seconds since the epoch, by a clock that all processes of this database share.

        It goes on evenly while the process lives, even where somebody sets the machine's clock.
        """
        ...

    async def run(
        self, work: Callable[[Connection], T], *, durable: bool = False, wakes: Wakes[T] = False
    ) -> T:
        """Run *work* as one transaction; where it is *durable*, it is on disk before this returns.

        *work* may run more than once, and only the last time counts: so it must change nothing
        but the database. Cancelling takes nothing back. Raises `StoreUnavailable` where the
        database does not answer; then nothing was changed, unless the connection was lost during
        the commit itself, of which nobody can tell.
        """
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run *work*, which asks one question and changes nothing: it needs no transaction.

        Raises `StoreUnavailable` where the database does not answer.
        """
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of that name; over all processes, only one holds it at a time.

        Raises `StoreUnavailable` on entering where another process keeps it for too long.
        """
        ...

    async def close(self) -> None:
        """Do what was already asked, refuse what comes later, and let the database go."""
        ...
