"""The command line as a process of its own, beside a sandbox GitHub that goes on answering."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.cli.demo import environment_of
from tests.system.world import World


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


async def plan_gate(folder: Path, *arguments: str, **variables: str) -> Done:
    """Run `plan-gate …` in *folder*, with nothing in its environment but *variables*."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("PATH", "COVERAGE", "PYTHON"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={**kept, **variables},
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


def settings_of(world: World) -> dict[str, str]:
    """The environment in which a command acts as the world's App."""
    database = f"sqlite:///{world.settings.database}"
    return {**environment_of(world.sandbox, world.app), "DATABASE_URL": database}
