"""`plan-gate serve`: the web server and the worker, in one process."""

import argparse
import asyncio
import signal

import structlog
from aiohttp import web

from bot.app import running
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.errors import UsageError
from bot.settings import Settings, read_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment, so there is nothing to add but where to look."""
    parser.epilog = EPILOG


def run(_: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = read_settings(read_environment())
    log_as(settings)
    return asyncio.run(_serve(settings))


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
