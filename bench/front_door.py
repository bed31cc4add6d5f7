"""The servers that `bench.ingest` compares, each a process of its own.

`kept` is the front door of Plan Gate without a worker behind it; `loose` is the same, and no commit
waits for the disk; `bare` is an aiohttp handler that reads the body and says 202.
"""

import argparse
import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

import structlog
import uvloop
from aiohttp import web
from sqlalchemy import Connection

from bench.payloads import SECRET
from bot.cli.process import BACKLOG, listening
from bot.settings import read_database
from bot.web.server import make_web
from bot.web.webhook import Webhook
from bot.work.database import Database, Wakes
from bot.work.kept_store import KeptStore
from bot.work.opening import open_database

T = TypeVar("T")

HOST = "127.0.0.1"


class Loose:
    """A database that promises nothing: no commit waits for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.wake = database.wake
        self.owner = database.owner
        self.now = database.now
        self.lock = database.lock
        self.read = database.read
        self.close = database.close

    async def run(
        self, work: Callable[[Connection], T], *, durable: bool = False, wakes: Wakes[T] = False
    ) -> T:
        """Run *work* as one that need not be durable."""
        return await self._database.run(work, durable=False, wakes=wakes)


async def read(request: web.Request) -> web.Response:
    """What any aiohttp handler costs that reads the body."""
    await request.read()
    return web.Response(status=202)


async def serve_bare(port: int) -> None:
    """Serve an application of aiohttp's, as its guide shows one."""
    app = web.Application()
    app.router.add_post("/webhook", read)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port, backlog=BACKLOG).start()
    await asyncio.Event().wait()


async def serve(kind: str, port: int, url: str) -> None:
    """Serve on *port* for ever; the deliveries go to the database at *url*."""
    if kind == "bare":
        await serve_bare(port)
    database = await open_database(read_database({"DATABASE_URL": url}), works=False)
    store = KeptStore(Loose(database) if kind == "loose" else database)
    async with listening(make_web(Webhook(store, [SECRET]), store, lambda: ""), HOST, port):
        await asyncio.Event().wait()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["bare", "kept", "loose"])
    parser.add_argument("port", type=int)
    parser.add_argument("url", nargs="?", default="", help="of the database, as in DATABASE_URL")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(given.kind, given.port, given.url))


if __name__ == "__main__":
    main()
