"""What GitHub's log says and has not come is fetched, once each, the oldest first."""

from collections.abc import Collection
from typing import Any

import msgspec
import pytest

from bot.github.answers import HookDelivery, HookDeliveryInFull, HookRequest
from bot.github.errors import GitHubUnavailable, NotFound, Refused
from bot.github.events import NotJSON, parse_event
from bot.intake import Intake
from bot.polling import AT_ONCE, FIRST, MOST_FOUND, OVERLAP, PAGES, Polling, PollLook
from bot.work.ending import Proceed
from bot.work.model import Delivery, Outcome
from tests.unit.test_redelivery import NOON, Log, Notes, attempt

PERIOD = 60.0


class FullLog(Log):
    """A log of one attempt a page that also has what was said."""

    def __init__(self, *attempts: HookDelivery) -> None:
        super().__init__(*attempts)
        self.fetched: list[int] = []
        self.payloads: dict[int, Any] = {}

    async def read_delivery(self, delivery: int) -> HookDeliveryInFull:
        if fault := self.faults.pop(delivery, None):
            raise fault
        self.fetched.append(delivery)
        one = next(each for each in self.attempts if each.id == delivery)
        payload = self.payloads.get(delivery, {"action": one.action})
        return HookDeliveryInFull(one.guid, one.event, HookRequest(payload))


class Taken(Intake):
    """Takes in without a store."""

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}

    async def take(self, guid: str, event: str, body: bytes) -> Delivery:
        parse_event(event, body)
        self.taken[guid] = body
        return Delivery(guid, event, None, Outcome.IGNORED)

    async def known(self, guids: Collection[str]) -> set[str]:
        return self.taken.keys() & set(guids)


class Desk:
    """A log, a memory, and what was taken in so far."""

    def __init__(self, *attempts: HookDelivery) -> None:
        self.log = FullLog(*attempts)
        self.notes = Notes()
        self.intake = Taken()

    async def look(self, progress: str = "", now: float = NOON + 10) -> Proceed:
        polling = Polling(self.log, self.notes, self.intake.known, self.intake, PERIOD)
        return await polling.look(progress, now)

    async def look_through(self, now: float = NOON + 10) -> list[Proceed]:
        """One look, part by part; how each of them ended."""
        parts = [await self.look("", now)]
        while parts[-1].progress:
            parts.append(await self.look(parts[-1].progress, now))
        return parts


async def test_what_has_not_come_is_fetched_the_oldest_first() -> None:
    desk = Desk(attempt(1), attempt(2, status="timed out"), attempt(3))
    desk.intake.taken["guid-3"] = b""
    parts = await desk.look_through()
    assert [part.words for part in parts] == ["2 not come yet", "2 fetched"]
    assert parts[-1] == Proceed("2 fetched", "", PERIOD)
    assert desk.log.fetched == [1, 2]
    assert desk.intake.taken["guid-1"] == b'{"action":"opened"}'


async def test_what_was_fetched_is_known_from_then_on() -> None:
    desk = Desk(attempt(1), attempt(2, "guid-1", again=True))
    await desk.look_through()
    assert await desk.look_through() == [Proceed("0 fetched", "", PERIOD)]
    assert desk.log.fetched == [2]


async def test_what_changes_no_verdict_is_not_fetched() -> None:
    desk = Desk(attempt(1, event="star", action="created"), attempt(2, action="assigned"))
    assert await desk.look_through() == [Proceed("0 fetched", "", PERIOD)]
    assert desk.log.fetched == []


async def test_the_first_look_goes_back_an_hour() -> None:
    desk = Desk(attempt(0), attempt(2), attempt(3))
    await desk.look_through(NOON + FIRST + 1)
    assert desk.log.fetched == [2, 3]


