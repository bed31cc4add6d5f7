"""What the commands that go on until they are told to stop have in common: loop, signals, port."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.errors import UsageError
from bot.settings import Postgres, ServerSettings
from bot.telemetry import telemetry

PATIENCE = 2.0  # seconds for requests under way, at the end
BACKLOG = 1_024  # connections that may wait to be taken: a burst must not find the door shut
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Serving:
    """What a server answers with, what goes on in it, and how it says that it is up."""

    web: web.Server
    tasks: tuple[asyncio.Task[None] | None, ...]
    announce: Callable[[str], None]


def run_process(
    main: Callable[[asyncio.Event], Coroutine[None, None, None]], environ: Mapping[str, str]
) -> int:
    """Run *main* until it returns; its event is set by SIGTERM and SIGINT. Return the status.

    Traces and faults go where *environ* says.
    """
    with telemetry(environ), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_stoppable(main))
    return 0


def require_postgres(settings: ServerSettings, command: str) -> None:
    """Raise `UsageError` where the database is a file, which belongs to one process."""
    if not isinstance(settings.database, Postgres):
        raise UsageError(
            f"`{command}` shares the database with other processes, and a SQLite file cannot be "
            "shared: name a PostgreSQL database in DATABASE_URL, or run `plan-gate serve` alone"
        )


@asynccontextmanager
async def listening(app: web.Server, host: str, port: int) -> AsyncIterator[str]:
    """Serve *app*, and yield its address. Raises `UsageError` where nobody may listen there."""
    server = web.ServerRunner(app, shutdown_timeout=PATIENCE)
    await server.setup()
    try:
        try:
            await web.TCPSite(server, host, port, backlog=BACKLOG).start()
        except (OSError, UnicodeError) as fault:  # the latter of a name that cannot be one
            reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else fault
            raise UsageError(f"HOST and PORT: cannot listen on {host}:{port}: {reason}") from None
        address, bound = server.addresses[0][:2]
        yield f"http://{address}:{bound}"
    finally:
        await server.cleanup()


async def stopped(stop: asyncio.Event, *tasks: asyncio.Task[None] | None) -> None:
    """Wait for *stop*; raise what ended one of *tasks* before that, to be restarted."""
    stopping = asyncio.create_task(stop.wait())
    running = {task for task in tasks if task is not None}
    await asyncio.wait({stopping, *running}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in running:
        if task.done():
            task.result()


async def _stoppable(main: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in _SIGNALS:
        loop.add_signal_handler(sign, stop.set)
    await main(stop)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop, where there is one."""
    if sys.platform == "win32" or sys.implementation.name != "cpython":
        return None
    import uvloop

    return uvloop.new_event_loop
