"""The App is removed and installed again: what was noted under the old number goes on."""

from tests.system.test_healing import pass_time
from tests.system.test_tasks import EARLY, FREE, start, task_pull
from tests.system.world import World


async def test_who_waited_for_a_task_before_is_freed_after(world: World) -> None:
    """Between the two nothing has changed, so that no sweep has had it judged anew."""
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    assert await world.verdict(second) == EARLY
    world.sandbox.uninstall(world.installation)
    await world.settle()
    world.sandbox.install(world.app, "acme")
    await pass_time(world)
    await first.merge(by="bob")
    assert await world.verdict(second) == FREE
