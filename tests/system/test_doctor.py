"""`plan-gate doctor`: the index of tasks comes back from GitHub alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import opened
from bot.cli.doctor import rebuild
from bot.ledger.port import TaskClaim
from bot.sandbox.pull_request import PullRequest
from bot.settings import Postgres
from tests.system.commands import Done, plan_gate, settings_of
from tests.system.world import NOON, RealTime, World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, for a real process; the bot is not running."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


async def doctor(world: World, *arguments: str, **variables: str) -> Done:
    folder = world.database.parent
    given = {**settings_of(world), **variables}
    return await plan_gate(folder, "doctor", "--rebuild-index", *arguments, **given)


async def take(world: World, task: int, branch: str) -> PullRequest:
    return await world.pull(
        {f"src/{branch}.py": "x\n"}, branch=branch, body=f"Plan: FEAT-12#{task}"
    )


async def claims(world: World) -> list[TaskClaim]:
    async with opened(world.settings) as base:
        return await base.ledger.claims("acme/shop", "feat-12")


def forget(world: World) -> None:
    for file in world.database.parent.glob("gate.db*"):
        file.unlink()


async def test_a_deleted_index_comes_back_from_github_alone(github: World) -> None:
    async with github.bot():
        await github.plan_on_main(status="Approved")
        merged = await take(github, 1, "first")
        closed = await take(github, 1, "second")
        await take(github, 2, "third")
        await github.settle()
        await merged.merge(by="bob")
        await closed.close()
        await github.settle()
    before = await claims(github)
    assert [(one.number, one.task, one.state) for one in before] == [
        (1, 1, "merged"),
        (2, 1, "closed"),
        (3, 2, "open"),
    ]
    forget(github)
    assert await doctor(github) == Done(0, "acme/shop: 3 pull requests indexed\n", "")
    assert await claims(github) == before


async def test_in_postgresql_it_works_beside_the_server(github: World, postgres: str) -> None:
    await github.plan_on_main(status="Approved")
    await take(github, 2, "third")

    async with opened(replace(github.settings, database=Postgres(postgres))) as server:
        done = await doctor(github, DATABASE_URL=postgres)
        assert done == Done(0, "acme/shop: 1 pull request indexed\n", "")
        claims = await server.ledger.claims("acme/shop", "feat-12")
    assert [(one.number, one.task) for one in claims] == [(1, 2)]


async def test_the_index_of_one_repository_alone(github: World) -> None:
    github.sandbox.create_repository("acme/other", {"README.md": "# Other\n"})
    assert await doctor(github, "--repo", "acme/other") == Done(
        0, "acme/other: 0 pull requests indexed\n", ""
    )
    both = await doctor(github)
    assert sorted(both.out.splitlines()) == [
        "acme/other: 0 pull requests indexed",
        "acme/shop: 0 pull requests indexed",
    ]
    both = await doctor(github, "--repo", "acme/shop", "--repo", "acme/other")
    assert both.out.splitlines() == [
        "acme/shop: 0 pull requests indexed",
        "acme/other: 0 pull requests indexed",
    ]


async def test_a_repository_that_fails_is_said_and_the_others_are_indexed(github: World) -> None:
    github.sandbox.create_repository("acme/other", {"README.md": "# Other\n"})
    github.sandbox.faults.fail("GET", "/repos/acme/shop/pulls", status=403)
    done = await doctor(github)
    assert (done.status, done.out) == (1, "acme/other: 0 pull requests indexed\n")
    assert done.err.startswith("acme/shop: not indexed: ")
    assert done.err.count("\n") == 1


async def test_an_installation_that_fails_is_said(github: World) -> None:
    github.sandbox.faults.fail("POST", "/app/installations/", status=403)
    done = await doctor(github)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"installation {github.installation.id}: not indexed: ")
    assert done.err.count("\n") == 1


async def test_a_rate_limit_is_waited_for(
    private_key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_world(private_key, tmp_path) as world:
        clock = world.clock
        await world.pull({"src/a.py": "x\n"})
        world.sandbox.faults.rate_limit(path="/repos/acme/shop/pulls", retry_after=600)
        async with opened(world.settings, clock=clock, sleep=clock.sleep) as base:
            assert await rebuild(base, None, clock.sleep) == 0
        assert clock.now >= NOON + 600
    said = capsys.readouterr()
    assert said.out == "acme/shop: 1 pull request indexed\n"
    assert said.err.startswith("acme/shop: GitHub asks for ")


async def test_a_suspended_installation_is_left_out(github: World) -> None:
    github.sandbox.suspend(github.installation)
    assert await doctor(github) == Done(0, "", "")


async def test_while_the_server_runs_it_says_so(github: World) -> None:
    async with github.bot():
        done = await doctor(github)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("plan-gate: error: another process holds ")
    assert done.err.endswith("stop the other one\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("repository", "complaint"),
    [
        ("acme/nowhere", "the App is not installed on acme/nowhere: install it there"),
        ("acme", "--repo acme: write it as OWNER/NAME"),
        ("acme/../shop", "--repo acme/../shop: write it as OWNER/NAME"),
    ],
)
async def test_a_repository_that_cannot_be_reached_is_one_line(
    github: World, repository: str, complaint: str
) -> None:
    assert await doctor(github, "--repo", repository) == Done(
        2, "", f"plan-gate: error: {complaint}\n"
    )


async def test_missing_settings_are_one_line(github: World) -> None:
    done = await doctor(github, APP_ID="")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("plan-gate: error: APP_ID is not set")
    assert done.err.count("\n") == 1


async def test_the_tables_are_made_before_any_server_starts(tmp_path: Path, postgres: str) -> None:
    for url, name in ((postgres, postgres.rpartition("/")[2]), ("sqlite:///gate.db", "gate.db")):
        assert (await plan_gate(tmp_path, "queue", "list", DATABASE_URL=url)).status == 2
        for _ in range(2):
            done = await plan_gate(tmp_path, "doctor", "--migrate", DATABASE_URL=url)
            assert (done.status, done.err) == (0, "")
            assert done.out.endswith(f"{name} has the tables of this version\n")
        done = await plan_gate(tmp_path, "queue", "list", DATABASE_URL=url)
        assert done == Done(0, "Nothing is parked or running or ready.\n", "")
