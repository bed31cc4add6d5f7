"""`plan-gate serve`: the web server and the worker, in one process."""

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Mapping

import structlog
from aiohttp import web
from dotenv import dotenv_values

from bot.app import running
from bot.errors import UsageError
from bot.settings import Settings, read_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment, so there is nothing to add but where to look."""
    parser.epilog = (
        "Settings are environment variables, or lines of a file .env in the working directory: "
        "APP_ID, PRIVATE_KEY or PRIVATE_KEY_PATH, WEBHOOK_SECRET, and more in "
        "docs/configuration.md."
    )


def run(_: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = read_settings(_environment())
    _log_as(settings)
    return asyncio.run(_serve(settings))


def _environment() -> Mapping[str, str]:
    """The environment, over what a `.env` file says."""
    try:
        kept = dotenv_values(".env")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f".env cannot be read: {fault}") from None
    return {**{key: value for key, value in kept.items() if value is not None}, **os.environ}


async def _serve(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    async with running(settings) as parts:
        server = web.AppRunner(parts.web, access_log=None)
        await server.setup()
        try:
            site = web.TCPSite(server, settings.host, settings.port)
            try:
                await site.start()
            except OSError as fault:
                raise UsageError(
                    f"HOST and PORT: cannot listen on {settings.host}:{settings.port}: "
                    f"{fault.strerror or fault}"
                ) from None
            structlog.get_logger().info(
                "listening", url=_address(server), database=str(settings.database)
            )
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({stopping, parts.working}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if parts.working.done():  # never in peace: raise what ended it, and be restarted
                parts.working.result()
        finally:
            await server.cleanup()
    return 0


def _address(server: web.AppRunner) -> str:
    host, port = server.addresses[0][:2]
    return f"http://{host}:{port}"


def _log_as(settings: Settings) -> None:
    """Write one line an event to standard error: readable, or JSON for a collector."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    renderer: structlog.typing.Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=os.isatty(2))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=os.fdopen(os.dup(2), "w", buffering=1)),
    )
