"""What a run costs, counted by the client as GitHub counts it, and where the budget ends it."""

import asyncio

import pytest
from msgspec import Struct

from bot.github import answers, queries
from bot.github.client import Client
from bot.github.errors import OverBudget, RateLimited
from bot.github.installations import Installations
from bot.github.tally import tallying
from tests.sandbox.stage import Stage
from tests.unit.github.conftest import Memory

REPOSITORY = "/repos/{owner}/{repo}"
SHOP = {"owner": "acme", "repo": "shop"}


class Anything(Struct):
    """Whatever a query answers."""


def make_client(stage: Stage, memory: Memory) -> Client:
    """The installation's client, as a process of its own has it."""
    installations = Installations(
        stage.session,
        stage.sandbox.api_url,
        str(stage.app.id),
        stage.app.private_key_pem,
        memory,
        clock=stage.clock,
        sleep=lambda _: asyncio.sleep(0),
    )
    return installations.client(stage.installation.id)


@pytest.fixture
async def client(stage: Stage, memory: Memory) -> Client:
    """A client that has its token already."""
    client = make_client(stage, memory)
    await client.read(answers.Branch, f"{REPOSITORY}/branches/main", **SHOP)
    stage.sandbox.requests.clear()
    return client


async def read(client: Client) -> None:
    await client.read(answers.Repository, REPOSITORY, **SHOP)


async def spend(client: Client, count: int) -> None:
    """Read what is never kept, so that it counts every time."""
    for _ in range(count):
        await client.read_bytes(REPOSITORY, 9, **SHOP)


def counted(stage: Stage) -> int:
    """What the sandbox has counted since it was last asked."""
    seen = stage.sandbox.requests[:]
    stage.sandbox.requests.clear()
    return sum(exchange.counted for exchange in seen)


async def test_the_tally_is_what_github_counts(stage: Stage, client: Client) -> None:
    with tallying() as cold:
        await read(client)
        await client.read_all(answers.PullRequest, f"{REPOSITORY}/pulls", SHOP)
    assert (cold.requests, cold.free) == (counted(stage), 0) == (2, 0)
    with tallying() as warm:
        await read(client)
        await client.read_all(answers.PullRequest, f"{REPOSITORY}/pulls", SHOP)
    assert (warm.requests, warm.free) == (counted(stage), 2) == (0, 2)


async def test_a_first_token_counts_and_is_shared_by_all_processes(
    stage: Stage, memory: Memory
) -> None:
    stage.sandbox.requests.clear()
    for expected in (2, 1, 1):
        with tallying() as tally:
            await read(make_client(stage, memory))
        assert tally.requests == counted(stage) == expected


async def test_what_leads_elsewhere_counts_as_well(stage: Stage, client: Client) -> None:
    await stage.shop.rename("store")
    with tallying() as tally:
        await read(client)
    assert tally.requests == counted(stage) == 2


async def test_a_query_counts_as_one(stage: Stage, client: Client) -> None:
    about = {"owner": "acme", "name": "shop", "number": 1}
    await stage.shop.commit("new", {"a": "1"}, from_="main")
    await stage.shop.open_pull_request("new", "main", title="New", author="alice")
    stage.sandbox.requests.clear()
    with tallying() as tally:
        await client.query(Anything, queries.READ_REVIEWS, {**about, "after": None})
    assert tally.requests == counted(stage) == 1


async def test_equal_reads_at_the_same_time_count_once(stage: Stage, client: Client) -> None:
    with tallying() as tally:
        await asyncio.gather(*(read(client) for _ in range(8)))
    assert (tally.requests, tally.shared) == (counted(stage), 7) == (1, 7)


async def test_runs_are_told_apart(client: Client) -> None:
    async def run(times: int) -> int:
        with tallying() as tally:
            await spend(client, times)
        return tally.requests + tally.shared

    two, three = await asyncio.gather(run(2), run(3))
    assert (two, three) == (2, 3)


async def test_outside_a_run_nothing_is_tallied(client: Client) -> None:
    with tallying() as tally:
        pass
    await read(client)
    assert tally.requests == 0


async def test_the_last_piece_is_used_and_then_nothing_is_sent(
    stage: Stage, client: Client
) -> None:
    stage.sandbox.limits.rate = 4
    await spend(client, 3)
    stage.sandbox.requests.clear()
    with pytest.raises(RateLimited) as caught:
        await read(client)
    assert stage.sandbox.requests == []
    stage.clock.now += caught.value.delay
    await read(client)


async def test_a_backfill_stops_at_the_reserve_before_anything_is_sent(
    stage: Stage, client: Client
) -> None:
    stage.sandbox.limits.rate = 10
    with tallying(backfill=True) as tally:
        await spend(client, 7)
        stage.sandbox.requests.clear()
        with pytest.raises(OverBudget) as caught:
            await read(client)
    assert (tally.requests, stage.sandbox.requests) == (7, [])
    await read(client)  # a live run may
    stage.clock.now += caught.value.delay
    with tallying(backfill=True):
        await read(client)


async def test_a_live_run_does_not_share_a_backfill_s_fate(stage: Stage, client: Client) -> None:
    stage.sandbox.limits.rate = 10
    await spend(client, 7)

    async def backfill() -> None:
        with tallying(backfill=True), pytest.raises(OverBudget):
            await read(client)

    await asyncio.gather(backfill(), read(client))


async def test_a_refused_token_says_nothing_of_the_limit(stage: Stage, client: Client) -> None:
    """It is told what is left to somebody without a name, from our address."""
    stage.sandbox.faults.fail("GET", "", 401)
    await read(client)
    with tallying(backfill=True):
        await read(client)
