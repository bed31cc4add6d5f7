"""Evaluations per second: real processes work off a full queue against the sandbox GitHub.

Each pull request is of an installation of its own, as GitHub asks for a second between two writes
of one. First each is evaluated for the first time, then once more, with nothing changed.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.hub import Hub, Scene
from bench.plans import SCRATCH, row
from bench.process import PATIENCE, Process, Stalled, cpu_of, plan_gate
from bot.settings import Postgres
from bot.work.kept_store import KeptStore
from bot.work.model import Mark
from bot.work.opening import open_database
from bot.work.visit import visit
from tests.postgres import cluster

WARMING = 16  # evaluations that are not measured: one for each slot


@dataclass(frozen=True, slots=True)
class Rate:
    """Evaluations per second, and the processor's milliseconds that each took on either side."""

    per_second: float
    ours: float
    theirs: float


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pulls", type=int, default=300)
    pulls = parser.parse_args().pulls
    SCRATCH.mkdir(exist_ok=True)
    print("| what | evaluations | processor, ours and the sandbox's | ratio |\n|---|---|---|---|")
    for latency in (0.0, 0.1):
        sqlite = await measure(None, latency, 1, pulls)
        report("SQLite, one process", latency, sqlite, sqlite)
        one = await measure(cluster(durable=True).create(), latency, 1, pulls)
        report("PostgreSQL, one process", latency, one, sqlite)
        two = await measure(cluster(durable=True).create(), latency, 2, pulls)
        report("PostgreSQL, two processes", latency, two, one)


def report(what: str, latency: float, rates: Sequence[Rate], beside: Sequence[Rate]) -> None:
    """Print a line for each round."""
    for name, rate, other in zip(("first", "again, unchanged"), rates, beside, strict=True):
        row(
            f"{what}, {latency * 1e3:.0f} ms latency: {name}",
            f"{rate.per_second:.1f}/s",
            f"{rate.ours:.1f} ms and {rate.theirs:.1f} ms each",
            f"{rate.per_second / other.per_second:.2f} ×",
        )


async def measure(url: str | None, latency: float, workers: int, pulls: int) -> list[Rate]:
    """Have so many processes evaluate all pull requests twice; without *url* over SQLite."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        folder = Path(name)
        where = Postgres(url) if url else folder / "plan-gate.db"
        async with AsyncExitStack() as ending:
            hub = await ending.enter_async_context(a_hub(Scene(owners=pulls, latency=latency)))
            marks = [Mark(key, tenant) for key, tenant in hub.pulls]
            await fill(where, marks)
            environment = {
                **hub.environment,
                "DATABASE_URL": url or f"sqlite:///{where}",
                "PORT": "0",
            }
            command = "worker" if url else "serve"
            processes = [
                await ending.enter_async_context(plan_gate(command, environment, folder))
                for _ in range(workers)
            ]
            rates = [await drain(processes, hub.process.pid, len(marks))]
            async with visit(where) as store:
                await store.enqueue(marks)
            return [*rates, await drain(processes, hub.process.pid, 2 * len(marks))]


@asynccontextmanager
async def a_hub(scene: Scene) -> AsyncIterator[Hub]:
    """A GitHub that ends with the block."""
    hub = await Hub.start(scene)
    try:
        yield hub
    finally:
        await hub.stop()


async def fill(where: Path | Postgres, marks: Sequence[Mark]) -> None:
    """Put marks into a queue that nobody works off yet."""
    store = KeptStore(await open_database(where, works=False))
    await store.enqueue(marks)
    await store.close()


async def drain(processes: Sequence[Process], hub: int, until: int) -> Rate:
    """Wait until so many evaluations are over, and tell how fast those since the call went."""
    before = len(ends_of(processes))
    ours, theirs = sum(process.cpu() for process in processes), cpu_of(hub)
    ends = await evaluated(processes, until)
    count = until - before
    ours, theirs = sum(process.cpu() for process in processes) - ours, cpu_of(hub) - theirs
    measured = ends[before + WARMING :]
    per_second = (len(measured) - 1) / (measured[-1] - measured[0])
    return Rate(per_second, ours / count * 1e3, theirs / count * 1e3)


async def evaluated(processes: Sequence[Process], count: int) -> list[float]:
    """Wait until so many evaluations are over, and return when each was."""
    patience = time.monotonic() + PATIENCE
    while len(ends := ends_of(processes)) < count:
        if time.monotonic() > patience:
            last = processes[0].log.read_text()[-2_000:]
            raise Stalled(f"{len(ends)} of {count} evaluations:\n{last}")
        await asyncio.sleep(0.05)
    return ends


def ends_of(processes: Sequence[Process]) -> list[float]:
    """When evaluations ended, in order."""
    return sorted(end for process in processes for end in process.when("evaluated"))


if __name__ == "__main__":
    asyncio.run(main())
