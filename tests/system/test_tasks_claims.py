"""A task is claimed by code that was judged: by no later edit, no document, no stranger's word."""

from bot.ledger.port import PullState
from bot.sandbox.pull_request import PullRequest
from bot.subject import IndexSubject
from bot.work.model import Mark
from tests.system.test_tasks import EARLY, FREE, STRICT, start, task_pull
from tests.system.world import World

TYPO = {"src/page.py": "titel = title\n"}
DOCS = {"docs/note.txt": "all of it\n"}


async def claimed(world: World) -> list[tuple[int, int, PullState]]:
    """Who claims which task."""
    found = await world.parts.ledger.claims("acme/shop", "feat-12")
    return [(claim.number, claim.task, claim.state) for claim in found]


async def from_fork(world: World, files: dict[str, str], body: str) -> PullRequest:
    """A stranger's pull request."""
    fork = world.shop.fork("mallory")
    await fork.commit("patch-1", files, author="mallory", from_="main")
    return await world.shop.open_pull_request(
        "mallory:patch-1", title="Help", body=body, author="mallory"
    )


# ── what was merged stands ───────────────────────────────────────────────────
async def test_an_edit_after_the_merge_does_no_task(world: World) -> None:
    await start(world)
    typo = await world.pull(TYPO, body="Plan: FEAT-12")
    second = await task_pull(world, 2)
    assert await world.verdict(typo) == FREE
    await typo.merge(by="bob")
    await world.settle()
    await typo.edit(body="Plan: FEAT-12#1")
    assert await world.verdict(second) == EARLY
    assert await claimed(world) == [(second.number, 2, PullState.OPEN)]


async def test_an_edit_after_the_merge_undoes_no_task(world: World) -> None:
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    await world.settle()
    await first.merge(by="bob")
    assert await world.verdict(second) == FREE
    await first.edit(body="Plan: FEAT-12#2")
    assert await world.verdict(second) == FREE
    assert (first.number, 1, PullState.MERGED) in await claimed(world)


async def test_an_edit_while_the_bot_is_away_does_no_task(github: World) -> None:
    async with github.bot():
        await start(github)
        typo, second = await github.pull(TYPO, body="Plan: FEAT-12"), await task_pull(github, 2)
        assert await github.verdict(second) == EARLY
    github.sandbox.faults.webhooks.hold()
    await typo.merge(by="bob")
    await typo.edit(body="Plan: FEAT-12#1")
    async with github.bot():
        github.sandbox.faults.webhooks.release(newest_first=True)
        assert await github.verdict(second) == EARLY


async def test_reading_it_all_again_keeps_what_was_noted(world: World) -> None:
    await start(world)
    typo, second = await world.pull(TYPO, body="Plan: FEAT-12"), await task_pull(world, 2)
    await world.settle()
    await typo.merge(by="bob")
    await typo.edit(body="Plan: FEAT-12#1")
    await world.settle()
    again = Mark(IndexSubject("acme/shop").key, world.installation.id)
    await world.parts.store.enqueue([again])
    assert await world.verdict(second) == EARLY
    assert await claimed(world) == [(second.number, 2, PullState.OPEN)]


async def test_what_is_opened_again_is_read_again(world: World) -> None:
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    await world.settle()
    await first.close()
    await first.edit(body="Plan: FEAT-12#2")
    await world.settle()
    assert (first.number, 1, PullState.CLOSED) in await claimed(world)
    await first.reopen()
    assert await world.verdict(second) == ("failure", "FEAT-12#2 waits for task 1 (and 1 more)")
    assert (first.number, 2, PullState.OPEN) in await claimed(world)


# ── what changes no code does no task ────────────────────────────────────────
async def test_documents_do_no_task(world: World) -> None:
    await start(world)
    docs, second = await world.pull(DOCS, body="Plan: FEAT-12#1"), await task_pull(world, 2)
    assert (await world.check(docs)).title == "No plan needed: only exempt files change"
    rival = await task_pull(world, 1)
    assert await world.verdict(rival) == FREE
    await docs.merge(by="bob")
    assert await world.verdict(second) == EARLY
    assert await world.verdict(rival) == FREE


async def test_documents_from_before_the_bot_did_no_task(github: World) -> None:
    await start(github)
    docs = await github.pull(DOCS, body="Plan: FEAT-12#1")
    await docs.merge(by="bob", admin=True)
    async with github.bot():
        second = await task_pull(github, 2)
        assert await github.verdict(second) == EARLY


async def test_code_that_was_moved_away_counts_as_code(github: World) -> None:
    await start(github)
    await github.shop.commit("main", {"src/old.py": "x = 1\n" * 20})
    moved = await github.pull(
        {"src/old.py": None, "docs/old.txt": "x = 1\n" * 20}, body="Plan: FEAT-12#1"
    )
    await moved.merge(by="bob", admin=True)
    async with github.bot():
        second = await task_pull(github, 2)
        assert await github.verdict(second) == FREE


# ── a stranger holds no task ─────────────────────────────────────────────────
async def test_a_strangers_documents_take_no_task(world: World) -> None:
    await start(world)
    await from_fork(world, DOCS, "Plan: FEAT-12#1, FEAT-12#2")
    first = await task_pull(world, 1)
    assert await world.verdict(first) == FREE
    assert "FEAT-12` is also named" not in await world.summary(first)


async def test_a_strangers_code_is_only_told_of(world: World) -> None:
    await start(world)
    theirs = await from_fork(world, TYPO, "Plan: FEAT-12#1, FEAT-12#2")
    first, rival = await task_pull(world, 1), await task_pull(world, 1)
    assert await world.verdict(first) == FREE
    said = f"is also named by [`#{theirs.number}`]"
    assert said in await world.summary(first)
    assert await world.verdict(rival) == ("failure", f"FEAT-12#1 belongs to #{first.number}")
    assert said not in await world.summary(rival)


async def test_a_strangers_merged_code_has_the_task(world: World) -> None:
    await start(world)
    theirs = await from_fork(world, TYPO, "Plan: FEAT-12#1")
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    assert await world.verdict(second) == EARLY
    await theirs.merge(by="bob")
    assert await world.verdict(second) == FREE
    assert await world.verdict(first) == ("failure", f"FEAT-12#1 belongs to #{theirs.number}")


async def test_a_stranger_does_not_get_what_is_taken(world: World) -> None:
    await start(world, STRICT)
    first = await task_pull(world, 1)
    await world.settle()
    theirs = await from_fork(world, TYPO, "Plan: FEAT-12#1")
    assert await world.verdict(theirs) == ("failure", f"FEAT-12#1 belongs to #{first.number}")
