"""What a real `plan-gate serve` needs: at rest, at its start, under large repositories and plans.

Figures of processes are Linux's (`/proc`), with the child that reads plans in them.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.deliveries import deliver, ignored
from bench.drain import a_hub, evaluated, fill
from bench.hub import Scene
from bench.payloads import pull_requests
from bench.plans import SCRATCH, medians, row, run
from bench.process import Process, python
from bot.settings import Postgres
from bot.work.model import Mark
from tests.postgres import cluster

SETTLED = 25.0  # seconds after which a server has looked at what it looks at first
EVERY = 0.02  # seconds between two deliveries while plans are read
LONG = Scene(pulls=60, lines=2_000)
SMALL = Scene(plans=20, pulls=50)


@dataclass(frozen=True, slots=True)
class Served:
    """A server at work, how many rows were in its queue, and when it was started."""

    process: Process
    rows: int
    began: float


@asynccontextmanager
async def serving(
    scene: Scene, url: str | None = None, module: str = "bot"
) -> AsyncIterator[Served]:
    """Run a server with all pull requests of a scene to evaluate; without *url* over SQLite."""
    async with AsyncExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(dir=SCRATCH)))
        hub = await ending.enter_async_context(a_hub(scene))
        where = Postgres(url) if url else folder / "plan-gate.db"
        await fill(where, [Mark(key, tenant) for key, tenant in hub.pulls])
        database = url or f"sqlite:///{where}"
        environment = {**hub.environment, "DATABASE_URL": database, "PORT": "0"}
        arguments = ["serve"] if module == "bot" else []
        began = time.time()
        process = await ending.enter_async_context(
            python(module, *arguments, environment=environment, folder=folder)
        )
        yield Served(process, len(hub.pulls), began)


async def at_rest(name: str, url: str | None, seconds: float) -> None:
    """Start, evaluate one pull request, and do nothing."""
    (bare,) = medians([lambda: run([sys.executable, "-c", "pass"])], 5)
    async with serving(Scene(), url) as served:
        process = served.process
        await process.says("listening")
        start = process.when("listening")[0] - served.began
        await process.says("evaluated")
        with_child = process.memory()
        await asyncio.sleep(SETTLED)
        cpu = process.cpu()
        await asyncio.sleep(seconds)
        share = (process.cpu() - cpu) / seconds
        alone = process.memory(alone=True)
    row(
        f"{name}: start, until it listens",
        f"{start:.2f} s",
        f"`python -c pass` {bare:.3f} s",
        f"{start / bare:.0f} ×",
    )
    row(f"{name}: at rest, {seconds:.0f} s", f"{share:.2%} of a processor", "–", "–")
    row(
        f"{name}: at rest",
        f"{alone:.0f} MB",
        f"with the child {with_child:.0f} MB",
        f"{alone / with_child:.2f} ×",
    )


async def peak(scene: Scene) -> float:
    """Evaluate all of a scene, and return the most megabytes that it took."""
    async with serving(scene) as served:
        await evaluated([served.process], served.rows)
        return served.process.peak()


async def large(pulls: int, repositories: int) -> None:
    """Print how memory grows with repositories and what is in them."""
    small = await peak(SMALL)
    for what, scene in [
        (f"2,000 plans and {pulls:,} open pull requests", Scene(plans=2_000, pulls=pulls)),
        (f"{repositories:,} repositories", Scene(repositories=repositories, plans=1)),
    ]:
        most = await peak(scene)
        beside = f"{SMALL.plans} plans and {SMALL.pulls} pull requests {small:.0f} MB"
        row(f"peak memory: {what}", f"{most:.0f} MB", beside, f"{most / small:.2f} ×")


async def answers(scene: Scene, module: str, seconds: float) -> list[float]:
    """Return how long 202s take while the scene is evaluated."""
    (body,) = map(ignored, pull_requests(1))
    async with serving(scene, module=module) as served, aiohttp.ClientSession() as session:
        url = str((await served.process.says("listening"))["url"])
        if scene.pulls > 1:
            await served.process.says("evaluated")
        found, until = [], time.monotonic() + seconds
        while time.monotonic() < until and (
            scene.pulls == 1 or len(served.process.when("evaluated")) < served.rows
        ):
            found.append(await deliver(session, url, body))
            await asyncio.sleep(EVERY)
        return found


async def reading(seconds: float) -> None:
    """Print what the 202 costs while plans of 2,000 lines are read, in a child or in a thread."""
    quiet = await answers(Scene(), "bot", seconds)
    for what, module in (("in a child", "bot"), ("in threads, as before", "bench.threaded")):
        busy = await answers(LONG, module, seconds)
        row(
            f"202 while plans of {LONG.lines:,} lines are read {what}",
            f"p50 {statistics.median(busy) * 1e3:.1f} ms, p99 {p99(busy) * 1e3:.1f} ms",
            f"idle p99 {p99(quiet) * 1e3:.1f} ms",
            f"{p99(busy) / p99(quiet):.1f} ×",
        )


def p99(seconds: list[float]) -> float:
    """Return what all but one of a hundred stay below."""
    return statistics.quantiles(seconds, n=100)[98]


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pulls", type=int, default=500)
    parser.add_argument("--repositories", type=int, default=1_000)
    given = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    await peak(Scene())  # so that the bytecode is there, as where it is installed
    print("| what | it takes | beside | ratio |\n|---|---|---|---|")
    await at_rest("SQLite", None, given.seconds)
    await at_rest("PostgreSQL", cluster(durable=True).create(), given.seconds)
    await reading(given.seconds)
    await large(given.pulls, given.repositories)


if __name__ == "__main__":
    asyncio.run(main())
