"""A check run names its decision, and the decision can be explained while the server runs."""

import json
import re

from tests.system.commands import Done, plan_gate
from tests.system.world import World


async def test_what_the_check_run_names_is_replayed_beside_the_server(world: World) -> None:
    await world.plan_on_main(status="Draft")
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is Draft: merging is blocked")
    run = await world.check(pull)
    assert run.summary is not None
    named = re.search(r"Decision `([0-9a-f]+)`: `plan-gate replay ID` explains it", run.summary)
    assert named is not None

    done = await replay(world, named[1][:6])
    assert (done.status, done.err) == (0, "")
    first, second, *tree = done.out.splitlines()
    assert first.startswith("then: failure, FEAT-12 is Draft: merging is blocked – pull acme/shop#")
    assert second == "now:  the same"
    assert "├─ ✗ Its code has an approved plan, or is exempt" in tree
    assert any(line.endswith("✗ It is Approved there") for line in tree)
    assert any(re.search(r"plans/FEAT-12\.md, blob [0-9a-f]{12}: Draft", line) for line in tree)

    world.clock.now += 60
    await world.plan_on_main(status="Approved")
    assert (await world.verdict(pull))[0] == "success"
    listed = await replay(world, "--subject", f"acme/shop#{pull.number}", "--format", "json")
    assert [(each["conclusion"], each["title"]) for each in json.loads(listed.out)] == [
        ("success", "FEAT-12 is Approved"),
        ("failure", "FEAT-12 is Draft: merging is blocked"),
    ]


async def replay(world: World, *arguments: str) -> Done:
    url = f"sqlite:///{world.database}"
    return await plan_gate(world.database.parent, "replay", *arguments, DATABASE_URL=url)
