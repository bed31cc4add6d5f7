"""What we remember of our own check runs and comments is never more than what stands on GitHub."""

import asyncio
from collections.abc import Callable
from typing import cast

import aiohttp
import pytest
from yarl import URL

from bot.sandbox.exchange import Exchange
from bot.sandbox.pull_request import PullRequest
from bot.work.model import Claim
from bot.work.store import WorkStore
from tests.system.world import World

FREE = ("success", "FEAT-12 is Approved")
NO_SUCH_PLAN = ("failure", "FEAT-404 is not on main yet")
DAY = 24 * 3_600.0


def listed(world: World, what: str, since: int = 0) -> int:
    """How often GitHub was asked for what stands."""
    asked = world.sandbox.requests[since:]
    return sum(one.method == "GET" and one.path.endswith(f"/{what}") for one in asked)


async def test_what_was_written_is_not_read_again(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    since = len(world.sandbox.requests)
    for body, verdict in [("Plan: FEAT-404", NO_SUCH_PLAN), ("Plan: FEAT-12", FREE)] * 2:
        await pull.edit(body=body)
        assert await world.verdict(pull) == verdict
    assert listed(world, "check-runs", since) == listed(world, "comments", since) == 0
    assert len(pull.comments) == 1


async def test_it_is_not_read_after_a_restart_either(github: World) -> None:
    async with github.bot():
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        assert await github.verdict(pull) == FREE
    since = len(github.sandbox.requests)
    async with github.bot():
        await pull.edit(title="Look again")
        assert await github.verdict(pull) == FREE
    assert listed(github, "check-runs", since) == listed(github, "comments", since) == 0
    assert len(pull.check_runs("Plan gate")) == 1


async def test_it_is_believed_for_a_day(world: World) -> None:
    """Whatever may have happened to what stands, or to what we remember: it heals."""
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    run = await world.check(pull)
    run.conclusion = "failure"
    world.clock.now += DAY + 1
    await pull.edit(title="Look again")
    assert await world.verdict(pull) == FREE


async def test_a_write_of_which_nothing_was_heard_is_not_taken_for_undone(world: World) -> None:
    """The red was written, but GitHub said that it failed; before the next try, all is well again.

    To remember the green from before would leave the red for ever.
    """
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE

    def mend(seen: object) -> None:
        if isinstance(seen, Exchange) and seen.status == 502:
            pull.record.body = "Plan: FEAT-12"

    world.sandbox.observers.append(mend)
    world.sandbox.faults.fail("POST", "/check-runs$", applied=True)
    await pull.edit(body="Plan: FEAT-404")
    assert await world.verdict(pull) == FREE
    found = [run.conclusion for run in pull.check_runs("Plan gate")]
    assert sorted(map(str, found)) == ["failure", "success", "success"]


@pytest.mark.parametrize("whole_suite", [False, True])
async def test_a_check_that_github_has_reset_is_written_again(
    world: World, whole_suite: bool
) -> None:
    """Whoever asks for a new run may leave the old one without a conclusion."""
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    run = await world.check(pull)
    run.status, run.conclusion, run.completed_at = "queued", None, None
    if whole_suite:
        await world.sandbox.rerequest_check_suite(world.shop, pull.head_sha)
    else:
        await world.sandbox.rerequest_check_run(run)
    assert await world.verdict(pull) == FREE


class Losing:
    """A store by which the run that has just written *red* has lost its claim to another one.

    That one came between: it saw the pull request as it was before, and remembers what it wrote.
    """

    def __init__(self, store: WorkStore, world: World) -> None:
        self._store = store
        self._world = world
        self.green: tuple[str, bytes] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def owns(self, claim: Claim) -> bool:
        newest = self._world.shop.pulls[0].check_runs("Plan gate")
        if self.green is None or newest[0].conclusion == "success":
            return await self._store.owns(claim)
        key, entry = self.green
        self.green = None
        await self._world.parts.ledger.keep("check", key, entry)
        self._world.shop.pulls[0].record.body = "Plan: FEAT-12"
        return False


async def test_a_write_that_came_too_late_is_looked_at_again(github: World) -> None:
    """Nobody knows which of the two stands above, so nothing is remembered."""
    stores: list[Losing] = []

    def losing(store: WorkStore) -> WorkStore:
        stores.append(Losing(store, github))
        return cast(WorkStore, stores[0])

    async with github.bot(guard=losing):
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        assert await github.verdict(pull) == FREE
        key = f"acme/shop {pull.head_sha}"
        entry = await github.parts.ledger.recall("check", key)
        assert entry is not None
        stores[0].green = (key, entry)
        await pull.edit(body="Plan: FEAT-404")
        assert await github.verdict(pull) == FREE
    assert stores[0].green is None


# ── what is under way while another run writes ───────────────────────────────
class Overtaken:
    """Of the POSTs to a path, the first is cut off, and arrives after the second all the same.

    So may one whose process died in the middle.
    """

    def __init__(self, path: str, cut: Callable[[], None]) -> None:
        self._path = path
        self._cut = cut
        self._late: asyncio.Task[None] | None = None
        self._second = asyncio.Event()

    def connect(self) -> aiohttp.ClientSession:
        """A session with GitHub in which this happens."""

        async def overtaken(
            request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            if request.method != "POST" or not request.url.path.endswith(self._path):
                return await handler(request)
            if self._late is None:
                assert isinstance(request.body, aiohttp.BytesPayload)
                arriving = self._arrive(request.url, dict(request.headers), request.body)
                self._late = asyncio.create_task(arriving)
                self._cut()
                raise aiohttp.ServerDisconnectedError
            answer = await handler(request)
            self._second.set()
            await asyncio.wait_for(asyncio.shield(self._late), 10)
            return answer

        return aiohttp.ClientSession(middlewares=(overtaken,))

    async def _arrive(
        self, url: URL, headers: dict[str, str], content: aiohttp.BytesPayload
    ) -> None:
        await self._second.wait()
        async with aiohttp.ClientSession() as session:
            await session.post(url, headers=headers, data=content)


async def overtake(github: World, path: str) -> PullRequest:
    """A draft of one plan is linked while it is written that another one is missing."""
    await github.plan_on_main("FEAT-13", "Draft")
    pull = await github.code_pull("Plan: FEAT-404")

    def reword() -> None:
        pull.record.body = "Plan: FEAT-13"

    async with github.bot(connect=Overtaken(path, reword).connect):
        await pull.edit(title="Look")
        await github.settle()
    return pull


async def test_a_check_that_arrives_late_is_not_left_above_a_newer_one(github: World) -> None:
    pull = await overtake(github, "/check-runs")
    titles = [str(run.title) for run in pull.check_runs("Plan gate")]
    newest, late, _ = titles
    assert "FEAT-404 is not on main yet" in late
    assert "FEAT-13 is Draft" in newest


async def test_a_comment_that_arrives_late_does_not_stay_beside_another(github: World) -> None:
    pull = await overtake(github, "/issues/1/comments")
    (comment,) = pull.comments
    assert "FEAT-13" in comment.body


# ── comments ─────────────────────────────────────────────────────────────────
async def test_a_comment_that_somebody_deleted_comes_back_with_the_next_verdict(
    world: World,
) -> None:
    pull = await world.code_pull("Plan: FEAT-404")
    await world.settle()
    await pull.delete_comment(pull.comments[0], by="maya")
    await pull.edit(body="No plan")
    await world.settle()
    (comment,) = pull.comments
    assert "No plan linked" in comment.body
    # It is remembered in place of the one that was deleted.
    await pull.edit(body="Plan: FEAT-404")
    await world.settle()
    assert [one.id for one in pull.comments] == [comment.id]


async def test_a_deleted_comment_is_not_made_anew_to_say_that_all_is_well(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull("Plan: FEAT-404")
    await world.settle()
    await pull.delete_comment(pull.comments[0], by="maya")
    await pull.edit(body="Plan: FEAT-12")
    assert await world.verdict(pull) == FREE
    assert pull.comments == []
    await pull.edit(body="Plan: FEAT-404")
    await world.settle()
    assert len(pull.comments) == 1
