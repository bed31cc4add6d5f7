"""What GitHub's log says was missed, and what is asked for again."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.answers import HookDelivery
from bot.github.errors import NotFound, RateLimited, Refused
from bot.redelivery import (
    ASKED_AT_ONCE,
    MOST_MISSED,
    OVERLAP,
    PAGES,
    PERIOD,
    RETENTION,
    LogLook,
    Redelivery,
)
from bot.work.ending import Proceed

NOON = 1_770_000_000.0


def attempt(
    number: int,
    guid: str = "",
    status: str = "OK",
    *,
    again: bool = False,
    event: str = "pull_request",
    action: str | None = "opened",
) -> HookDelivery:
    """The attempt of that number, made so many seconds after noon."""
    at = datetime.fromtimestamp(NOON + number, UTC)
    code = 200 if status == "OK" else 0
    return HookDelivery(number, guid or f"guid-{number}", at, again, status, code, event, action)


def note(look: LogLook, *attempts: HookDelivery) -> LogLook:
    """Take them in as the log shows them: the newest first."""
    look.note(reversed(attempts))
    return look


# ── what the log says ────────────────────────────────────────────────────────
LOGS: dict[str, tuple[Sequence[HookDelivery], dict[str, int]]] = {
    "handed over": ([attempt(1)], {}),
    "refused": ([attempt(1, "a", "Invalid HTTP Response: 503")], {"a": 1}),
    "timed out": ([attempt(1, "a", "timed out")], {"a": 1}),
    "handed over the second time": (
        [attempt(1, "a", "timed out"), attempt(2, "a", again=True)],
        {},
    ),
    "refused the second time, too": (
        [attempt(1, "a", "timed out"), attempt(2, "a", "timed out", again=True)],
        {"a": 2},
    ),
    "handed over, and in vain once more": (
        [attempt(1, "a"), attempt(2, "a", "timed out", again=True)],
        {},
    ),
    "of no interest": (
        [
            attempt(1, "a", "timed out", event="check_run", action="created"),
            attempt(2, "b", "timed out", event="ping", action=None),
            attempt(3, "c", "timed out", event="star", action="created"),
        ],
        {},
    ),
    "of interest, without an action": (
        [attempt(1, "a", "timed out", event="push", action=None)],
        {"a": 1},
    ),
}


@pytest.mark.parametrize("log", LOGS)
def test_what_was_missed(log: str) -> None:
    attempts, missed = LOGS[log]
    look = note(LogLook(), *attempts)
    assert {guid: one.attempt for guid, one in look.missed.items()} == missed


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30),
    st.sets(st.integers(0, 30)),
)
def test_a_guid_is_missed_as_long_as_no_attempt_succeeded(
    tries: list[tuple[str, bool]], looks_after: Collection[int]
) -> None:
    """However many looks the log is read in."""
    log = [
        attempt(
            number,
            guid,
            "OK" if good else "timed out",
            again=any(guid == earlier for earlier, _ in tries[:number]),
        )
        for number, (guid, good) in enumerate(tries)
    ]
    look = LogLook()
    for end in sorted({*looks_after, len(log)}):
        note(look, *log[:end])
        look.end()
    good = {guid for guid, good in tries if good}
    newest = {guid: number for number, (guid, _) in enumerate(tries)}
    assert {guid: one.attempt for guid, one in look.missed.items()} == {
        guid: number for guid, number in newest.items() if guid not in good
    }


def test_older_attempts_matter_until_the_last_look() -> None:
    look = LogLook(read_to=NOON + 5)
    assert look.note([attempt(6)])
    assert not look.note([attempt(5), attempt(4, "a", "timed out")])
    assert look.missed == {}


def test_the_next_look_reads_what_may_have_come_late_once_more() -> None:
    look = note(LogLook(), attempt(1_000))
    look.end()
    assert look.read_to == NOON + 1_000 - OVERLAP


def test_what_the_log_has_forgotten_is_forgotten() -> None:
    look = note(LogLook(), attempt(1, "a", "timed out"), attempt(int(RETENTION)))
    look.end()
    assert set(look.missed) == {"a"}
    note(look, attempt(int(RETENTION) + 2))
    look.end()
    assert look.missed == {}


def test_what_the_log_has_forgotten_is_not_asked_for_at_first() -> None:
    look = LogLook()
    assert not look.note([attempt(int(RETENTION) + 2), attempt(1, "a", "timed out")])
    assert look.missed == {}


def test_there_is_an_end_to_what_is_remembered() -> None:
    many = [attempt(number, status="timed out") for number in range(MOST_MISSED + 5)]
    assert len(note(LogLook(), *many).missed) == MOST_MISSED


# ── what is asked for ────────────────────────────────────────────────────────
class Notes:
    """A memory."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], bytes] = {}

    async def recall(self, kind: str, key: str) -> bytes | None:
        return self._values.get((kind, key))

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        return {key: self._values[kind, key] for key in keys if (kind, key) in self._values}

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        self._values[kind, key] = value

    async def forget(self, kind: str, key: str) -> None:
        self._values.pop((kind, key), None)

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        return frozenset()


