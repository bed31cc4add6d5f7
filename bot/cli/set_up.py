"""`plan-gate serve` where there is no App: a browser sets it up, and the same process goes on."""

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any, TextIO

import aiohttp

from bot.cli.process import Serving, listening, log, stopped
from bot.errors import PlanGateError, UsageError
from bot.settings import CREDENTIALS, ServerSettings, Settings, acting_as
from bot.setup.conversion import convert
from bot.setup.credentials import Credentials
from bot.setup.keeping import EnvFile, Keeper, Terminal
from bot.setup.manifest import SETUP, read_template
from bot.web.setup.desk import Desk, Site
from bot.web.setup.front import Front
from bot.web.setup.visitors import Visitors
from bot.work.opening import open_database

Open = Callable[[Settings], AbstractAsyncContextManager[Serving]]
_FAREWELL = 10.0  # seconds that a server which cannot start waits for its page to be read
_EVERYWHERE = {"0.0.0.0": "localhost", "::": "localhost"}


def choose_keeper(
    folder: Path, environ: Mapping[str, str], out: TextIO, *, printed: bool
) -> Keeper:
    """Where the credentials will go; raises `UsageError` where they could get lost.

    *environ* is the process's own, without what `.env` says.
    """
    if printed:
        return Terminal(out)
    if hidden := [name for name in CREDENTIALS if name in environ]:
        raise UsageError(
            f"{hidden[0]} is set in the environment, but empty, which would hide what .env says: "
            "set it, or remove it to set the App up"
        )
    file = EnvFile(folder)
    try:
        file.check()
    except OSError as fault:
        if out.isatty():  # somebody looks, and no log keeps it
            return Terminal(out)
        raise UsageError(
            f".env cannot be written here: {fault.strerror or fault}: start in a folder where it "
            "can, or use --setup-print to have the App's credentials printed"
        ) from None
    return file


async def set_up(
    server: ServerSettings, keeper: Keeper, opening: Open, stop: asyncio.Event
) -> None:
    """Listen, and say where a browser sets the App up; serve from then on, until *stop*."""
    template = read_template()
    # What would keep the server from starting is to be known before there is an App.
    await (await open_database(server.database, works=False)).close()
    token = secrets.token_urlsafe(32)
    async with aiohttp.ClientSession() as session:
        desk = Desk(
            Site(server.github_url, server.public_url),
            template,
            Visitors(token, secrets.token_urlsafe(32)),
            lambda code: convert(session, server.api_url, server.github_url, code),
            keeper,
            Terminal(sys.stdout),
        )
        front = Front(desk)
        async with listening(front.web, server.host, server.port) as url:
            print(invitation(server, url, token), flush=True)
            credentials = await _first(desk.kept, stop)
            if credentials is not None:
                log.info("set up", app_id=credentials.app_id, app=credentials.slug)
                await _go_over(server, credentials, opening, desk, front, url, stop)


def invitation(server: ServerSettings, url: str, token: str) -> str:
    """What is printed for who sets the App up: the address, as their browser needs it."""
    address, note = server.public_url, ""
    if address is None:
        port = url.rpartition(":")[2]
        host = _EVERYWHERE.get(server.host, server.host)
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        if server.host in _EVERYWHERE:
            note = "\n(or with this machine's name in the place of localhost)"
    opens = f"Open {address}{SETUP}?token={token}{note}"
    return f"There is no GitHub App yet: set one up in a browser.\n{opens}"


async def _go_over(
    server: ServerSettings,
    credentials: Credentials,
    opening: Open,
    desk: Desk,
    front: Front,
    url: str,
    stop: asyncio.Event,
) -> None:
    secret = (credentials.webhook_secret,)
    settings = acting_as(server, credentials.app_id, credentials.private_key, secret)
    try:
        async with opening(settings) as served:
            front.open(served.web)
            desk.settle()
            served.announce(url)
            await stopped(stop, *served.tasks)
    except PlanGateError as fault:
        if desk.settle(str(fault)):
            with suppress(TimeoutError):  # the browser is on its way to the page that says it
                await asyncio.wait_for(desk.told.wait(), _FAREWELL)
        raise
    finally:
        desk.settle("an internal error, of which its log tells")


async def _first(kept: asyncio.Future[Credentials], stop: asyncio.Event) -> Credentials | None:
    """The credentials, or None where *stop* comes before them."""
    stopping = asyncio.create_task(stop.wait())
    waiting: set[asyncio.Future[Any]] = {kept, stopping}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    return kept.result() if kept.done() else None
