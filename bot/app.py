"""The composition root: every part is made here, once, and handed to those that use it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from bot.doctor.at_start import Introducing
from bot.github.installations import Installations
from bot.github.sender import Sleep
from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Ledger
from bot.manifest import read_manifest
from bot.offload import Offload
from bot.runner import SubjectRunner
from bot.settings import Retention, Settings
from bot.setup.manifest import SETUP
from bot.subject import APP, DeliveriesSubject, InstallationsSubject
from bot.web.proxy import Proxy
from bot.web.server import make_web
from bot.web.setup.ready import make_ready
from bot.web.webhook import Webhook
from bot.work.database import Database
from bot.work.kept_store import KeptStore
from bot.work.model import Mark
from bot.work.opening import open_database
from bot.work.store import WorkStore
from bot.worker import Worker

FIRST_LOOK = 10.0  # seconds after the start: by then the server listens for what it asks for
GRACE = 8.0  # seconds that a stop gives the worker
DECISIONS_KEPT = 90 * 24 * 3_600.0
LEFT_KEPT = 30 * 24 * 3_600.0  # what is kept of a repository that the App was taken from
AUDIT_KEPT = 400 * 24 * 3_600.0  # a year, and the time to notice that it is over


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts of one process."""

    store: WorkStore
    ledger: Ledger
    working: asyncio.Task[None]
    web: web.Server
    proxy: asyncio.Task[None] | None  # that stays connected to it, where there is one


@dataclass(frozen=True, slots=True)
class Receiving:
    """The running parts of a process that only takes deliveries in."""

    web: web.Server
    proxy: asyncio.Task[None] | None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a process works with, while nothing runs in it yet."""

    store: WorkStore
    ledger: Ledger
    installations: Installations
    runner: SubjectRunner


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    clock: Callable[[], float] | None = None,
    sleep: Sleep = asyncio.sleep,
    connect: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
    guard: Callable[[WorkStore], WorkStore] = lambda store: store,
    offloading: Callable[[], Offload] = Offload,
) -> AsyncIterator[Opened]:
    """Open the store and the line to GitHub; close both at the end.

    Time, the network and the store can be given from outside: *connect* makes the session,
    *guard* may wrap the store, *offloading* says where plans are read. Raises `StoreLocked` and
    `StoreUnavailable` where the database cannot be used.
    """
    database = await open_database(settings.database, clock)
    store = guard(_store(database, settings))
    try:
        ledger = KeptLedger(database)
        async with connect() as session, offloading() as offload:
            installations = Installations(
                session,
                settings.api_url,
                settings.app_id,
                settings.private_key,
                ledger,
                clock=clock or time.time,
                sleep=sleep,
            )
            runner = SubjectRunner(settings, installations, store, ledger, store.now, offload)
            yield Opened(store, ledger, installations, runner)
    finally:
        await store.close()


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    receives: bool = True,
    clock: Callable[[], float] | None = None,
    sleep: Sleep = asyncio.sleep,
    connect: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
    guard: Callable[[WorkStore], WorkStore] = lambda store: store,
    offloading: Callable[[], Offload] = Offload,
) -> AsyncIterator[Parts]:
    """Start the worker over what is `opened`, and hand out the web server; end both.

    That takes webhooks only where the process *receives* any.
    """
    async with opened(
        settings,
        clock=clock,
        sleep=sleep,
        connect=connect,
        guard=guard,
        offloading=offloading,
    ) as base:
        store, ledger = base.store, base.ledger
        worker = Worker(store, base.runner, forget=_forgetter(store, ledger, settings.retention))
        looks = (DeliveriesSubject(), InstallationsSubject())
        await store.enqueue([Mark(look.key, APP, backfill=True) for look in looks], FIRST_LOOK)
        working = asyncio.create_task(worker.work(), name="worker")
        introducing = Introducing(base.installations, read_manifest(), settings.github_url)
        known = asyncio.create_task(introducing.run(), name="introduction")
        webhook = _webhook(store, settings) if receives else None

        def what_fails() -> str:
            if working.done():
                return "worker: it has stopped; restart the process"
            return introducing.refusal and f"github: {introducing.refusal}"

        pages = {SETUP: make_ready(base.installations.read_page)} if receives else {}
        served = make_web(webhook, store, what_fails, pages)
        try:
            async with _proxied(webhook, store, settings) as proxy:
                yield Parts(store, ledger, working, served, proxy)
        finally:
            worker.stop()
            known.cancel()
            await asyncio.wait({working, known}, timeout=GRACE)


@asynccontextmanager
async def receiving(settings: Settings) -> AsyncIterator[Receiving]:
    """Take deliveries in, and leave them to the workers of other processes.

    Raises `StoreUnavailable` where the database cannot be used.
    """
    store = _store(await open_database(settings.database, works=False), settings)
    try:
        pages = {SETUP: make_ready(None)}  # nothing here asks GitHub anything
        webhook = _webhook(store, settings)
        async with _proxied(webhook, store, settings) as proxy:
            yield Receiving(make_web(webhook, store, lambda: "", pages), proxy)
    finally:
        await store.close()


@asynccontextmanager
async def _proxied(
    webhook: Webhook | None, store: WorkStore, settings: Settings
) -> AsyncIterator[asyncio.Task[None] | None]:
    """Stay connected to the webhook proxy, where there is one and webhooks are taken in."""
    if webhook is None or settings.proxy_url is None:
        yield None
        return

    async def missed() -> None:
        await store.enqueue([Mark(DeliveriesSubject().key, APP, backfill=True)])

    proxy = Proxy(settings.proxy_url, webhook.door, missed)
    connected = asyncio.create_task(proxy.run(), name="proxy")
    try:
        yield connected
    finally:
        connected.cancel()
        await asyncio.wait({connected})


def _store(database: Database, settings: Settings) -> WorkStore:
    return KeptStore(database, room=settings.retention.bytes)


def _webhook(store: WorkStore, settings: Settings) -> Webhook:
    return Webhook(store, settings.webhook_secrets, bodies=settings.retention.bodies)


def _forgetter(
    store: WorkStore, ledger: Ledger, retention: Retention
) -> Callable[[float], Awaitable[int]]:
    """What is forgotten of all that is kept, a little each time, as of a moment."""

    async def forget(now: float) -> int:
        gone = await store.prune(now - retention.days * 24 * 3_600.0)
        return gone + await ledger.prune(now - DECISIONS_KEPT, now - AUDIT_KEPT, now - LEFT_KEPT)

    return forget