class Log:
    """A log of one attempt a page; the cursor is a number."""

    def __init__(self, *attempts: HookDelivery) -> None:
        self.attempts = list(attempts)
        self.asked: list[int] = []
        self.read: list[str] = []
        self.faults: dict[int | str, Exception] = {}  # once each, by attempt or cursor

    async def read_deliveries(self, cursor: str = "") -> tuple[list[HookDelivery], str]:
        if fault := self.faults.pop(cursor, None):
            raise fault
        self.read.append(cursor)
        index = int(cursor or 0)
        newest_first = self.attempts[::-1]
        more = index + 1 < len(newest_first)
        return newest_first[index : index + 1], str(index + 1) if more else ""

    async def redeliver(self, delivery: int) -> None:
        if fault := self.faults.pop(delivery, None):
            raise fault
        self.asked.append(delivery)


async def look_through(log: Log, notes: Notes, now: float) -> list[Proceed]:
    """One look, part by part; how each of them ended."""
    parts = [await Redelivery(log, notes).look("", now)]
    while parts[-1].progress:
        parts.append(await Redelivery(log, notes).look(parts[-1].progress, now))
    return parts


async def test_a_look_reads_and_then_asks_and_comes_again_in_an_hour() -> None:
    log, notes = Log(attempt(1, status="timed out"), attempt(2)), Notes()
    *parts, last = await look_through(log, notes, NOON + 10)
    assert [(part.words, part.delay) for part in parts] == [("1 not handed over", 0.0)]
    assert last == Proceed("1 asked for again", "", PERIOD)
    assert log.asked == [1]


async def test_a_long_log_is_read_in_parts() -> None:
    log, notes = Log(*(attempt(number) for number in range(2 * PAGES + 1))), Notes()
    parts = await look_through(log, notes, NOON + 100)
    assert [part.progress for part in parts] == [str(PAGES), str(2 * PAGES), "asking", ""]
    assert log.read == ["", *map(str, range(1, 2 * PAGES + 1))]


async def test_the_next_look_stops_where_the_last_one_came_to() -> None:
    log, notes = Log(*(attempt(1_000 * number) for number in range(5))), Notes()
    await look_through(log, notes, NOON + 5_000)
    log.read.clear()
    log.attempts.append(attempt(5_000))
    await look_through(log, notes, NOON + 6_000)
    assert log.read == ["", "1", "2"]


async def test_a_clock_that_was_ahead_hides_nothing_later() -> None:
    log, notes = Log(attempt(1)), Notes()
    await look_through(log, notes, NOON + 1_000 * RETENTION)
    log.attempts.append(attempt(2, status="timed out"))
    await look_through(log, notes, NOON + 10)
    assert log.asked == [2]


async def test_some_are_asked_for_at_a_time_the_oldest_first() -> None:
    many = [attempt(number, status="timed out") for number in range(ASKED_AT_ONCE + 1)]
    log, notes = Log(*many), Notes()
    parts = await look_through(log, notes, NOON + 100)
    assert [part.words for part in parts[-2:]] == ["30 asked for again", "1 asked for again"]
    assert parts[-2].delay > 0
    assert log.asked == [one.id for one in many]


async def test_what_was_asked_for_is_remembered_though_the_rest_was_not() -> None:
    log, notes = Log(*(attempt(number, status="timed out") for number in range(3))), Notes()
    log.faults[1] = RateLimited("Silence", delay=60.0)
    with pytest.raises(RateLimited):
        await look_through(log, notes, NOON + 10)
    assert log.asked == [0]
    await Redelivery(log, notes).look("asking", NOON + 70)
    assert log.asked == [0, 1, 2]


async def test_one_that_github_refuses_keeps_no_other_from_it() -> None:
    log, notes = Log(*(attempt(number, status="timed out") for number in range(3))), Notes()
    log.faults = {0: NotFound("It is gone"), 1: Refused("It is too large")}
    *_, last = await look_through(log, notes, NOON + 10)
    assert log.asked == [2]
    assert last.words == "2 asked for again"


async def test_a_cursor_that_has_run_out_begins_the_look_again() -> None:
    log, notes = Log(*(attempt(number) for number in range(PAGES + 1))), Notes()
    log.faults[str(PAGES)] = Refused("Invalid cursor")
    parts = [await Redelivery(log, notes).look("", NOON)]
    parts.append(await Redelivery(log, notes).look(parts[-1].progress, NOON))
    assert parts[-1].progress == ""
    assert parts[-1].delay < PERIOD


async def test_a_log_that_cannot_be_read_is_an_error() -> None:
    log, notes = Log(attempt(1)), Notes()
    log.faults[""] = Refused("A JSON web token could not be decoded")
    with pytest.raises(Refused):
        await look_through(log, notes, NOON)
