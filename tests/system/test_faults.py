"""GitHub misbehaves: every path ends in the right check run, or in one that says what is wrong."""

import asyncio

import pytest

from bot.work.model import State
from tests.system.world import World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")


@pytest.mark.parametrize(
    "path", ["/pulls/1$", "/compare/", "/branches/", "/git/commits", "/git/trees", "/git/blobs"]
)
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_read_that_fails_once_is_read_again(world: World, path: str, status: int) -> None:
    await world.plan_on_main()
    world.sandbox.faults.fail("GET", path, status=status)
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    assert all(row.attempts == 0 for row in await world.parts.store.rows())


async def test_an_outage_is_waited_out(world: World) -> None:
    await world.plan_on_main()
    world.sandbox.faults.fail("*", "", status=502, times=40)
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_lost_connection_is_tried_again(world: World, method: str) -> None:
    await world.plan_on_main()
    world.sandbox.faults.disconnect(method, "", times=2)
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    assert len(pull.comments) == 1


@pytest.mark.parametrize("kind", ["primary", "secondary"])
@pytest.mark.parametrize("status", [403, 429])
async def test_a_rate_limit_is_honoured(world: World, kind: str, status: int) -> None:
    await world.plan_on_main()
    await world.settle()
    began = world.clock.now
    world.sandbox.faults.rate_limit(kind, times=1, retry_after=120, status=status)  # type: ignore[arg-type]
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    assert world.clock.now - began >= 120
    assert all(row.attempts == 0 for row in await world.parts.store.rows())


async def test_a_short_wait_is_waited_on_the_spot(world: World) -> None:
    await world.plan_on_main()
    world.sandbox.faults.rate_limit("secondary", times=1, retry_after=1, path="/check-runs")
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED


async def test_retries_used_up_end_in_a_check_that_says_so(world: World) -> None:
    await world.plan_on_main(status="Approved")
    await world.settle()
    world.sandbox.faults.fail("GET", "/compare/", status=500, times=10_000)
    pull = await world.code_pull()
    run = await world.check(pull)
    assert (run.status, run.conclusion, run.title) == ("completed", "failure", "Could not evaluate")
    assert "GitHub answered 500" in (run.summary or "")
    assert "(request `" in (run.summary or "")
    assert "Re-run" in (run.summary or "")
    rows = {row.key: row for row in await world.parts.store.rows()}
    assert rows["pull acme/shop#1"].state is State.PARKED
    assert "500" in rows["pull acme/shop#1"].error
    world.sandbox.faults.clear()
    await world.sandbox.rerequest_check_run(run)
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_an_answer_that_makes_no_sense_fails_closed(world: World) -> None:
    await world.plan_on_main(status="Approved")
    await world.settle()
    world.sandbox.faults.fail("GET", "/branches/main", status=404, times=10_000)
    pull = await world.code_pull()
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("failure", "Could not evaluate")


async def test_a_pull_request_that_cannot_be_seen_is_parked_in_the_end(world: World) -> None:
    world.sandbox.faults.fail("GET", "/pulls/1$|/commits/.*/pulls$", status=404, times=10_000)
    pull = await world.code_pull()
    await world.settle()
    assert pull.check_runs() == []
    rows = {row.key: row for row in await world.parts.store.rows()}
    assert rows["pull acme/shop#1"].state is State.PARKED


async def test_a_revoked_token_is_replaced(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    world.sandbox.faults.fail("GET", "/pulls$", status=401)
    await pull.edit(body="")
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_a_token_is_renewed_before_it_ends(world: World) -> None:
    pull = await world.code_pull()
    await world.settle()
    for _ in range(3):
        world.clock.now += 56 * 60
        await pull.edit(title=f"At {world.clock.now}")
        await world.settle()
    made = [r for r in world.sandbox.requests if r.path.endswith("/access_tokens")]
    assert len(made) == 4
    assert all(r.status != 401 for r in world.sandbox.requests)


async def test_a_cut_tree_fails_closed(world: World) -> None:
    await world.plan_on_main(status="Approved")
    world.sandbox.limits.tree_entries = 1
    pull = await world.code_pull()
    run = await world.check(pull)
    assert run.conclusion == "failure"


async def test_thousands_of_files_are_all_looked_at(world: World) -> None:
    """GitHub lists no more than 3,000 files of a pull request; trees tell all."""
    await world.plan_on_main()
    files: dict[str, str | None] = {f"docs/{n:04}.txt": "x\n" for n in range(3_100)}
    pull = await world.pull({**files, "zzz.py": "1\n"}, body="Plan: FEAT-12")
    assert await world.verdict(pull) == BLOCKED


async def test_an_outage_does_not_lose_the_push_that_frees(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.fail("*", "", status=502, times=60)
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_deliveries_doubled_and_reordered_do_no_harm(world: World) -> None:
    await world.plan_on_main()
    await world.settle()
    world.sandbox.faults.webhooks.double(4)
    pull = await world.code_pull()
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    await pull.edit(body="")
    await pull.edit(body="Plan: FEAT-12")
    await world.plan_on_main(status="Approved")
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")
    assert len(pull.comments) == 1


@pytest.mark.parametrize("later", [0.0, 3_600.0])  # with the token in hand, or without
async def test_a_suspended_installation_rests_until_an_owner_lets_it(
    world: World, later: float
) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.sandbox.faults.webhooks.hold()
    await pull.edit(body="")
    world.sandbox.suspend(world.installation)
    world.clock.now += later
    world.sandbox.faults.webhooks.release()
    await world.sandbox.settled()
    while not any(exchange.status == 403 for exchange in world.sandbox.requests):
        world.parts.store.wake.set()
        await asyncio.sleep(0.01)
    world.sandbox.unsuspend(world.installation)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    rows = {row.key: row for row in await world.parts.store.rows()}
    assert (rows["pull acme/shop#1"].state, rows["pull acme/shop#1"].attempts) == (State.IDLE, 0)


async def test_more_commits_than_a_page_are_all_looked_at(world: World) -> None:
    """A merge may stand on any page of them; a history of its own that it brings is all change."""
    store = world.shop.record.store
    who = world.shop.world.signature(world.shop.world.account("alice"))
    tree = store.edit_tree(store.empty_tree, {"docs/a.txt": store.write_content("1\n")})

    def commit(*parents: str) -> str:
        return store.write_commit(
            tree=tree, parents=parents, author=who, committer=who, message="x"
        ).sha

    stranger = commit()
    first = commit(world.shop.head("main"), stranger)
    head = first
    for _ in range(120):
        head = commit(head)
    await world.shop.push("long", head)
    pull = await world.shop.open_pull_request("long", title="Many commits")
    assert await world.verdict(pull) == ("success", "No plan needed: only exempt files change")
    compared = [r for r in world.sandbox.requests if "/compare/" in r.path]
    assert len(compared) >= 3  # the comparison, and its pages