async def test_the_next_look_stops_where_the_last_one_came_to() -> None:
    desk = Desk(*(attempt(int(OVERLAP) * number) for number in range(5)))
    await desk.look_through()
    desk.log.read.clear()
    desk.log.attempts.append(attempt(int(OVERLAP) * 5))
    await desk.look_through(NOON + 1e9)
    assert desk.log.read == ["", "1", "2", "3"]
    assert desk.log.fetched[-1] == OVERLAP * 5


async def test_a_long_log_is_read_in_parts_and_fetched_in_parts() -> None:
    many = 3 * PAGES + 5
    desk = Desk(*(attempt(number) for number in range(many)))
    parts = await desk.look_through()
    assert [part.progress for part in parts] == ["10", "20", "30", "fetching", "fetching", ""]
    assert [part.words for part in parts[-2:]] == [f"{AT_ONCE} fetched", "5 fetched"]
    assert desk.log.fetched == [*range(many)]


async def test_there_is_an_end_to_what_is_remembered() -> None:
    desk = Desk(*(attempt(number) for number in range(PAGES)))
    found = {f"older-{number}": -number for number in range(MOST_FOUND - 1)}
    await desk.notes.keep("deliveries", "poll", msgspec.json.encode(PollLook(0.0, 0.0, found)))
    await desk.look()
    kept = msgspec.json.decode(await desk.notes.recall("deliveries", "poll") or b"", type=PollLook)
    assert len(kept.found) == MOST_FOUND


async def test_what_comes_by_itself_meanwhile_is_not_fetched() -> None:
    desk = Desk(attempt(1), attempt(2))
    part = await desk.look()
    desk.intake.taken["guid-1"] = b""
    assert (await desk.look(part.progress)).words == "1 fetched"
    assert desk.log.fetched == [2]


async def test_what_failed_is_fetched_by_the_next_try() -> None:
    desk = Desk(attempt(1), attempt(2), attempt(3))
    desk.log.faults[2] = GitHubUnavailable("Silence")
    part = await desk.look()
    with pytest.raises(GitHubUnavailable):
        await desk.look(part.progress)
    await desk.look(part.progress)
    assert desk.log.fetched == [1, 2, 3]


async def test_what_the_log_has_forgotten_keeps_no_other_from_it() -> None:
    desk = Desk(attempt(1), attempt(2))
    desk.log.faults[1] = NotFound("It is gone")
    await desk.look_through()
    assert desk.log.fetched == [2]


@pytest.mark.parametrize("payload", [None, "payload=%7B%7D", [], {"a": "\ud800"}])
async def test_what_cannot_be_read_is_fetched_once(payload: Any) -> None:
    desk = Desk(attempt(1))
    desk.log.payloads[1] = payload
    await desk.look_through()
    await desk.look_through()
    assert desk.log.fetched == [1]
    assert desk.intake.taken == {"guid-1": b"{}"}


async def test_a_cursor_that_has_run_out_begins_the_look_again() -> None:
    desk = Desk(*(attempt(number) for number in range(PAGES + 1)))
    desk.log.faults[str(PAGES)] = Refused("Invalid cursor")
    part = await desk.look()
    assert await desk.look(part.progress) == Proceed(
        "begins again: GitHub does not know the cursor", "", PERIOD
    )
    await desk.look_through()
    assert desk.log.fetched == [*range(PAGES + 1)]


async def test_a_log_that_cannot_be_read_is_an_error() -> None:
    desk = Desk(attempt(1))
    desk.log.faults[""] = Refused("A JSON web token could not be decoded")
    with pytest.raises(Refused):
        await desk.look()


async def test_an_empty_log_is_no_news() -> None:
    desk = Desk()
    desk.log.attempts.clear()
    assert await desk.look() == Proceed("0 fetched", "", PERIOD)
    assert await desk.notes.recall("deliveries", "poll") is None


async def test_an_unreadable_payload_is_known_to_be_one() -> None:
    with pytest.raises(NotJSON):
        await Taken().take("guid", "push", b"null")
