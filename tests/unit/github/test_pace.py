"""Requests stay inside the secondary limits: at once, apart, and so many in a time."""

import asyncio

import pytest

from bot.github.errors import Postponed
from bot.github.pace import AT_ONCE, Pace
from bot.github.request import Request
from bot.github.tally import tallying

READ = Request("GET", "/x", "/repos/{owner}/{repo}", {})
COMMENT = Request("POST", "/x", "/repos/{owner}/{repo}/issues/{number}/comments", {}, b"{}")
EDIT = Request("PATCH", "/x", "/repos/{owner}/{repo}/issues/comments/{id}", {}, b"{}")
TOKEN = Request("POST", "/x", "/app/installations/{id}/access_tokens", {}, b"{}")
QUERY = Request("POST", "/x", "GraphQL ReadBlame", {}, b"{}", resource="graphql")


class Town:
    """Time that moves by sleeping, the places of all, and installations that send at once."""

    def __init__(self, places: int = 80) -> None:
        self.now = 1_000_000.0
        self.places = asyncio.Semaphore(places)
        self.sent: list[float] = []
        self.under_way = 0
        self.most = 0

    def pace(self) -> Pace:
        return Pace(self.places, lambda: self.now, self._sleep)

    async def send(self, pace: Pace, request: Request, *, limited: bool = True) -> None:
        async with pace.turn(request, limited=limited):
            self.sent.append(self.now)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            for _ in range(3):
                await asyncio.sleep(0)
            self.under_way -= 1

    async def burst(self, pace: Pace, request: Request, count: int) -> None:
        await asyncio.gather(*(self.send(pace, request) for _ in range(count)))

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def town() -> Town:
    return Town()


async def test_an_installation_has_so_many_requests_at_once(town: Town) -> None:
    began = town.now
    await town.burst(town.pace(), READ, 100)
    assert town.most == AT_ONCE
    assert town.now == began  # a burst of reads waits for places alone


async def test_so_have_all_together() -> None:
    town = Town(places=30)
    paces = [town.pace() for _ in range(5)]
    await asyncio.gather(*(town.burst(pace, READ, 20) for pace in paces))
    assert town.most == 30


async def test_writes_go_one_at_a_time_a_second_apart(town: Town) -> None:
    pace = town.pace()
    await asyncio.gather(*(town.send(pace, request) for request in (COMMENT, EDIT, COMMENT)))
    assert town.most == 1
    assert [at - town.sent[0] for at in town.sent] == [0.0, 1.0, 2.0]


async def test_a_backfill_lets_live_writes_go_before(town: Town) -> None:
    pace, order = town.pace(), []

    async def write(name: str, *, backfill: bool) -> None:
        with tallying(backfill=backfill):
            await town.send(pace, COMMENT)
        order.append((name, town.now))

    began = town.now
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(write(f"backfill {number}", backfill=True))
        for _ in range(4):
            await asyncio.sleep(0)
        for number in range(2):
            group.create_task(write(f"live {number}", backfill=False))
    assert [name for name, _ in order] == [
        "backfill 0",
        "live 0",
        "live 1",
        "backfill 1",
        "backfill 2",
    ]
    assert [at - began for at in town.sent] == [0.0, 1.0, 2.0, 4.0, 6.0]


async def test_a_backfill_leaves_places_to_the_live(town: Town) -> None:
    pace = town.pace()
    with tallying(backfill=True):
        await town.burst(pace, READ, 100)
    assert town.most == AT_ONCE * 4 // 5


async def test_a_write_that_comes_later_does_not_wait(town: Town) -> None:
    pace = town.pace()
    await town.send(pace, COMMENT)
    town.now += 5.0
    began = town.now
    await town.send(pace, COMMENT)
    assert town.now == began


async def test_another_installation_s_writes_wait_for_nobody(town: Town) -> None:
    one, other = town.pace(), town.pace()
    await asyncio.gather(town.send(one, COMMENT), town.send(other, COMMENT))
    assert town.sent[0] == town.sent[1]


async def test_a_write_that_fails_lets_the_next_go_on(town: Town) -> None:
    pace = town.pace()
    with pytest.raises(LookupError):
        async with pace.turn(COMMENT, limited=True):
            raise LookupError
    began = town.now
    await town.send(pace, COMMENT)
    assert town.now - began == 1.0


@pytest.mark.parametrize("request_", [READ, QUERY, TOKEN])
async def test_what_changes_nothing_that_people_see_is_not_spaced(
    town: Town, request_: Request
) -> None:
    began = town.now
    await town.burst(town.pace(), request_, 20)
    assert town.now == began


async def test_where_github_sets_no_limits_only_places_are_waited_for(town: Town) -> None:
    pace, began = town.pace(), town.now
    await asyncio.gather(*(town.send(pace, COMMENT, limited=False) for _ in range(1_000)))
    assert (town.now, town.most) == (began, AT_ONCE)


async def refused(town: Town, pace: Pace, request: Request, *, backfill: bool = False) -> str:
    """Which error a request ends in, with the seconds to wait."""
    with (
        tallying(backfill=backfill),
        pytest.raises(Postponed, match="secondary") as caught,
    ):
        await town.send(pace, request)
    return f"{caught.type.__name__} {caught.value.delay:.0f}"


async def test_a_minute_has_room_for_900_points(town: Town) -> None:
    pace = town.pace()
    await town.burst(pace, READ, 720)
    assert await refused(town, pace, READ, backfill=True) == "OverBudget 60"
    await town.burst(pace, READ, 180)
    assert await refused(town, pace, READ) == "RateLimited 60"
    assert await refused(town, pace, EDIT) == "RateLimited 60"
    await town.send(pace, QUERY)  # counts elsewhere
    assert len(town.sent) == 901


async def test_what_is_short_is_waited_out(town: Town) -> None:
    pace = town.pace()
    await town.burst(pace, READ, 900)
    town.now += 58.0
    began = town.now
    await town.send(pace, READ)
    assert town.now - began == 2.0


async def test_an_hour_has_room_for_500_new_comments_and_checks(town: Town) -> None:
    pace = town.pace()
    for _ in range(400):
        await town.send(pace, COMMENT)
    assert await refused(town, pace, COMMENT, backfill=True) == "OverBudget 3199"
    for _ in range(100):
        await town.send(pace, COMMENT)
    assert await refused(town, pace, COMMENT) == "RateLimited 3099"
    await town.send(pace, EDIT)
    await town.send(pace, READ)
    town.now += 3_100.0
    await town.send(pace, COMMENT)


async def test_a_clock_that_is_set_back_does_not_block(town: Town) -> None:
    pace = town.pace()
    for _ in range(170):
        await town.send(pace, COMMENT)
    town.now -= 1e6
    began = town.now
    await town.burst(pace, READ, 100)
    await town.send(pace, COMMENT)
    assert town.now == began
