"""The real process: its start, its faults, its end, and what a kill leaves behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.subserver import ServerProcess
from tests.system.commands import settings_of
from tests.system.smee import smee
from tests.system.world import RealTime, World, make_world


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, for a real process."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


def environment(world: World) -> dict[str, str]:
    return {**settings_of(world), "PORT": "0", "LOG_FORMAT": "json"}


def serve(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `plan-gate serve`, or what *arguments* say, where it cannot start."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("PATH", "COVERAGE", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *(arguments or ["serve"])],
        env={**kept, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("missing", "variables"),
    [
        ("APP_ID", {"WEBHOOK_SECRET": "s"}),
        ("APP_ID", {"PRIVATE_KEY": "KEY"}),
        ("APP_ID", {"PRIVATE_KEY_PATH": "gate.pem"}),
        ("PRIVATE_KEY", {"APP_ID": "1"}),
        ("WEBHOOK_SECRET", {"APP_ID": "1", "PRIVATE_KEY": "KEY"}),
        ("PORT", {"APP_ID": "1", "PRIVATE_KEY": "KEY", "WEBHOOK_SECRET": "s", "PORT": "x"}),
    ],
)
def test_a_missing_variable_is_one_line_and_exit_2(
    tmp_path: Path, private_key: str, missing: str, variables: dict[str, str]
) -> None:
    given = {k: private_key if v == "KEY" else v for k, v in variables.items()}
    done = serve(tmp_path, **given)
    assert done.returncode == 2
    assert done.stderr.startswith(f"plan-gate: error: {missing}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_dot_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("APP_ID=12\nPRIVATE_KEY=nonsense\n")
    assert "PRIVATE_KEY is not an RSA private key" in serve(tmp_path).stderr
    assert "APP_ID must be a number" in serve(tmp_path, APP_ID="x").stderr
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    assert serve(tmp_path).stderr.startswith("plan-gate: error: .env cannot be read")


def test_a_port_in_use_and_a_database_in_use_are_one_line(tmp_path: Path, private_key: str) -> None:
    good = {"APP_ID": "1", "PRIVATE_KEY": private_key, "WEBHOOK_SECRET": "s"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = serve(tmp_path, **good, PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "HOST and PORT: cannot listen on 127.0.0.1:" in done.stderr.splitlines()[-1]
    done = serve(tmp_path, **good, HOST="no..host")
    assert done.returncode == 2
    assert "HOST and PORT: cannot listen on no..host:8080: " in done.stderr.splitlines()[-1]
    done = serve(tmp_path, **good, DATABASE_URL="sqlite:////nowhere/gate.db")
    assert done.returncode == 2
    assert done.stderr.startswith("plan-gate: error:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["worker"], ["serve", "--no-worker"]])
def test_a_file_is_not_shared_by_processes(
    tmp_path: Path, private_key: str, command: list[str]
) -> None:
    done = serve(tmp_path, *command, APP_ID="1", PRIVATE_KEY=private_key, WEBHOOK_SECRET="s")
    assert done.returncode == 2
    assert done.stderr.startswith(f"plan-gate: error: `{' '.join(command)}` shares the database")
    assert "name a PostgreSQL database in DATABASE_URL" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_postgresql_that_does_not_answer_is_one_line_without_its_password(
    tmp_path: Path, private_key: str
) -> None:
    good = {"APP_ID": "1", "PRIVATE_KEY": private_key, "WEBHOOK_SECRET": "s"}
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://gate:s3cret@127.0.0.1:{closed.getsockname()[1]}/gate"
        done = serve(tmp_path, **good, DATABASE_URL=url)
    assert done.returncode == 2
    assert done.stderr.startswith("plan-gate: error:")
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr


async def test_it_starts_serves_and_stops_in_peace(github: World, tmp_path: Path) -> None:
    server = ServerProcess(environment(github), tmp_path)
    github.app.webhook_url = f"{await server.start()}/webhook"
    pull = await github.code_pull(body=None)
    await seen(github, pull.head_sha)
    assert server._process is not None
    server._process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(server._process.wait(), 20) == 0
    assert "Traceback" not in server.last_words(1_000)


async def test_it_works_behind_a_proxy_and_stops_at_once(github: World, tmp_path: Path) -> None:
    async with smee() as channel:
        server = ServerProcess({**environment(github), "WEBHOOK_PROXY_URL": channel.url}, tmp_path)
        await server.start()
        await channel.listened()
        github.app.webhook_url = channel.url
        pull = await github.code_pull(body=None)
        await seen(github, pull.head_sha)
        assert server._process is not None
        server._process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server._process.wait(), 5) == 0
        log = server.last_words(1_000)
    assert "webhook proxy connected" in log
    assert "/channel" not in log
    assert "Traceback" not in log


async def test_a_kill_between_202_and_the_check_run_loses_nothing(
    github: World, tmp_path: Path
) -> None:
    """Answered 2xx means durable: the next process finishes what was promised."""
    github.sandbox.faults.slow("/pulls/1", seconds=60)
    first = ServerProcess(environment(github), tmp_path)
    github.app.webhook_url = f"{await first.start()}/webhook"
    pull = await github.code_pull(body=None)
    await github.sandbox.settled()
    assert all(delivery.status_code == 202 for delivery in github.sandbox.deliveries)
    await first.kill()
    assert github.shop.check_runs(pull.head_sha, "Plan gate") == []
    github.sandbox.faults.clear()
    second = ServerProcess(environment(github), tmp_path)
    await second.start()
    try:
        await seen(github, pull.head_sha)
    finally:
        await second.stop()


async def seen(github: World, sha: str) -> None:
    """Wait until the check run stands on the commit."""
    for _ in range(1_000):
        runs = github.shop.check_runs(sha, "Plan gate")
        if runs and runs[0].status == "completed":
            assert (runs[0].conclusion, runs[0].title) == ("failure", "No plan linked")
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no check run came")
