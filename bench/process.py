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

from bench.plans import ROOT

PATIENCE = 120.0
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

    def evaluated(self) -> list[float]:
        """When runs ended, in seconds since the epoch."""
        entries = [entry for entry in self.read() if entry["event"] == "evaluated"]
        return [datetime.fromisoformat(str(entry["timestamp"])).timestamp() for entry in entries]

    def cpu(self) -> float:
        """Seconds of the processors that it has used, its children with it."""
        return sum(
            sum(map(int, _stat(pid)[11:13])) / _TICK for pid in (self.pid, *_children(self.pid))
        )

    def memory(self, what: str = "VmRSS") -> float:
        """Megabytes that it holds, its children with it; `VmHWM` is the most that it ever held."""
        held = 0
        for pid in (self.pid, *_children(self.pid)):
            status = Path(f"/proc/{pid}/status").read_text()
            held += int(status.partition(f"{what}:")[2].split()[0])
        return held / 1024

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
            env={**os.environ, "PYTHONPATH": str(ROOT), "LOG_FORMAT": "json", **environment},
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
    return sum(map(int, _stat(pid)[11:13])) / _TICK


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` after the name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
