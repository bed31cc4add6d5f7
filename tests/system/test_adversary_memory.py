"""What is remembered in place of being asked is out of date, or about something else by now."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from bot.app import opened
from bot.github.errors import OverBudget
from bot.github.tally import tallying
from bot.runner import SubjectRunner
from bot.subject import PullSubject, PushSubject, Subject
from bot.work.model import Claim
from bot.work.store import WorkStore
from tests.in_process import InProcess
from tests.plan_text import plan_text
from tests.system.world import CODE, World

UNLINKED = ("failure", "No plan linked")
FREE = ("success", "FEAT-12 is Approved")


# ── pull requests with one head ──────────────────────────────────────────────
class Late:
    """A store by which a run has to wait for the lock of its head until another has ended."""

    def __init__(self, store: WorkStore) -> None:
        self._store = store
        self.late = False
        self.waiting = asyncio.Event()
        self.ended = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        if self.late:
            self.late = False
            self.waiting.set()
            await self.ended.wait()
        async with self._store.lock(name):
            yield

    async def finish(self, claim: Claim) -> bool:
        if self.waiting.is_set() and claim.key == "pull acme/shop#1":
            self.ended.set()
        return await self._store.finish(claim)


async def test_whoever_waited_for_its_turn_does_not_write_what_it_saw_before(
    github: World,
) -> None:
    """The exemption of the one ends while a run of the other, which saw it, waits to write."""
    stores: list[Late] = []

    def late(store: WorkStore) -> WorkStore:
        stores.append(Late(store))
        return cast(WorkStore, stores[0])

    async with github.bot(guard=late):
        await github.plan_on_main(status="Approved")
        first = await github.code_pull(None)
        await github.shop.create_branch("side")
        second = await github.shop.open_pull_request(
            "patch-1", "side", title="x", body="Plan: FEAT-12", author="mallory"
        )
        assert await github.verdict(first) == ("failure", "#1: No plan linked")
        github.clock.now += 60
        await first.comment("/plan-exempt The shop is down", author="maya")
        assert (await github.check(first)).conclusion == "success"
        github.clock.now += 60

        stores[0].late = True
        await second.edit(title="Look again")
        await asyncio.wait_for(stores[0].waiting.wait(), 10)
        await first.comment("/plan-exempt off", author="maya")
        assert await github.verdict(first) == ("failure", "#1: No plan linked")
        assert stores[0].ended.is_set()


async def test_one_that_has_moved_on_blocks_nobody_there(world: World) -> None:
    """Nothing is ever said of the one that stays behind: who leaves has to think of it."""
    await world.plan_on_main(status="Approved")
    await world.shop.commit("stays", CODE, from_="main")
    await world.shop.create_branch("moves", from_="stays")
    stays = await world.shop.open_pull_request("stays", title="x", body="Plan: FEAT-12")
    moves = await world.shop.open_pull_request("moves", title="x")
    assert await world.verdict(stays) == (UNLINKED[0], f"#{moves.number}: {UNLINKED[1]}")
    await world.shop.commit("moves", {"src/more.py": "1\n"})
    assert await world.verdict(moves) == UNLINKED
    assert await world.verdict(stays) == FREE


async def test_a_new_check_of_what_the_default_branch_has(world: World) -> None:
    """Of its commits GitHub names the merged pull requests alone."""
    await world.configure('gate: {base_branches: ["release/*"]}\n')
    await world.plan_on_main(status="Approved")
    await world.shop.create_branch("release/1")
    await world.shop.commit("main", CODE)
    await world.shop.create_branch("next")
    pull = await world.shop.open_pull_request(
        "next", "release/1", title="Release", body="Plan: FEAT-12"
    )
    run = await world.check(pull)
    run.status, run.conclusion, run.completed_at = "queued", None, None
    await world.sandbox.rerequest_check_run(run)
    assert await world.verdict(pull) == FREE


# ── names ────────────────────────────────────────────────────────────────────
async def test_what_stood_under_a_name_that_comes_back(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull(None)
    assert await world.verdict(pull) == UNLINKED
    await world.shop.rename("store")
    await pull.edit(body="Plan: FEAT-12")
    assert await world.verdict(pull) == FREE
    world.sandbox.faults.webhooks.hold()
    await world.shop.rename("shop")
    await pull.edit(body="")
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(pull) == UNLINKED


# ── pushes ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_is_made_a_plan_while_somebody_changes_it(world: World, at_once: bool) -> None:
    """Git carries the change of a moved file to where it is: Approved would come with it."""
    await world.plan_on_main(status="Approved")
    await world.shop.commit("main", {"docs/draft.md": plan_text("FEAT-77")})
    sneaky = await world.pull(
        {"docs/draft.md": plan_text("FEAT-77", "Approved")}, body="Plan: FEAT-12"
    )
    assert (await world.check(sneaky)).conclusion == "success"
    moves: list[dict[str, str | None]] = [
        {"docs/draft.md": None},
        {"plans/FEAT-77.md": plan_text("FEAT-77")},
    ]
    for files in [moves[0] | moves[1]] if at_once else moves:
        await world.shop.commit("main", files)
        await world.settle()
    assert (await world.check(sneaky)).conclusion == "failure"


async def test_a_commit_that_github_does_not_find_at_once(world: World) -> None:
    """It is no history of its own: of that what is removed would be no change."""
    await world.shop.commit("main", CODE)
    await world.settle()
    world.sandbox.faults.fail("GET", "/compare/", status=404)
    pull = await world.pull(dict.fromkeys(CODE))
    assert await world.verdict(pull) == UNLINKED


# ── budgets ──────────────────────────────────────────────────────────────────
async def test_a_backfill_waits_rather_than_leave_out_what_is_shown(github: World) -> None:
    """Else it would write each check anew, without a word of who approved its plan."""
    github.sandbox.limits.graphql_points = 5  # of which one is the reserve
    async with opened(
        github.settings, clock=github.clock, sleep=github.clock.sleep, offloading=InProcess
    ) as base:

        async def judge(plan: str, *, backfill: bool) -> None:
            await github.plan_on_main(plan, "Approved")
            pull = await github.code_pull(f"Plan: {plan}", branch=plan)
            subject = PullSubject("acme/shop", pull.number)
            claim = Claim(subject.key, github.installation.id, 1, 0, backfill, "")
            with tallying(backfill=backfill):
                await base.runner.run(subject, claim, lambda: asyncio.sleep(0))

        for plan in ("FEAT-1", "FEAT-2"):  # each takes two: blame, and the pull requests
            await judge(plan, backfill=False)
        with pytest.raises(OverBudget):
            await judge("FEAT-3", backfill=True)


# ── processes ────────────────────────────────────────────────────────────────
async def test_a_policy_that_another_process_was_told_of(github: World) -> None:
    """There was no `.github` repository a moment ago, as far as this process knows."""
    async with opened(github.settings, clock=github.clock, offloading=InProcess) as base:
        there, here = (
            base.runner,
            SubjectRunner(
                github.settings,
                base.installations,
                base.store,
                base.ledger,
                github.clock,
                InProcess(),
            ),
        )

        async def run(runner: SubjectRunner, subject: Subject) -> None:
            claim = Claim(subject.key, github.installation.id, 1, 0, False, "")
            await runner.run(subject, claim, lambda: asyncio.sleep(0))

        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        await run(here, PullSubject("acme/shop", pull.number))
        assert pull.check_runs()[0].conclusion == "success"
        house = github.repository("acme/.github")
        before = house.head("main")
        await github.configure('plans: {paths: ["designs/**/*.md"]}\n', house)
        await run(there, PushSubject("acme/.github", "main", before, house.head("main"), "main"))
        await run(here, PullSubject("acme/shop", pull.number))
        assert pull.check_runs()[0].conclusion == "failure"
