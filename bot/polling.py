"""Deliveries fetched from GitHub's log, where no webhook reaches us, or not every one.

For development: a server that GitHub reaches needs none of it. What the log says comes from GitHub
itself, over the line that the App's key opens, and so it is authentic without a signature (the log
has no bytes that one could be checked over). Only here is a delivery taken in that way.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct, field

from bot.github.answers import HookDelivery, HookDeliveryInFull
from bot.github.errors import NotFound, Refused
from bot.github.events import NotJSON, may_matter
from bot.github.memory import Memory, recall_as
from bot.intake import Intake
from bot.work.ending import Proceed

FIRST = 3_600.0  # seconds that the first look of all goes back; older requests may be over
OVERLAP = 600.0  # seconds: an attempt is in the log only when it is over, and not in strict order
PAGES = 10  # of the log that one part reads
AT_ONCE = 30  # deliveries that one part fetches; each is a request
MOST_FOUND = 10_000  # deliveries that are remembered; what is older is left to the sweep

_KIND, _KEY = "deliveries", "poll"  # in the memory
_FETCHING = "fetching"  # the progress once the log is read; before, it is the cursor

_log = structlog.get_logger()


class ReadableLog(Protocol):
    """GitHub's log of the App's deliveries, with what they said."""

    async def read_deliveries(self, cursor: str = "") -> tuple[list[HookDelivery], str]:
        """A page of it, newest first, and the cursor of the next one."""
        ...

    async def read_delivery(self, delivery: int) -> HookDeliveryInFull:
        """One of them in full; raises `NotFound` once the log has forgotten it."""
        ...


class PollLook(Struct):
    """How far the log has been read; times are GitHub's, in seconds since the epoch."""

    read_to: float  # what was delivered before, earlier looks have seen
    newest: float = 0.0  # of what this look has seen
    found: dict[str, int] = field(default_factory=dict)  # to be fetched: attempts' ids by GUID

    def note(self, attempts: Sequence[HookDelivery]) -> tuple[dict[str, int], bool]:
        """Those of a page that matter, newest first, and whether older ones may as well."""
        fresh: dict[str, int] = {}
        for attempt in attempts:
            at = attempt.delivered_at.timestamp()
            self.newest = max(self.newest, at)
            if at < self.read_to:
                return fresh, False
            if attempt.guid not in self.found and may_matter(attempt.event, attempt.action):
                fresh[attempt.guid] = attempt.id
        return fresh, True


class Polling:
    """Looks into the App's log every *period* seconds, and takes in what has not come yet."""

    def __init__(
        self,
        log: ReadableLog,
        memory: Memory,
        known: Callable[[Collection[str]], Awaitable[set[str]]],
        intake: Intake,
        period: float,
    ) -> None:
        self._hooks = log
        self._memory = memory
        self._known = known
        self._intake = intake
        self._period = period

    async def look(self, progress: str, now: float) -> Proceed:
        """Do the next part of a look.

        Raises what the reads raise; what was taken in until then is known by its GUID.
        """
        look = await recall_as(PollLook, self._memory, _KIND, _KEY) or PollLook(now - FIRST)
        if progress != _FETCHING:
            try:
                progress = await self._read(look, progress)
            except Refused:
                if not progress:
                    raise
                return Proceed("begins again: GitHub does not know the cursor", "", self._period)
            if look.found or progress != _FETCHING:
                await self._keep(look)
                return Proceed(f"{len(look.found)} not come yet", progress)
        return await self._fetch(look)

    async def _read(self, look: PollLook, cursor: str) -> str:
        """Read some pages of the log; return the progress."""
        for _ in range(PAGES):
            attempts, cursor = await self._hooks.read_deliveries(cursor)
            fresh, more = look.note(attempts)
            known = await self._known(fresh)
            if len(look.found) < MOST_FOUND:
                look.found |= {guid: number for guid, number in fresh.items() if guid not in known}
            if not more or not cursor:
                return _FETCHING
        return cursor

    async def _fetch(self, look: PollLook) -> Proceed:
        """Take in some of what was found, the oldest first; the look ends where that is all."""
        batch = sorted(look.found, key=look.found.__getitem__)[:AT_ONCE]
        known = await self._known(batch)  # it may have come by itself meanwhile
        waiting = [guid for guid in batch if guid not in known]
        for guid in waiting:
            await self._take(guid, look.found[guid])
        for guid in batch:
            del look.found[guid]
        words = f"{len(waiting)} fetched"
        if look.found:
            await self._keep(look)
            return Proceed(words, _FETCHING)
        read_to = max(look.read_to, look.newest - OVERLAP)
        if batch or read_to > look.read_to:
            await self._keep(PollLook(read_to))
        return Proceed(words, "", self._period)

    async def _take(self, guid: str, number: int) -> None:
        try:
            delivery = await self._hooks.read_delivery(number)
        except NotFound:  # the log has forgotten it, and so may we
            return
        body = json.dumps(delivery.request.payload, separators=(",", ":")).encode()
        try:
            await self._intake.take(guid, delivery.event, body)
        except NotJSON:
            advice = "set the webhook's content type to application/json"
            _log.warning("delivery not readable", delivery=guid, advice=advice)
            await self._intake.take(guid, delivery.event, b"{}")  # so that it is known

    async def _keep(self, look: PollLook) -> None:
        await self._memory.keep(_KIND, _KEY, msgspec.json.encode(look))
