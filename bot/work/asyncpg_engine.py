"""Connections to PostgreSQL through asyncpg, and what its errors mean for who asked."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.work.errors import StoreUnavailable

Connect = Callable[[], Awaitable[Any]]
"""Makes an asyncpg connection; raises `FAULTS`."""

# What asyncpg raises by itself; time-outs, and what the network says, are `OSError`s. It takes a
# connection that is ended right after it was made for a mistake of its own.
FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

CONNECTIONS = 5  # an engine's; who finds none free waits
PATIENCE = 5.0  # seconds for a connection
SESSION = {
    "application_name": "plan-gate",
    # In milliseconds. A transaction here takes a few.
    "statement_timeout": "10000",
    "idle_in_transaction_session_timeout": "15000",
    # In seconds. A machine that falls silent soon lets go of what it held.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

_DATA_EXCEPTION = (
    "22"  # the class of https://www.postgresql.org/docs/current/errcodes-appendix.html
)
_SOMEBODY_WAS_QUICKER = {
    "40001",  # serialization failure
    "40P01",  # deadlock detected
    "23505",  # unique violation: the row is there by now, and will be seen
    "42P07",  # duplicate table: likewise
}


def connector(url: str, **settings: str) -> Connect:
    """Return what connects to *url*, in libpq's form, with the session's *settings*."""
    return partial(_connect, url, {**SESSION, **settings})


async def _connect(url: str, settings: dict[str, str]) -> Any:
    try:
        return await asyncpg.connect(url, timeout=PATIENCE, server_settings=settings)
    except OSError:
        raise  # also of a certificate that is not right, which is a ValueError as well
    except ValueError:
        # The error may quote any part of what it could not read, the password among them.
        raise StoreUnavailable(
            "DATABASE_URL cannot be read: write it as postgresql://user:password@host:5432/name, "
            "with what is special in user and password percent-encoded"
        ) from None


def make_engine(connect: Connect) -> AsyncEngine:
    """Make a pool of such connections; whoever waits for one is to be timed out from outside."""
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # the others may rest, and the server drops nothing that is in use
    )


def may_succeed_next_time(fault: DBAPIError) -> bool:
    """Whether to run a transaction that did not come to its commit again at once.

    The connection may have been dead for long: a server was restarted, and nobody asked since.
    """
    return fault.connection_invalidated or _state(fault) in _SOMEBODY_WAS_QUICKER


def meaning(fault: Exception) -> Exception:
    """Return the error as the port has it, without statement and parameters."""
    if isinstance(fault, DBAPIError):
        reason = (fault.orig and fault.orig.__cause__) or fault.orig
        if _state(fault).startswith(_DATA_EXCEPTION):
            return ValueError(f"PostgreSQL cannot hold the value: {reason}")
        return StoreUnavailable(f"the database failed: {reason}")
    return StoreUnavailable(f"PostgreSQL does not answer: {str(fault) or 'no answer in time'}")


def _state(fault: DBAPIError) -> str:
    return getattr(fault.orig, "sqlstate", None) or ""
