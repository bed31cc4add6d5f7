"""`plan-gate worker`: works off what the web processes take in, beside any number of others."""

import argparse
import asyncio
from contextlib import AsyncExitStack

from bot.app import running
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.cli.process import listening, log, require_postgres, run_process, stopped
from bot.errors import UsageError
from bot.settings import Settings, read_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment; only what differs from worker to worker is an option."""
    parser.add_argument(
        "--port",
        type=int,
        metavar="PORT",
        help="answer GET /healthz, /readyz and /metrics there (0 takes any free one)",
    )
    parser.epilog = f"It needs PostgreSQL. {EPILOG}"


def run(args: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    if args.port is not None and not 0 <= args.port < 65536:
        raise UsageError(f"--port must be from 0 to 65535, not {args.port}")
    environ = read_environment()
    settings = read_settings(environ)
    log_as(settings)
    require_postgres(settings, "worker")
    return run_process(lambda stop: _work(settings, args.port, stop), environ)


async def _work(settings: Settings, port: int | None, stop: asyncio.Event) -> None:
    async with running(settings, receives=False) as parts, AsyncExitStack() as opened:
        url = None
        if port is not None:
            url = await opened.enter_async_context(listening(parts.web, settings.host, port))
        log.info("working", url=url, database=str(settings.database))
        await stopped(stop, parts.working)
