"""Real processes in trouble: stopped for longer than others wait for them, or on a full disk."""

import asyncio
import re
import resource
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.cli.subserver import ServerProcess
from bot.sandbox.pull_request import PullRequest
from tests.postgres import cluster
from tests.system.commands import settings_of
from tests.system.outages import until
from tests.system.processes import Launch, held, judged, web
from tests.system.world import RealTime, World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, for real processes."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


@pytest.fixture
def environment(github: World, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """What every process is told; those that share a database ask for PostgreSQL."""
    told = {**settings_of(github), "PORT": "0", "LOG_FORMAT": "json"}
    if "postgres" in request.fixturenames:
        told["DATABASE_URL"] = request.getfixturevalue("postgres")
    return told


def send(process: ServerProcess, sign: signal.Signals) -> None:
    """Send it a signal."""
    assert process._process is not None
    process._process.send_signal(sign)


def let_the_leases_end(url: str) -> None:
    """A minute of silence goes by in the database."""
    cluster().sql("UPDATE work SET lease = 0 WHERE state = 'running'", url.rpartition("/")[2])


def titles(pull: PullRequest) -> list[str | None]:
    """What the check runs say, the newest first."""
    return [run.title for run in pull.check_runs("Plan gate")]


def writes(world: World) -> int:
    """How often somebody has written to the repository."""
    return sum(
        one.method in {"POST", "PATCH"} and one.path.startswith("/repos/")
        for one in world.sandbox.requests
    )


async def test_who_was_stopped_for_too_long_publishes_nothing(
    github: World,
    launch: Launch,
    environment: Mapping[str, str],
    postgres: str,
    tmp_path: Path,
) -> None:
    """It is in the middle of reading when it is stopped, and does not know how late it is."""
    await web(github, launch)
    first = await launch("first", "worker")
    github.sandbox.faults.slow("/pulls/1$", seconds=8.0)
    pull = await github.code_pull(body=None)
    await held(environment, tmp_path, pull)
    send(first, signal.SIGSTOP)
    await asyncio.to_thread(let_the_leases_end, postgres)
    await pull.edit(body="Plan: FEAT-12")
    await launch("second", "worker")
    await until(lambda: titles(pull) == ["FEAT-12 is not on main yet"] and bool(pull.comments))
    before = writes(github)
    send(first, signal.SIGCONT)
    await until(lambda: bool(re.search('"subject": "pull acme/shop#1"', first.last_words(1_000))))
    assert writes(github) == before
    assert titles(pull) == ["FEAT-12 is not on main yet"]


async def test_on_a_full_disk_nothing_is_promised_and_nothing_is_lost(
    github: World, launch: Launch
) -> None:
    """No file of the process may grow any more; then there is room again."""
    server = await launch("server", "serve")
    github.app.webhook_url = f"{server.url}/webhook"
    github.sandbox.faults.slow("/pulls/1$", seconds=2.0)
    pull = await github.code_pull(body=None)
    await github.sandbox.settled()
    log = github.database.with_name(f"{github.database.name}-wal")
    limit_files(server, log.stat().st_size)
    await pull.edit(title="While the disk is full")
    await github.sandbox.settled()
    assert github.sandbox.deliveries[-1].status_code == 503
    await until(lambda: "store unavailable" in server.last_words(1_000))
    limit_files(server, resource.RLIM_INFINITY)
    await judged(pull)
    await pull.edit(title="There is room again")
    await github.sandbox.settled()
    assert github.sandbox.deliveries[-1].status_code == 202
    await judged(pull)


def limit_files(process: ServerProcess, size: int) -> None:
    """Let the process write to no place in a file past *size* bytes."""
    assert process._process is not None
    limits = (size, resource.RLIM_INFINITY)
    resource.prlimit(process._process.pid, resource.RLIMIT_FSIZE, limits)
