"""Equal questions at the same time are asked once, and never answered from before they came."""

import asyncio

import pytest

from bot.github.flights import Flights


class Line:
    """Answers each question with its number, when it is told to; says who joined another."""

    def __init__(self) -> None:
        self.flights: Flights[str, int] = Flights()
        self.asked = 0
        self.joined = 0
        self.cancelled = 0
        self.answered = asyncio.Semaphore(0)
        self.failing = False

    async def ask(self, key: str = "main", *, immutable: bool = False) -> int:
        return await self.flights.share(key, self._ask, immutable=immutable, joined=self._join)

    def start(self, key: str = "main", *, immutable: bool = False) -> asyncio.Task[int]:
        return asyncio.create_task(self.ask(key, immutable=immutable))

    async def _ask(self) -> int:
        self.asked += 1
        mine = self.asked
        try:
            await self.answered.acquire()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failing:
            raise LookupError(mine)
        return mine

    def _join(self) -> None:
        self.joined += 1


@pytest.fixture
def line() -> Line:
    return Line()


async def asleep() -> None:
    """Let everything that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_equal_questions_share_one_answer(line: Line) -> None:
    tasks = [line.start() for _ in range(20)]
    line.answered.release()
    assert await asyncio.gather(*tasks) == [1] * 20
    assert (line.asked, line.joined) == (1, 19)


async def test_other_questions_are_asked(line: Line) -> None:
    tasks = [line.start("main"), line.start("release")]
    for _ in tasks:
        line.answered.release()
    assert await asyncio.gather(*tasks) == [1, 2]
    assert line.joined == 0


async def test_what_can_change_is_asked_anew_for_those_who_came_later(line: Line) -> None:
    """The answer under way may be from before the event that brought them."""
    early = line.start()
    await asleep()
    assert line.asked == 1
    late = [line.start() for _ in range(3)]
    await asleep()
    assert line.asked == 1  # the next waits, and costs nothing if nothing has changed
    line.answered.release()
    assert await early == 1
    await asleep()
    assert line.asked == 2
    later = line.start()
    await asleep()
    assert line.asked == 2
    line.answered.release()
    line.answered.release()
    assert await asyncio.gather(*[*late, later]) == [2, 2, 2, 3]


async def test_what_never_changes_is_shared_by_whoever_comes(line: Line) -> None:
    early = line.start(immutable=True)
    await asleep()
    assert line.asked == 1
    late = line.start(immutable=True)
    line.answered.release()
    assert (await early, await late) == (1, 1)


async def test_nothing_is_kept_of_an_answer(line: Line) -> None:
    for expected in (1, 2, 3):
        line.answered.release()
        assert await line.ask(immutable=True) == expected


async def test_a_fault_is_told_to_all_and_kept_for_nobody(line: Line) -> None:
    line.failing = True
    tasks = [line.start() for _ in range(3)]
    line.answered.release()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(fault) for fault in told] == [LookupError] * 3
    line.failing = False
    line.answered.release()
    assert await line.ask() == 2


async def test_cancelling_one_leaves_the_others_their_answer(line: Line) -> None:
    tasks = [line.start() for _ in range(3)]
    await asleep()
    assert line.asked == 1
    tasks[0].cancel()
    await asleep()
    line.answered.release()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert told[1:] == [1, 1]


@pytest.mark.parametrize("immutable", [False, True])
async def test_after_the_last_nothing_is_asked_and_nobody_joins(
    line: Line, immutable: bool
) -> None:
    only = line.start(immutable=immutable)
    await asleep()
    assert line.asked == 1
    only.cancel()
    await asyncio.wait([only])
    newcomer = line.start(immutable=immutable)
    await asleep()
    assert line.asked == 2
    assert line.cancelled == 1
    line.answered.release()
    assert await newcomer == 2


async def test_a_question_that_waits_can_be_given_up(line: Line) -> None:
    early = line.start()
    await asleep()
    assert line.asked == 1
    given_up = line.start()
    await asleep()
    given_up.cancel()
    await asyncio.wait([given_up])
    line.answered.release()
    assert await early == 1
    await asleep()
    assert line.asked == 1
