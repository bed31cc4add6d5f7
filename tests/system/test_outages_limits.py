"""GitHub asks for silence, in each of its ways: it gets what it asks for, and then all goes on.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import asyncio
from typing import Literal

import pytest

from bot.sandbox.exchange import Exchange
from bot.work.model import State
from tests.system.outages import BLOCKED, FREE, HOUR, row_of
from tests.system.test_provenance import ENFORCE, approve
from tests.system.world import World

MINUTE = 60.0


def refusals(world: World) -> list[Exchange]:
    """The answers by which GitHub has asked for silence."""
    return [one for one in world.sandbox.requests if one.status in {403, 429}]


@pytest.mark.parametrize(
    ("kind", "status", "retry_after", "silence"),
    [
        ("primary", 403, 1_200, 1_200.0),
        ("primary", 429, 1_200, 1_200.0),
        ("secondary", 403, 90, 90.0),
        ("secondary", 429, 90, 90.0),
        ("secondary", 403, None, MINUTE),  # the least that the documentation asks for
        ("secondary", 429, None, MINUTE),
    ],
)
@pytest.mark.parametrize("path", ["/pulls", "/check-runs$"])
async def test_each_kind_of_silence_is_kept(
    world: World,
    kind: Literal["primary", "secondary"],
    status: Literal[403, 429],
    retry_after: int | None,
    silence: float,
    path: str,
) -> None:
    await world.plan_on_main()
    await world.settle()
    began = world.clock.now
    world.sandbox.faults.rate_limit(kind, 1, retry_after, status=status, path=path)
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    assert began + silence <= world.clock.now < began + silence + MINUTE
    assert len(refusals(world)) == 1  # it is not asked twice
    row = await row_of(world)
    assert (row.state, row.attempts) == (State.IDLE, 0)  # nobody's failure


@pytest.mark.parametrize("says", ["nothing is left", "a field is limited"])
async def test_graphql_asks_for_it_with_200(world: World, says: str) -> None:
    """https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api"""
    await world.configure(ENFORCE)
    await approve(world)
    await world.settle()
    began = world.clock.now
    if says == "nothing is left":
        world.sandbox.faults.rate_limit("primary", 1, 1_200, path="/graphql$")
    else:
        world.sandbox.faults.break_field(
            "repository.object.blame", "API rate limit exceeded", "RATE_LIMITED"
        )
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    assert world.clock.now >= began + MINUTE
    assert refusals(world) == []
    row = await row_of(world)
    assert (row.state, row.attempts) == (State.IDLE, 0)


async def test_where_the_hour_is_used_up_in_the_middle_the_next_one_goes_on(world: World) -> None:
    await world.plan_on_main()
    await world.settle()
    used = sum(one.counted for one in world.sandbox.requests if "/app" not in one.path)
    world.sandbox.limits.rate = used + 12
    began = world.clock.now
    pulls = [
        await world.pull(
            {f"src/{number}.py": "1\n"}, branch=f"patch-{number}", body="Plan: FEAT-12"
        )
        for number in range(6)
    ]
    assert [await world.verdict(pull) for pull in pulls] == [BLOCKED] * 6
    assert world.clock.now >= began + HOUR - MINUTE
    assert all(len(pull.comments) == 1 for pull in pulls)
    assert all(row.attempts == 0 for row in await world.parts.store.rows())


async def test_one_installation_in_silence_keeps_no_other_waiting(world: World) -> None:
    await world.plan_on_main()
    depot = world.repository("globex/depot")
    world.sandbox.install(world.app, "globex")
    await world.plan_on_main(repo=depot)
    await world.settle()
    began = world.clock.now
    world.sandbox.faults.rate_limit("primary", 1, 1_200, path="/acme/shop/")
    here, there = await world.code_pull(), await world.code_in(depot)
    while not there.check_runs("Plan gate"):
        world.parts.store.wake.set()
        await asyncio.sleep(0.005)
    assert world.clock.now < began + MINUTE
    assert here.check_runs("Plan gate") == []
    assert [await world.verdict(pull) for pull in (here, there)] == [BLOCKED, BLOCKED]
