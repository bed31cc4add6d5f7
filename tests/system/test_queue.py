"""`plan-gate queue`, as a process of its own, beside a server that goes on working."""

import json
import time
from pathlib import Path

import pytest

from bot.work.model import Mark
from tests.system.commands import Done, plan_gate
from tests.system.world import World


async def queue(world: World, *arguments: str) -> Done:
    database = world.database
    return await plan_gate(
        database.parent, "queue", *arguments, DATABASE_URL=f"sqlite:///{database}"
    )


async def test_what_was_given_up_is_shown_and_tried_again(world: World) -> None:
    world.sandbox.faults.fail("GET", "/compare/", status=500, times=1_000)
    pull = await world.code_pull(body=None)
    assert await world.verdict(pull) == ("failure", "Could not evaluate")

    done = await queue(world, "list", "--state", "parked")
    assert (done.status, done.err) == (0, "")
    heads, row = done.out.splitlines()
    assert heads.split() == ["key", "installation", "state", "when", "attempts", "error"]
    assert row.startswith(f"pull acme/shop#{pull.number}  {world.installation.id}")
    assert " parked  since 2026-02-0" in row
    assert row.endswith("GitHubUnavailable: GitHub answered 500: Server Error")

    world.sandbox.faults.clear()
    done = await queue(world, "retry", f"acme/shop#{pull.number}")
    assert (done.status, done.out) == (0, f"pull acme/shop#{pull.number} is tried again now\n")
    assert await world.verdict(pull) == ("failure", "No plan linked")
    assert (await queue(world, "list", "--state", "parked")).out == "Nothing is parked.\n"


async def test_an_installation_that_rests_is_shown_with_its_rows(world: World) -> None:
    pull = await world.code_pull()
    await world.settle()
    store, key = world.parts.store, f"pull acme/shop#{pull.number}"
    await store.pause(world.installation.id, time.time() + 3_600)  # the command asks its own clock
    await store.enqueue([Mark(key, world.installation.id)])
    (row,) = [line for line in (await queue(world, "list")).out.splitlines() if key in line]
    assert ", when its installation has rested" in row
    assert "  ready  at 20" in row
    listed = json.loads((await queue(world, "list", "--format", "json")).out)
    assert {one["rests_until"] for one in listed if one["key"] == key} != {None}


async def test_all_that_was_given_up_is_tried_again_at_once(world: World) -> None:
    await world.settle()
    keys = [f"future acme/shop {n}" for n in range(3)]  # of another version
    await world.parts.store.enqueue([Mark(key, world.installation.id) for key in keys])
    await world.settle()
    done = await queue(world, "retry", "--parked", "--format", "json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out) == [{"key": key, "done": True} for key in keys]


async def test_what_is_of_no_use_is_dropped_once(world: World) -> None:
    await world.settle()
    key = "future acme/shop"
    await world.parts.store.enqueue([Mark(key, world.installation.id)])
    await world.settle()
    listed = json.loads((await queue(world, "list", "--format", "json")).out)
    (parked,) = [row for row in listed if row["state"] == "parked"]
    assert parked["key"] == key
    assert parked["error"] == "No subject of this version."
    assert (await queue(world, "drop", key)).out == f"{key} is dropped\n"
    done = await queue(world, "drop", key)
    assert (done.status, done.out) == (1, f"{key} is not there, or runs\n")
    done = await queue(world, "retry", key)
    assert (done.status, done.out) == (1, f"{key} is not there, or runs or rests\n")


@pytest.mark.parametrize("arguments", [["list"], ["retry", "acme/shop#1"], ["retry", "--parked"]])
async def test_without_a_database_it_is_one_line_and_none_is_made(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = await plan_gate(tmp_path, "queue", *arguments, DATABASE_URL="sqlite:///none.db")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("plan-gate: error: ")
    assert done.err.endswith(": name the server's database in DATABASE_URL\n")
    assert done.err.count("\n") == 1
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["retry"], ["drop"], ["retry", "--parked", "KEY"], ["drop", "\udcff"]]
)
async def test_it_says_what_it_must_be_told(tmp_path: Path, arguments: list[str]) -> None:
    done = await plan_gate(tmp_path, "queue", *arguments)
    assert (done.status, done.out) == (2, "")
    assert "usage: plan-gate queue" in done.err
