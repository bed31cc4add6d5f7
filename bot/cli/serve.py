"""`plan-gate serve`: the web server and, unless others do its work, the worker in one process."""

import argparse
import asyncio

from bot.app import receiving, running
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.cli.process import listening, log, require_postgres, run_process, stopped
from bot.settings import Settings, read_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment: there is little to add but where to look."""
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="only take webhooks in, for `plan-gate worker` elsewhere; needs PostgreSQL",
    )
    parser.epilog = EPILOG


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = read_settings(read_environment())
    log_as(settings)
    if args.no_worker:
        require_postgres(settings, "serve --no-worker")
        return run_process(lambda stop: _receive(settings, stop))
    return run_process(lambda stop: _serve(settings, stop))


async def _serve(settings: Settings, stop: asyncio.Event) -> None:
    async with (
        running(settings) as parts,
        listening(parts.web, settings.host, settings.port) as url,
    ):
        log.info("listening", url=url, database=str(settings.database))
        await stopped(stop, parts.working, parts.proxy)


async def _receive(settings: Settings, stop: asyncio.Event) -> None:
    async with (
        receiving(settings) as parts,
        listening(parts.web, settings.host, settings.port) as url,
    ):
        log.info("listening", url=url, database=str(settings.database), worker=False)
        await stopped(stop, parts.proxy)
