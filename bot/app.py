"""The composition root: every part is made here, once, and handed to those that use it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from bot.fanout import find_subjects
from bot.github.client import Sleep
from bot.github.errors import GitHubError
from bot.github.gather import Gatherer, ParsedPlans
from bot.github.installations import Installations
from bot.github.publisher import Guard, Publisher
from bot.github.reader import ObjectCache, Reader
from bot.reconcile import HeadLocks, Reconciler
from bot.report.words import Site
from bot.settings import Settings
from bot.subject import GroupSubject, HeadSubject, PullSubject, PushSubject, Subject
from bot.web.server import make_web
from bot.web.webhook import Webhook
from bot.work.model import Mark
from bot.work.sqlite import open_sqlite
from bot.work.store import WorkStore
from bot.worker import Worker

GRACE = 8.0  # seconds that a stop gives the runs under way


class SubjectRunner:
    """Runs claimed subjects: a pull request or a group goes down the straight line, the others
    are looked up and put into the queue as pull requests."""

    def __init__(self, settings: Settings, installations: Installations, store: WorkStore) -> None:
        self._settings = settings
        self._installations = installations
        self._store = store
        self._objects = ObjectCache()
        self._parsed = ParsedPlans()
        self._locks = HeadLocks()

    async def run(self, subject: Subject, installation: int, owned: Guard) -> str:
        """Bring *subject* up to date; say how it ended."""
        if isinstance(subject, PullSubject | GroupSubject):
            reconciler = await self._reconciler(subject, installation, owned)
            return await reconciler.reconcile(subject)
        found = await self._find(subject, installation)
        await self._store.enqueue([Mark(one.key, installation) for one in found])
        return f"{len(found)} marked"

    async def report_fault(
        self, subject: Subject, installation: int, fault: Exception, owned: Guard
    ) -> bool:
        """Publish a failing check run with the fault; False where the subject has none."""
        if not isinstance(subject, PullSubject | GroupSubject):
            return False
        reconciler = await self._reconciler(subject, installation, owned)
        request_id = fault.request_id if isinstance(fault, GitHubError) else ""
        words = str(fault) if isinstance(fault, GitHubError) else "an internal error"
        await reconciler.report_fault(subject, words, request_id)
        return True

    async def _find(
        self, subject: HeadSubject | PushSubject, installation: int
    ) -> list[PullSubject | GroupSubject]:
        reader = self._reader(subject.repository, installation)
        gatherer = Gatherer(reader, self._parsed)
        return await find_subjects(subject, reader, gatherer, self._installations.app_id)

    async def _reconciler(
        self, subject: PullSubject | GroupSubject, installation: int, owned: Guard
    ) -> Reconciler:
        reader = self._reader(subject.repository, installation)
        publisher = Publisher(
            self._installations.client(installation),
            reader,
            self._installations.app_id,
            await self._installations.read_bot_login(),
        )
        site = Site(self._settings.github_url, subject.repository)
        gatherer = Gatherer(reader, self._parsed)
        return Reconciler(reader, gatherer, publisher, site, self._locks, owned)

    def _reader(self, repository: str, installation: int) -> Reader:
        return Reader(self._installations.client(installation), repository, self._objects)


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts of one process."""

    store: WorkStore
    working: asyncio.Task[None]
    web: web.Application


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Sleep = asyncio.sleep,
    connect: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
    guard: Callable[[WorkStore], WorkStore] = lambda store: store,
) -> AsyncIterator[Parts]:
    """Open the store, start the worker, and hand out the web application; close all at the end.

    Time, the network and the store can be given from outside: *connect* makes the session,
    *guard* may wrap the store. Raises `StoreLocked` and `StoreUnavailable` where the database
    cannot be used.
    """
    store = guard(await open_sqlite(settings.database, clock=clock))
    try:
        async with connect() as session:
            installations = Installations(
                session,
                settings.api_url,
                settings.app_id,
                settings.private_key,
                clock=clock,
                sleep=sleep,
            )
            worker = Worker(store, SubjectRunner(settings, installations, store), clock=clock)
            working = asyncio.create_task(worker.work(), name="worker")
            webhook = Webhook(store, settings.webhook_secrets)
            try:
                yield Parts(store, working, make_web(webhook, store, lambda: not working.done()))
            finally:
                worker.stop()
                with suppress(TimeoutError):
                    await asyncio.wait_for(working, GRACE)
    finally:
        await store.close()
