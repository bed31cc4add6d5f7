"""From a webhook to the start of its evaluation: while nothing else is to be done, and behind much.

The real web application, store and worker, in one process; an evaluation only tells that it began,
and lasts a while. The clock runs from before the webhook is sent.
"""

import argparse
import asyncio
import itertools
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import structlog
import uvloop

from bench.deliveries import deliver
from bench.hub import SECRET
from bench.payloads import pull_requests
from bench.plans import SCRATCH, row
from bot.cli.process import listening
from bot.github.publisher import Guard
from bot.settings import Postgres
from bot.subject import PullSubject, Subject
from bot.web.server import make_web
from bot.web.webhook import Webhook
from bot.work.ending import Done, Ending
from bot.work.kept_store import KeptStore
from bot.work.model import Claim, Mark
from bot.work.opening import open_database
from bot.work.store import WorkStore
from bot.worker import Worker
from tests.postgres import cluster

BACKLOG = 5_000
EVALUATION = 0.5  # seconds, as one takes against github.com


@dataclass(slots=True)
class Stopwatch:
    """Runs subjects of a backlog for a while; of those that are live it tells when they began."""

    live: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
        """Take note, or time."""
        if isinstance(subject, PullSubject) and subject.repository.startswith("backlog/"):
            await asyncio.sleep(EVALUATION)
        else:
            self.live.put_nowait(time.perf_counter())
        return Done("")

    async def report_fault(
        self, subject: Subject, claim: Claim, fault: Exception, owned: Guard
    ) -> bool:
        """Nothing fails here."""
        raise fault


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: the address, the queue behind it, and the stopwatch at its end."""

    url: str
    store: WorkStore
    stopwatch: Stopwatch
    session: aiohttp.ClientSession

    async def starts(self, count: int) -> list[float]:
        """Seconds from webhook to start, of so many one after the other."""
        found = []
        for body in pull_requests(count + 10):
            began = time.perf_counter()
            await deliver(self.session, self.url, body)
            found.append(await self.stopwatch.live.get() - began)
            await asyncio.sleep(0.02)
        return found[10:]


@asynccontextmanager
async def running(where: Path | Postgres) -> AsyncIterator[Bench]:
    """Everything but GitHub."""
    store = KeptStore(await open_database(where))
    stopwatch = Stopwatch()
    worker = Worker(store, stopwatch)
    working = asyncio.create_task(worker.work())
    app = make_web(Webhook(store, [SECRET]), store, lambda: "")
    try:
        async with listening(app, "127.0.0.1", 0) as url, aiohttp.ClientSession() as session:
            yield Bench(url, store, stopwatch, session)
    finally:
        worker.stop()
        await working
        await store.close()


async def measure(name: str, fresh: Callable[[], Path | Postgres], count: int) -> None:
    """Print the lines of one kind of database; *fresh* makes an empty one."""
    async with running(fresh()) as bench:
        idle = await bench.starts(count)
    report(f"{name}, idle", idle, idle)
    for what, tenant, backfill in [
        ("another installation's backlog", 99, False),
        ("its own backfill", 1, True),
    ]:
        keys = [PullSubject("backlog/shop", n).key for n in range(1, BACKLOG + 1)]
        async with running(fresh()) as bench:
            await bench.store.enqueue([Mark(key, tenant, backfill) for key in keys])
            await asyncio.sleep(EVALUATION)  # all slots are taken
            found = await bench.starts(count)
        report(f"{name}, behind {BACKLOG:,} of {what}", found, idle)


def report(what: str, found: Sequence[float], idle: Sequence[float]) -> None:
    """Print one line."""
    p50, beside = statistics.median(found), statistics.median(idle)
    p99 = statistics.quantiles(found, n=100)[98]
    row(
        f"webhook to start: {what}",
        f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms",
        f"idle p50 {beside * 1e3:.1f} ms",
        f"{p50 / beside:.1f} ×",
    )


async def main(count: int) -> None:
    """Print the table."""
    print("| what | it takes | beside | ratio |\n|---|---|---|---|")
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        names = (Path(folder) / f"{n}.db" for n in itertools.count())
        await measure("SQLite", lambda: next(names), count)
    await measure("PostgreSQL", lambda: Postgres(cluster(durable=True).create()), count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parser.parse_args().count))
