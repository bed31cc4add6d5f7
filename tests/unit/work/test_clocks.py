"""Clocks that go on evenly, whatever is done to the machine's."""

from sqlalchemy import Connection, text

from bot.work.clocks import LOOK_EVERY, DatabaseClock, steady
from bot.work.postgres import open_postgres
from tests.unit.work.conftest import Clock


def test_a_steady_clock_begins_with_the_machines_and_is_not_set_with_it() -> None:
    wall, monotonic = Clock(), Clock()
    wall.now, monotonic.now = 1_000_000.0, 50.0
    clock = steady(wall, monotonic)
    assert clock() == 1_000_000

    wall.now -= 3_600
    monotonic.now += 5
    assert clock() == 1_000_005


async def test_the_servers_clock_is_looked_at_now_and_then_and_carried_between(
    postgres: str,
) -> None:
    database = await open_postgres(postgres)
    monotonic = Clock()
    clock = DatabaseClock(monotonic)

    async def looked() -> bool:
        """Whether the clock shows what the server's did between before the look and after it."""
        before = await database.run(shown)
        await database.run(clock.look)
        return before <= clock() <= await database.run(shown)

    assert await looked()
    first = clock()
    monotonic.now += LOOK_EVERY - 1
    assert clock() == first + LOOK_EVERY - 1
    assert not await looked(), "it is too early to look again"
    monotonic.now += 1
    assert await looked()
    await database.close()


def shown(connection: Connection) -> float:
    now: float = connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float"))
    return now
