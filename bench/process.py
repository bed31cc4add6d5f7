"""A `plan-gate` process that is watched from outside: what it logs, and what Linux says of it."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.plans import INSTALLED, ROOT

PATIENCE = 600.0
_TICK = os.sysconf("SC_CLK_TCK")


class Stalled(Exception):
    """Something that was waited for did not come in time."""


@dataclass(slots=True)
class Process:
    """One that runs; its log, in JSON, is read as it grows."""

    pid: int
    log: Path
    entries: list[dict[str, object]] = field(default_factory=list)
    _read: int = 0

    def read(self) -> list[dict[str, object]]:
        """All entries of the log until now."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            while (line := log.readline()).endswith(b"\n"):
                self._read += len(line)
                if line.startswith(b"{"):
                    self.entries.append(json.loads(line))
        return self.entries

    def when(self, event: str) -> list[float]:
        """When entries of a kind were written, in seconds since the epoch."""
        return [
            datetime.fromisoformat(str(entry["timestamp"])).timestamp()
            for entry in self.read()
            if entry["event"] == event
        ]

    def cpu(self) -> float:
        """Seconds of the processors that it has used, its children with it."""
        return sum(map(cpu_of, self._family()))

    def memory(self, *, alone: bool = False) -> float:
        """Megabytes that it holds now, its children with it; what processes share counts once."""
        family = [self.pid] if alone else self._family()
        return sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in family) / 1024

    def peak(self) -> float:
        """Megabytes that it, and its children of now, held at most."""
        return sum(_kilobytes(pid, "status", "VmHWM:") for pid in self._family()) / 1024

    def _family(self) -> list[int]:
        return [self.pid, *_children(self.pid)]

    async def says(self, event: str) -> dict[str, object]:
        """Wait for an entry of the log."""
        for _ in range(int(PATIENCE / 0.01)):
            for entry in self.read():
                if entry["event"] == event:
                    return entry
            await asyncio.sleep(0.01)
        raise Stalled(f"no “{event}” in its log:\n{self.log.read_text()[-2_000:]}")


@asynccontextmanager
async def plan_gate(
    command: str, environment: Mapping[str, str], folder: Path
) -> AsyncIterator[Process]:
    """Run `plan-gate COMMAND` until the block ends."""
    async with python("bot", command, environment=environment, folder=folder) as process:
        yield process


@asynccontextmanager
async def python(
    module: str, *arguments: str, environment: Mapping[str, str], folder: Path
) -> AsyncIterator[Process]:
    """Run a module as a process until the block ends."""
    log = folder / f"{module}-{time.time_ns()}.log"
    with log.open("wb") as written:
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            env={
                **os.environ,
                **INSTALLED,
                "PYTHONPATH": str(ROOT),
                "LOG_FORMAT": "json",
                **environment,
            },
            cwd=folder,  # no .env of the working directory is read
            stdin=asyncio.subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
    try:
        yield Process(running.pid, log)
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(running.wait(), 15)
        except TimeoutError:
            running.kill()
            await running.wait()


def cpu_of(pid: int) -> float:
    """Seconds of the processors that a process alone has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _kilobytes(pid: int, file: str, name: str) -> int:
    return int(Path(f"/proc/{pid}/{file}").read_text().partition(name)[2].split()[0])


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
