"""One life of Plan Gate in a process of its own, and the diary that it leaves when it is killed."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

import structlog

from bot import redelivery
from bot.app import running
from bot.cli.process import listening
from bot.settings import Settings
from bot.work.model import Claim
from bot.work.store import WorkStore

ENDINGS = ("finish", "proceed", "retry", "park", "release")


class Entry(NamedTuple):
    """A line of the diary: a process took a run, or was about to end it."""

    at: float  # of the machine's monotonic clock, which all processes share
    pid: int
    what: str
    token: int
    key: str


class Diary:
    """A file to which many processes append whole lines."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, what: str, claim: Claim) -> None:
        """Add a line; one short write to the end of a file is never torn."""
        line = f"{time.monotonic()} {os.getpid()} {what} {claim.token} {claim.key}\n"
        os.write(self._file, line.encode())


def read_diary(path: Path) -> Iterator[Entry]:
    """Read what all processes wrote, in the order in which they did."""
    for line in path.read_text().splitlines():
        at, pid, what, token, key = line.split(" ", 4)
        yield Entry(float(at), int(pid), what, int(token), key)


class DiaryStore:
    """The real store; a run is noted after its claim, and its end before that is said."""

    def __init__(self, store: WorkStore, diary: Diary) -> None:
        self._store = store
        self._diary = diary

    def __getattr__(self, name: str) -> object:
        found = getattr(self._store, name)
        if name not in ENDINGS:
            return found
        call = cast(Callable[..., Awaitable[bool]], found)

        async def ending(claim: Claim, *args: object, **more: object) -> bool:
            self._diary.write("end", claim)
            return await call(claim, *args, **more)

        return ending

    async def claim(self, limit: int, reserve: int = 0) -> list[Claim]:
        """Claim, and note what was taken."""
        claims = await self._store.claim(limit, reserve)
        for claim in claims:
            self._diary.write("begin", claim)
        return claims


@dataclass(frozen=True, slots=True)
class Life:
    """What one process is to be."""

    settings: Settings
    diary: Path
    log: Path


def live(life: Life) -> None:
    """Serve until killed."""
    log = life.log.open("a")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
    redelivery.SPACING = 1.0  # the sandbox hands over more than GitHub would, in the same time
    asyncio.run(_serve(life))


async def _serve(life: Life) -> None:
    diary = Diary(life.diary)

    def guard(store: WorkStore) -> WorkStore:
        return cast(WorkStore, DiaryStore(store, diary))

    async with (
        running(life.settings, guard=guard) as parts,
        listening(parts.web, life.settings.host, life.settings.port),
    ):
        await parts.working
