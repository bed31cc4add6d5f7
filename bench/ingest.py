"""What the front door takes, beside a bare handler and Probot; and what a burst leaves behind.

    python -m bench.ingest [--rounds N] [--seconds S]

Each server is a process, and so is the load. The rounds of what is compared alternate, so that a
machine which slows down slows all of them. Probot is installed into `.bench` where npm is there.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.payloads import SECRET
from bench.plans import INSTALLED, ROOT, SCRATCH
from bot.settings import read_database
from bot.work.opening import open_database
from bot.work.visit import visit
from tests.postgres import cluster

HOST = "127.0.0.1"
CONNECTIONS = (1, 16, 64)
BURSTS = (400, 4_000)
PULLS = 200
PROBOT = "14"
PATIENCE = 60.0
# As installed: `rich`, which structlog imports where it can, comes with our development tools.
START = "import sys; sys.modules['rich'] = None; from bench.front_door import main; main()"

Figures = dict[str, float]


@dataclass(slots=True)
class Door:
    """A server that runs."""

    name: str
    process: subprocess.Popen[bytes]
    port: int

    def load(self, *arguments: str) -> dict[str, object]:
        """Send it a load, and return what `bench.load` says of it."""
        command = [sys.executable, "-m", "bench.load", str(self.port), *arguments]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        said: dict[str, object] = json.loads(done.stdout)
        return said

    def peak(self) -> float:
        """Megabytes that it held at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def opened(name: str, command: Callable[[int], list[str]]) -> Iterator[Door]:
    """Start a server, wait until it listens, and kill it at the end."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command(port), cwd=ROOT, env={**os.environ, **INSTALLED}, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not listen")
            time.sleep(0.005)
        yield Door(name, process, port)
    finally:
        process.kill()
        process.wait()


def ours(kind: str, url: str = "") -> Callable[[int], list[str]]:
    """The command of one of our servers, over a database whose tables are there already."""
    if url:
        asyncio.run(_make_tables(url))
    return lambda port: [sys.executable, "-c", START, kind, str(port), url]


async def _make_tables(url: str) -> None:
    await (await open_database(read_database({"DATABASE_URL": url}))).close()


def probot() -> Callable[[int], list[str]] | None:
    """The command of Probot; None, with a word, where it cannot be installed."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("Node and npm are not there, so Probot was not measured.", file=sys.stderr)
        return None
    folder = SCRATCH / "probot"
    folder.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    subprocess.run([*install, f"probot@{PROBOT}"], check=True, stdout=subprocess.DEVNULL)
    key = folder / "key.pem"
    make = ["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", str(key)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    script = str(ROOT / "bench/probot.mjs")
    return lambda port: ["node", script, str(folder), str(port), SECRET]


def throughput(doors: Sequence[Door], rounds: int, seconds: float) -> None:
    """Print deliveries a second and how long they wait, at each number of connections."""
    kept: dict[tuple[str, int], list[Figures]] = defaultdict(list)
    for door in doors:
        door.load("--connections=16", f"--seconds={seconds}")  # to warm up
    for _, connections, door in itertools.product(range(rounds), CONNECTIONS, doors):
        said = door.load(f"--connections={connections}", f"--seconds={seconds}")
        kept[door.name, connections].append(
            {key: float(str(said[key])) for key in ("rate", "p50", "p99")}
        )
    print("| server | " + " | ".join(f"{n} connections" for n in CONNECTIONS) + " | peak memory |")
    print("|---|" + "---|" * (len(CONNECTIONS) + 1))
    for door in doors:
        cells = []
        for connections in CONNECTIONS:
            runs = kept[door.name, connections]
            rate, p50, p99 = (statistics.median(run[key] for run in runs) for key in runs[0])
            cells.append(f"{rate:,.0f}/s, p50 {p50 * 1e3:.1f}, p99 {p99 * 1e3:.1f} ms")
        print(f"| {door.name} | {' | '.join(cells)} | {door.peak():.0f} MB |", flush=True)


def burst(url: str, deliveries: int) -> None:
    """Send as many at once, kill the server with the last answer, and see what is there."""
    with opened("kept", ours("kept", url)) as door:
        began = time.perf_counter()
        said = door.load(
            *(f"--connections={deliveries}", f"--most={deliveries}"),
            *(f"--pulls={PULLS}", f"--seconds={PATIENCE}"),
        )
        took = time.perf_counter() - began
        os.kill(door.process.pid, signal.SIGKILL)
    acknowledged = said["accepted"]
    assert isinstance(acknowledged, list)
    kept, rows = asyncio.run(_kept(url))
    lost = len(set(acknowledged) - kept)
    print(
        f"| {url.partition(':')[0]} | {deliveries:,} | {said['statuses']} | {took:.1f} s "
        f"| {lost} | {rows} |",
        flush=True,
    )


async def _kept(url: str) -> tuple[set[str], int]:
    async with visit(read_database({"DATABASE_URL": url})) as store:
        guids = {receipt.delivery.guid for receipt in await store.deliveries(10**9)}
        return guids, len(await store.rows())


def cold(commands: dict[str, Callable[[int], list[str]]], rounds: int) -> None:
    """Print how long a start takes, until a delivery is answered."""
    times: dict[str, list[float]] = defaultdict(list)
    for _, (name, command) in itertools.product(range(rounds), commands.items()):
        began = time.perf_counter()
        with opened(name, command) as door:
            times[name].append(time.perf_counter() - began)
            door.load("--connections=1", "--most=2")  # it must answer, too
    print("\n| cold start, until it listens | |\n|---|---|")
    for name, each in times.items():
        print(f"| {name} | {statistics.median(each) * 1e3:.0f} ms |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    theirs = probot()
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder, ExitStack() as running:
        files = (f"sqlite:///{folder}/{number}.db" for number in itertools.count())
        commands = {
            "bare aiohttp": ours("bare"),
            "Plan Gate, SQLite": ours("kept", next(files)),
            "the same, not durable": ours("loose", next(files)),
            "Plan Gate, PostgreSQL": ours("kept", cluster(durable=True).create()),
            "the same, PostgreSQL, not durable": ours("loose", cluster(durable=True).create()),
        }
        if theirs:
            commands["Probot, which keeps nothing"] = theirs
        doors = [running.enter_context(opened(*door)) for door in commands.items()]
        throughput(doors, given.rounds, given.seconds)
        running.close()
        cold({name: commands[name] for name in list(commands)[1::2]}, given.rounds)
        print("\n| database | at once | answers | took | lost | rows of work |")
        print("|---|---|---|---|---|---|")
        for deliveries in BURSTS:
            burst(next(files), deliveries)
            burst(cluster(durable=True).create(), deliveries)


if __name__ == "__main__":
    main()
