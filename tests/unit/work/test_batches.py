"""Batches: what goes together, who hears of a failure, and how it ends."""

import asyncio

import pytest

from bot.work.batches import Batches
from bot.work.errors import StoreUnavailable


class Slow:
    """Work that waits for its release, and fails where a batch holds a `bad`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.released = asyncio.Event()

    async def __call__(self, batch: list[str]) -> list[str]:
        self.batches.append(batch)
        await self.released.wait()
        if "bad" in batch:
            raise StoreUnavailable("the disk is full")
        return [item.upper() for item in batch]


async def moment() -> None:
    """Let everything that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_comes_during_a_turn_goes_together_in_the_next() -> None:
    batches = Batches(slow := Slow())
    first = [asyncio.create_task(batches.add(item)) for item in "ab"]
    await moment()
    then = [asyncio.create_task(batches.add(item)) for item in "cde"]
    await moment()
    slow.released.set()

    assert await asyncio.gather(*first, *then) == [*"ABCDE"]
    assert slow.batches == [["a", "b"], ["c", "d", "e"]]


async def test_a_failure_is_heard_by_its_whole_batch_and_by_no_other() -> None:
    batches = Batches(slow := Slow())
    failing = [asyncio.create_task(batches.add(item)) for item in ("a", "bad")]
    await moment()
    after = asyncio.create_task(batches.add("b"))
    slow.released.set()

    for outcome in await asyncio.gather(*failing, return_exceptions=True):
        assert isinstance(outcome, StoreUnavailable)
    await after


async def test_a_turn_begins_anew_after_a_rest() -> None:
    batches = Batches(slow := Slow())
    slow.released.set()
    await batches.add("a")
    await batches.add("b")

    assert slow.batches == [["a"], ["b"]]


async def test_whoever_is_cancelled_takes_nothing_back() -> None:
    batches = Batches(slow := Slow())
    waiting, cancelled = (asyncio.create_task(batches.add(item)) for item in "ab")
    await moment()
    cancelled.cancel()
    slow.released.set()

    await waiting
    assert cancelled.cancelled()
    assert slow.batches == [["a", "b"]]


async def test_closing_does_what_was_added_and_refuses_the_rest() -> None:
    batches = Batches(slow := Slow())
    added = asyncio.create_task(batches.add("a"))
    await moment()
    closing = asyncio.create_task(batches.close())
    await moment()
    with pytest.raises(StoreUnavailable, match="closed"):
        await batches.add("b")
    assert not closing.done()
    slow.released.set()

    await asyncio.gather(added, closing)
    await batches.close()
