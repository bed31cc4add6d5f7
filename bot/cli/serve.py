"""`plan-gate serve`: the web server and, unless others do its work, the worker in one process."""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import receiving, running
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.cli.process import Serving, listening, log, require_postgres, run_process, stopped
from bot.settings import (
    ServerSettings,
    Settings,
    names_app,
    read_server_settings,
    read_settings,
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Settings come from the environment: there is little to add but where to look."""
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="only take webhooks in, for `plan-gate worker` elsewhere; needs PostgreSQL",
    )
    parser.add_argument(
        "--setup-print",
        action="store_true",
        help="where an App is set up: print its credentials once, for a secret store, "
        "instead of writing them into .env",
    )
    parser.epilog = (
        f"{EPILOG} Without any of the first three it prints an address at which a browser sets "
        "the App up."
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; where there is no App yet, set one up first."""
    environ = read_environment()
    if names_app(environ):
        settings = read_settings(environ)
        _begin(settings, args)
        return run_process(lambda stop: _serve(settings, args, stop), environ)
    server = read_server_settings(environ)
    _begin(server, args)
    from bot.cli.set_up import choose_keeper, set_up  # once in a server's life

    keeper = choose_keeper(Path.cwd(), os.environ, sys.stdout, printed=args.setup_print)
    return run_process(
        lambda stop: set_up(server, keeper, lambda found: _serving(found, args), stop), environ
    )


def _begin(settings: ServerSettings, args: argparse.Namespace) -> None:
    log_as(settings)
    if args.no_worker:
        require_postgres(settings, "serve --no-worker")


async def _serve(settings: Settings, args: argparse.Namespace, stop: asyncio.Event) -> None:
    async with (
        _serving(settings, args) as served,
        listening(served.web, settings.host, settings.port) as url,
    ):
        served.announce(url)
        await stopped(stop, *served.tasks)


@asynccontextmanager
async def _serving(settings: Settings, args: argparse.Namespace) -> AsyncIterator[Serving]:
    """All of a server but the port that it listens on."""
    database = str(settings.database)
    if args.no_worker:
        async with receiving(settings) as door:
            yield Serving(
                door.web,
                (door.proxy,),
                lambda url: log.info("listening", url=url, database=database, worker=False),
            )
        return
    async with running(settings) as parts:
        yield Serving(
            parts.web,
            (parts.working, parts.proxy),
            lambda url: log.info("listening", url=url, database=database),
        )
