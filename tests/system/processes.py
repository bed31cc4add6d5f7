"""Real processes of Plan Gate beside a sandbox GitHub, and what is waited for with them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bot.cli.subserver import ServerProcess
from bot.sandbox.pull_request import PullRequest
from tests.system.commands import plan_gate
from tests.system.world import World

Launch = Callable[..., Awaitable[ServerProcess]]
"""Starts a process: the name of its log, and the command's arguments."""


async def web(github: World, launch: Launch) -> ServerProcess:
    """A process that only takes webhooks in, and hears of everything."""
    process = await launch("web", "serve", "--no-worker")
    github.app.webhook_url = f"{process.url}/webhook"
    return process


async def judged(pull: PullRequest) -> None:
    """Wait until the pull request has its verdict."""
    for _ in range(1_500):
        runs = pull.check_runs("Plan gate")
        if runs and runs[0].status == "completed":
            assert [run.title for run in runs] == ["No plan linked"]  # said once
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no verdict on #{pull.number}")


async def held(environment: Mapping[str, str], folder: Path, pull: PullRequest) -> str:
    """Wait until somebody evaluates the pull request; say who."""
    for _ in range(100):
        listed = await plan_gate(
            folder, "queue", "list", "--format", "json", "--state", "running", **environment
        )
        for row in json.loads(listed.out):
            if row["key"] == f"pull acme/shop#{pull.number}":
                return str(row["owner"])
    raise AssertionError(f"nobody evaluates #{pull.number}")
