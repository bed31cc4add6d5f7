"""Nothing is in doubt but where a write was begun, and for no longer than one can take."""

from itertools import count

import pytest

from bot.gate.verdict import Conclusion
from bot.github.standing import UNDER_WAY, Standing
from bot.report.check_run import CheckRun
from tests.unit.github.conftest import Memory

SHA = "a" * 40
RUN = CheckRun("pull o/r#1", Conclusion.FAILURE, "No plan linked", "Words", ())


class Ticking:
    """A clock that goes on whenever somebody looks at it."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._looks = count()

    def __call__(self) -> float:
        return 1_000.0 + self.ahead + next(self._looks) / 1_000


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


async def test_a_run_that_finds_nothing_begun_is_settled_at_once(clock: Ticking) -> None:
    standing = Standing(Memory(), "o/r", clock)
    assert await standing.check(SHA) is None
    await standing.begin_check(SHA)
    await standing.keep_check(SHA, RUN)
    assert standing.settles_in() == 0.0
    again = await standing.check(SHA)
    assert again is not None
    assert again.says(RUN)


async def test_what_another_run_has_begun_is_in_doubt_for_a_minute(clock: Ticking) -> None:
    memory = Memory()
    await Standing(memory, "o/r", clock).begin_check(SHA)
    clock.ahead += 10
    second = Standing(memory, "o/r", clock)
    assert await second.check(SHA) is None
    assert UNDER_WAY - 11 < second.settles_in() < UNDER_WAY - 9
    await second.begin_check(SHA)
    await second.keep_check(SHA, RUN)  # and the first one's may still come above it
    clock.ahead += UNDER_WAY - 10
    third = Standing(memory, "o/r", clock)
    assert await third.check(SHA) is None
    assert third.settles_in() == 0.0
    await third.keep_check(SHA, RUN)
    assert await third.check(SHA) is not None


async def test_a_write_that_a_clock_ahead_has_begun_is_in_doubt_no_longer(clock: Ticking) -> None:
    memory = Memory()
    clock.ahead = 1e6
    await Standing(memory, "o/r", clock).begin_check(SHA)
    clock.ahead = 0
    standing = Standing(memory, "o/r", clock)
    await standing.begin_check(SHA)
    assert 0 < standing.settles_in() <= UNDER_WAY
