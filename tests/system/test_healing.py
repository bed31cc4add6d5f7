"""The bot is away while things happen, and comes back; in the end nothing was missed."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from aiohttp import web

from bot.sandbox import Disorder
from bot.sandbox.exchange import Exchange
from tests.system.missed import ASKED, BLOCKED, FOUND, FREE, NO_PLAN, Story
from tests.system.world import World

HOUR = 3_600.0
LINK = "Plan: FEAT-12"


# ── ways to miss it ──────────────────────────────────────────────────────────
@asynccontextmanager
async def lost(world: World) -> AsyncIterator[None]:
    """GitHub itself loses all webhooks, and its log knows nothing of them."""
    world.sandbox.faults.webhooks.disturb(Disorder(random.Random(0), lost=1.0))
    yield
    world.sandbox.faults.webhooks.calm()


@asynccontextmanager
async def refused(world: World) -> AsyncIterator[None]:
    """Something answers in the bot's place, and takes nothing."""
    async with answering(world, 503):
        yield


@asynccontextmanager
async def answering(world: World, status: int) -> AsyncIterator[None]:
    """A server that answers every webhook so, until the block ends."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    doors = web.Application()
    doors.router.add_post("/webhook", answer)
    runner = web.AppRunner(doors, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    before, port = world.app.webhook_url, runner.addresses[0][1]
    world.app.webhook_url = f"http://127.0.0.1:{port}/webhook"
    try:
        yield
        await world.sandbox.settled()
    finally:
        world.app.webhook_url = before
        await runner.cleanup()


Away = Callable[[World], AbstractAsyncContextManager[None]]


async def tell(world: World, story: Story, away: Away) -> None:
    """What happens while the bot is away ends as if it had been there; it writes nothing else."""
    telling = story(world)
    async with world.bot():
        bystander = await world.pull({"docs/by.txt": "1\n"}, branch="bystander")
        pull, verdict = await anext(telling)
        assert await world.verdict(pull) == verdict
        await world.check(bystander)
    world.clock.now += 60
    async with away(world):
        pull, verdict = await anext(telling)
        await world.sandbox.settled()
    since = len(world.sandbox.requests)
    async with world.bot():
        assert await world.verdict(pull) == verdict
    written = [exchange.request_body.get("head_sha") for exchange in check_writes(world, since)]
    assert bystander.head_sha not in written


def check_writes(world: World, since: int) -> list[Exchange]:
    """The check runs that were written."""
    return [
        exchange
        for exchange in world.sandbox.requests[since:]
        if exchange.method != "GET" and "/check-runs" in exchange.path
    ]


def never_handed_over(world: World) -> set[str]:
    """The events of the deliveries of which the bot has had no attempt."""
    good = {each.guid for each in world.sandbox.deliveries if each.succeeded}
    return {
        f"{each.event}.{each.action}" if each.action else each.event
        for each in world.sandbox.deliveries
        if each.guid not in good
    }


def attempts(world: World) -> list[int]:
    """The deliveries that the bot asked for again, in order, by the number in the log."""
    asked = [request.path.split("/") for request in world.sandbox.requests]
    return [int(path[-2]) for path in asked if path[-1] == "attempts"]


async def pass_time(world: World, seconds: float = HOUR) -> None:
    """Time goes by, and all that was due by then is done."""
    world.clock.now += seconds
    world.parts.store.wake.set()
    await asyncio.sleep(0.05)
    await world.settle()


# ── found by comparing ───────────────────────────────────────────────────────
@pytest.mark.parametrize("story", FOUND)
async def test_what_github_lost_is_found_by_comparing(github: World, story: str) -> None:
    await tell(github, FOUND[story], lost)


async def test_it_is_found_within_the_hour_without_a_restart(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    async with lost(world):
        await world.plan_on_main()
        await world.settle()
    await pass_time(world)
    assert await world.verdict(pull) == BLOCKED


async def test_a_push_is_found_though_a_later_one_was_heard_of(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    async with lost(world):
        await world.plan_on_main(status="Approved")
    await world.shop.commit("main", {"README.md": "# Later\n"})
    assert await world.verdict(pull) == FREE


async def test_what_has_not_changed_costs_nothing(world: World) -> None:
    """But for the log itself, and a token when the old one is over."""
    for number in range(12):
        repo = world.repository(f"acme/depot-{number}")
        await world.code_in(repo, body="")
    for _ in range(3):
        await pass_time(world)
    since = len(world.sandbox.requests)
    await pass_time(world)
    requests = world.sandbox.requests[since:]
    assert len([request for request in requests if request.query.get("state") == "open"]) == 13
    counted = {request.path.rpartition("/")[2] for request in requests if request.counted}
    assert counted <= {"access_tokens", "deliveries"}


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_becomes_of_the_webhooks_an_hour_later_all_is_right(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    status = "Draft"
    await world.plan_on_main()
    bodies = {await world.code_pull(branch=f"patch-{number}"): LINK for number in range(3)}
    world.sandbox.faults.webhooks.disturb(Disorder(chance, lost=0.3, doubled=0.2, late=0.4))
    for _ in range(15):
        world.clock.now += 5
        pull = chance.choice([*bodies])
        match chance.choice(["plan", "words", "push"]):
            case "plan":
                status = chance.choice(["Draft", "Approved"])
                await world.plan_on_main(status=status)
            case "words":
                bodies[pull] = chance.choice([LINK, "Nothing."])
                await pull.edit(body=bodies[pull])
            case _:
                branch = f"patch-{[*bodies].index(pull)}"
                await world.shop.commit(branch, {"src/more.py": f"print({chance.random()})\n"})
    world.sandbox.faults.webhooks.calm()
    await pass_time(world)
    linked = FREE if status == "Approved" else BLOCKED
    expected = [linked if body == LINK else NO_PLAN for body in bodies.values()]
    assert [await world.verdict(pull) for pull in bodies] == expected


async def test_a_repository_that_cannot_be_read_keeps_no_other_from_it(world: World) -> None:
    depot = world.repository("acme/depot")
    await world.plan_on_main()
    await world.plan_on_main(repo=depot)
    here, there = await world.code_pull(), await world.code_in(depot)
    assert [await world.verdict(pull) for pull in (here, there)] == [BLOCKED, BLOCKED]
    async with lost(world):
        await world.plan_on_main(status="Approved")
        await world.plan_on_main(status="Approved", repo=depot)
    world.sandbox.faults.fail("GET", "/acme/shop/pulls$", status=403)
    await pass_time(world)
    assert [await world.verdict(pull) for pull in (here, there)] == [BLOCKED, FREE]
    await pass_time(world)
    assert await world.verdict(here) == FREE


async def test_a_fault_that_was_shown_is_mended_by_itself(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    world.sandbox.faults.fail("GET", f"/pulls/{pull.number}/reviews|/compare/", 403, times=100)
    await world.shop.commit("patch-1", {"src/more.py": "1\n"})
    assert (await world.check(pull)).title == "Could not evaluate"
    world.sandbox.faults.clear()
    await pass_time(world)
    assert await world.verdict(pull) == FREE


async def test_in_an_archived_repository_nothing_is_looked_for(world: World) -> None:
    pull = await world.code_pull()
    await world.check(pull)
    await world.shop.archive()
    await pass_time(world)
    since = len(world.sandbox.requests)
    await pass_time(world)
    paths = [request.path for request in world.sandbox.requests[since:]]
    assert "/installation/repositories" in paths
    assert not [path for path in paths if path.startswith("/repos/")]


async def test_a_suspended_installation_is_left_alone(world: World) -> None:
    await world.settle()
    world.sandbox.suspend(world.installation)
    await pass_time(world)
    await pass_time(world)
    last = world.sandbox.requests[-3:]
    assert not [request for request in last if request.path.startswith("/installation")]


# ── asked for again ──────────────────────────────────────────────────────────
@pytest.mark.parametrize("story", FOUND | ASKED)
async def test_what_was_refused_is_asked_for_again(github: World, story: str) -> None:
    await tell(github, (FOUND | ASKED)[story], refused)
    assert never_handed_over(github) <= {"check_run.created", "check_run.completed"}


async def test_a_merge_group_that_found_nobody_at_home_merges(github: World) -> None:
    async with github.bot():
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        assert await github.verdict(pull) == FREE
    await github.shop.enqueue(pull)
    async with github.bot():
        await github.settle()
    assert pull.merged


async def test_buttons_that_found_nobody_at_home_are_heard_of(github: World) -> None:
    async with github.bot():
        pull = await github.code_pull()
        run = await github.check(pull)
    await github.sandbox.rerequest_check_run(run)
    await github.sandbox.rerequest_check_suite(github.shop, pull.head_sha)
    await github.sandbox.settled()
    assert never_handed_over(github) == {"check_run.rerequested", "check_suite.rerequested"}
    async with github.bot():
        await github.settle()
    assert never_handed_over(github) == set()


async def test_what_changes_nothing_is_not_asked_for(github: World) -> None:
    github.app.webhook_url = "http://127.0.0.1:9/webhook"
    github.sandbox.ping(github.app)
    await github.sandbox.settled()
    async with github.bot():
        await github.settle()
    assert attempts(github) == []


async def test_of_many_the_oldest_come_first_and_none_twice(github: World) -> None:
    async with github.bot():
        pull = await github.code_pull()
        await github.settle()
    for number in range(120):
        await pull.comment(f"Comment {number}")
    await github.sandbox.settled()
    async with github.bot():
        await github.settle()
        asked = attempts(github)
        await pass_time(github)
    assert len(asked) == 120
    assert asked == sorted(asked)
    assert attempts(github) == asked
    assert never_handed_over(github) == set()


async def test_what_is_never_taken_is_asked_for_less_and_less_often(world: World) -> None:
    pull = await world.code_pull()
    await world.settle()
    async with answering(world, 500):
        await pull.comment("Nobody can read this")
        await world.sandbox.settled()
        hours: list[int] = []
        for hour in range(30):
            await pass_time(world)
            hours += [hour] * (len(attempts(world)) - len(hours))
    assert hours == [0, 1, 5, 21]
    await pass_time(world)
    assert len(attempts(world)) == 4


async def test_while_github_wants_silence_nothing_is_asked_for(github: World) -> None:
    async with github.bot():
        pull = await github.code_pull()
        await github.settle()
    await pull.comment("Nobody is at home")
    await github.sandbox.settled()
    github.sandbox.faults.rate_limit("secondary", retry_after=900, path="/attempts$")
    async with github.bot():
        await github.settle()
    refused_at, taken_at = [
        request for request in github.sandbox.requests if request.path.endswith("/attempts")
    ]
    assert (refused_at.status, taken_at.status) == (403, 202)
    assert never_handed_over(github) == set()
