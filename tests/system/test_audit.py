"""`plan-gate audit`: what happened, a line each, beside a running server."""

import json
from pathlib import Path

from tests.system.commands import plan_gate, settings_of
from tests.system.world import World


async def test_what_happened_is_told_in_lines_and_read_on_from_an_id(
    world: World, tmp_path: Path
) -> None:
    variables = settings_of(world)
    pull = await world.code_pull(None)
    await world.settle()
    world.clock.now += 60
    await pull.comment("/plan-exempt It burns: é", author="maya")
    await world.settle()

    told = await plan_gate(tmp_path, "audit", **variables)
    assert (told.status, told.err) == (0, "")
    entries = [json.loads(line) for line in told.out.splitlines()]
    assert [(one["kind"], one["actor"]) for one in entries] == [
        ("verdict", None),
        ("exempted", "maya"),
        ("verdict", None),
    ]
    assert entries[1]["text"] == "It burns: é"
    assert {one["repository"] for one in entries} == {"acme/shop"}
    assert {one["head_sha"] for one in entries} == {pull.head_sha}
    assert entries[0]["at"].endswith("Z")

    later = await plan_gate(tmp_path, "audit", "--after", str(entries[0]["id"]), **variables)
    assert [json.loads(line) for line in later.out.splitlines()] == entries[1:]
    for repo, found in (("Acme/Shop", 3), ("acme/depot", 0)):
        of_one = await plan_gate(tmp_path, "audit", "--repo", repo, **variables)
        assert (of_one.status, len(of_one.out.splitlines())) == (0, found)


async def test_what_it_cannot_read_is_one_line(tmp_path: Path) -> None:
    for arguments, variables, said in (
        (["--after", "x"], {}, "'x' is no entry's id"),
        (["--repo", "shop"], {}, "write it as OWNER/NAME"),
        ([], {"DATABASE_URL": "sqlite:///nowhere.db"}, "name the server's database"),
    ):
        done = await plan_gate(tmp_path, "audit", *arguments, **variables)
        assert done.status == 2
        assert said in done.err
        assert "Traceback" not in done.err
