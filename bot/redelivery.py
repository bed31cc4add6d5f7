"""Deliveries that GitHub could not hand over: found in its log, and asked for again.

GitHub tries once: https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries.
A look reads the log back to where the last one came to, and then asks, the oldest first. What a
delivery says does not matter here: it comes in by the door that all of them come in by.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct, field

from bot import metrics
from bot.github.answers import HookDelivery
from bot.github.errors import NotFound, Refused
from bot.github.events import may_matter
from bot.github.memory import Memory, recall_as
from bot.work.ending import Proceed

PERIOD = 3_600.0  # seconds from one look to the next
RETENTION = 3 * 24 * 3_600.0  # of the log; GitHub Enterprise Server has more
OVERLAP = 600.0  # seconds: an attempt is in the log only when it is over, and not in strict order
PAGES = 10  # of the log that one part reads
ASKED_AT_ONCE = 30  # deliveries; each is a write, and GitHub allows few in a minute
SPACING = 20.0  # seconds between two parts that ask
MOST_MISSED = 10_000  # deliveries that are remembered; what is beyond is left to the sweep
TRIES = 4  # of one delivery: at once, and 1, 5 and 21 hours later

_KIND, _KEY = "deliveries", "look"  # in the memory
_ASKING = "asking"  # the progress once the log is read; before, it is the cursor

_log = structlog.get_logger()


class HookLog(Protocol):
    """GitHub's log of the App's deliveries."""

    async def read_deliveries(self, cursor: str = "") -> tuple[list[HookDelivery], str]:
        """A page of it, newest first, and the cursor of the next one."""
        ...

    async def redeliver(self, delivery: int) -> None:
        """Have a delivery sent again; raises `NotFound` once the log has forgotten it."""
        ...


class Missed(Struct):
    """A delivery that was never handed over; times are seconds since the epoch."""

    attempt: int  # the newest one's id
    first: float  # when it was tried first
    last: float
    asked: int = 0  # how often by us
    not_before: float = 0.0


class LogLook(Struct):
    """What is known of GitHub's log, by the looks so far and the one under way.

    How old an attempt is GitHub's clock tells: ours may have been wrong, and what it hid once would
    be hidden for good.
    """

    read_to: float = 0.0  # what was delivered before, earlier looks have seen
    newest: float = 0.0  # of what this look has seen
    missed: dict[str, Missed] = field(default_factory=dict)  # by GUID
    handed_over: set[str] = field(default_factory=set)  # GUIDs, by a second attempt of this look

    def note(self, attempts: Iterable[HookDelivery]) -> bool:
        """Take in a page of attempts, newest first; say whether older ones matter as well."""
        for attempt in attempts:
            at = attempt.delivered_at.timestamp()
            self.newest = max(self.newest, at)
            if at < max(self.read_to, self.newest - RETENTION):
                return False
            if attempt.succeeded:
                self.missed.pop(attempt.guid, None)
                if attempt.redelivery:
                    self.handed_over.add(attempt.guid)
            elif attempt.guid not in self.handed_over and may_matter(attempt.event, attempt.action):
                self._miss(attempt, at)
        return True

    def end(self) -> None:
        """Be ready for the next look."""
        forgotten = self.newest - RETENTION
        for guid in [guid for guid, one in self.missed.items() if one.first < forgotten]:
            del self.missed[guid]
        self.read_to = max(self.read_to, self.newest - OVERLAP)
        self.newest = 0.0
        self.handed_over.clear()

    def due(self, now: float) -> list[tuple[str, Missed]]:
        """What is to be asked for now, the oldest first."""
        due = [
            (guid, one)
            for guid, one in self.missed.items()
            if one.not_before <= now and one.asked < TRIES
        ]
        return sorted(due, key=lambda found: (found[1].first, found[1].attempt))

    def _miss(self, attempt: HookDelivery, at: float) -> None:
        known = self.missed.get(attempt.guid)
        if known is None:
            if len(self.missed) < MOST_MISSED:
                self.missed[attempt.guid] = Missed(attempt.id, at, at)
            return
        known.first = min(known.first, at)
        if at > known.last:
            known.attempt, known.last = attempt.id, at


class Redelivery:
    """Looks through the App's log of deliveries, part by part."""

    def __init__(self, log: HookLog, memory: Memory) -> None:
        self._hooks = log
        self._memory = memory

    async def look(self, progress: str, now: float) -> Proceed:
        """Do the next part of a look; the next look comes an hour after its last one.

        Raises what the reads and writes raise; what was asked for until then is remembered.
        """
        look = await recall_as(LogLook, self._memory, _KIND, _KEY) or LogLook()
        if progress == _ASKING:
            try:
                return await self._ask(look, now)
            finally:
                await self._keep(look)
        try:
            progress = await self._read(look, progress)
        except Refused:
            if not progress:
                raise
            return Proceed("begins again: GitHub does not know the cursor", "", SPACING)
        await self._keep(look)
        return Proceed(f"{len(look.missed)} not handed over", progress)

    async def _read(self, look: LogLook, cursor: str) -> str:
        """Read some pages of the log; return the progress."""
        for _ in range(PAGES):
            attempts, cursor = await self._hooks.read_deliveries(cursor)
            if not look.note(attempts) or not cursor:
                return _ASKING
        return cursor

    async def _ask(self, look: LogLook, now: float) -> Proceed:
        """Ask again for some of what is due; the look ends where that is all."""
        asked = 0
        for guid, missed in islice(look.due(now), ASKED_AT_ONCE):
            try:
                await self._hooks.redeliver(missed.attempt)
            except NotFound:  # the log has forgotten it, and so may we
                del look.missed[guid]
                continue
            except Refused as fault:
                _log.warning("redelivery refused", delivery=guid, reason=str(fault))
            missed.not_before = now + PERIOD * 4**missed.asked
            missed.asked += 1
            asked += 1
            metrics.redelivered()
        words = f"{asked} asked for again"
        if look.due(now):
            return Proceed(words, _ASKING, SPACING)
        look.end()
        return Proceed(words, "", PERIOD)

    async def _keep(self, look: LogLook) -> None:
        await self._memory.keep(_KIND, _KEY, msgspec.json.encode(look))
