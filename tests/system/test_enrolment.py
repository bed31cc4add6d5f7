"""The App comes to repositories, rests, and goes: what waits there is judged without a push."""

from bot.app import LEFT_KEPT
from bot.subject import InstallationsSubject
from bot.work.model import Mark
from tests.system.world import World

DAY = 24 * 3_600.0


async def look(world: World) -> None:
    """The hourly look at where the App is installed comes by."""
    await world.parts.store.enqueue([Mark(InstallationsSubject().key, 0)])
    await world.settle()


async def test_where_the_app_is_new_open_pull_requests_are_judged(world: World) -> None:
    depot = world.repository("other/depot")
    pull = await world.code_in(depot)
    await world.settle()
    assert pull.check_runs("Plan gate") == []
    world.sandbox.install(world.app, "other")
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")


async def test_a_repository_that_is_added_is_judged(world: World) -> None:
    depot = world.repository("acme/depot")
    world.sandbox.select(world.installation, [world.shop])
    await world.settle()
    pull = await world.code_in(depot)
    await world.settle()
    assert pull.check_runs("Plan gate") == []
    world.sandbox.select(world.installation, [world.shop, depot])
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")


async def test_what_happened_while_it_was_suspended_is_made_up_for(world: World) -> None:
    pull = await world.code_pull(None)
    await world.settle()
    world.sandbox.suspend(world.installation)
    await pull.edit(body="Plan: FEAT-404")
    await world.settle()
    world.sandbox.unsuspend(world.installation)
    assert await world.verdict(pull) == ("failure", "FEAT-404 is not on main yet")


async def test_an_installation_s_new_repositories_come_after_who_waits(world: World) -> None:
    """All of them are backfill: live events pass them."""
    depot = world.repository("other/depot")
    await world.code_in(depot)
    world.sandbox.install(world.app, "other")
    await world.settle()
    rows = {row.key: row for row in await world.parts.store.rows()}
    assert rows["repository other/depot"].backfill
    assert rows["pull other/depot#1"].backfill


async def test_what_is_kept_of_whom_it_leaves_is_forgotten_in_a_month(world: World) -> None:
    await world.code_pull(None)
    await world.settle()
    await look(world)
    ledger = world.parts.ledger
    assert await ledger.enrolled(world.installation.id) == {"acme/shop"}
    world.sandbox.uninstall(world.installation)
    await look(world)
    world.clock.now += LEFT_KEPT - DAY
    await look(world)
    assert await ledger.decisions()
    world.clock.now += 2 * DAY
    await look(world)
    await world.settle()
    assert await ledger.decisions() == []
    assert await ledger.audit()


async def test_an_empty_repository_or_an_archived_one_is_no_trouble(world: World) -> None:
    depot = world.repository("acme/depot")
    pull = await world.code_in(depot)
    await depot.archive()
    await look(world)
    await world.settle()
    assert pull.check_runs("Plan gate") == []
