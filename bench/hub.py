"""A sandbox GitHub as a process of its own, so that its work is not taken for the server's.

It says in one line of JSON what it is, and ends when its input does.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field

from bench.plans import ROOT, longer
from bot.cli.demo import EVENTS, PERMISSIONS, environment_of
from bot.cli.story import PLAN
from bot.sandbox import App, Repository, Sandbox
from bot.subject import PullSubject

SECRET = "a secret for measuring"
_EVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is: organisations, each with so many repositories, each of those with so many
    plans and pull requests.

    Pull requests change code, or add a plan of so many *lines*. Each answer takes *latency* seconds
    more than it takes to compute. Rate limits hold where it is *rated* (1); else our own pace, a
    write a second, would be what is measured.
    """

    owners: int = 1
    repositories: int = 1
    plans: int = 5
    pulls: int = 1
    lines: int = 0
    latency: float = 0.0
    rated: int = 0


@dataclass(frozen=True, slots=True)
class Hub:
    """A running one: whom to speak to, what it is about, and the process that it is.

    *pulls* are keys of the queue, each with its installation.
    """

    environment: dict[str, str]
    pulls: list[tuple[str, int]]
    process: asyncio.subprocess.Process = field(repr=False)

    @classmethod
    async def start(cls, scene: Scene) -> "Hub":
        """Start it, and wait until everything is there."""
        options = [f"--{name}={value}" for name, value in asdict(scene).items()]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.hub",
            *options,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        assert process.stdout is not None
        said = json.loads(await process.stdout.readline())
        return cls(**said, process=process)

    async def stop(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


def text_of(number: int, lines: int = 0) -> str:
    """An Approved plan of that number."""
    text = longer(lines) if lines else PLAN.replace("**Status**: Draft", "**Status**: Approved")
    return text.replace("FEAT-123", f"FEAT-{number}").replace("FEAT-12", f"FEAT-{number}")


async def fill(sandbox: Sandbox, app: App, scene: Scene) -> list[tuple[str, int]]:
    """Make everything; return the keys of the pull requests with their installations."""
    plans = {f"plans/FEAT-{n}.md": text_of(n) for n in range(1, scene.plans + 1)}
    files = {"README.md": "# Hello\n", **plans}
    found = []
    for owner in range(1, scene.owners + 1):
        names = [f"acme-{owner}/service-{n}" for n in range(1, scene.repositories + 1)]
        homes = [sandbox.create_repository(name, files) for name in names]
        for number in range(1, scene.pulls + 1):
            found += [(await open_pull(home, number, scene), owner) for home in homes]
    installations = [sandbox.install(app, f"acme-{n}").id for n in range(1, scene.owners + 1)]
    return [(key, installations[owner - 1]) for key, owner in found]


async def open_pull(home: Repository, number: int, scene: Scene) -> str:
    """Open a pull request for a plan of the repository, or for a new long one."""
    branch, plan = f"patch-{number}", 1 + number % scene.plans
    files = {f"src/part_{number}.py": f"print({number})\n"}
    if scene.lines:
        new = 1_000_000 + number
        files = {f"plans/FEAT-{new}.md": text_of(new, scene.lines)}
    await home.commit(branch, files, author="alice", from_="main")
    pull = await home.open_pull_request(
        branch, "main", title=f"Build part {number}", body=f"Plan: FEAT-{plan}", author="alice"
    )
    return PullSubject(home.full_name, pull.number).key


async def serve(scene: Scene) -> None:
    """Be a GitHub until nobody listens."""
    sandbox = Sandbox()
    await sandbox.start()
    app = sandbox.register_app(
        "plan-gate", webhook_secret=SECRET, permissions=PERMISSIONS, events=EVENTS
    )
    pulls = await fill(sandbox, app, scene)
    sandbox.limits.rated = bool(scene.rated)
    if scene.latency:
        sandbox.faults.slow("", scene.latency, _EVER)
    environment = environment_of(sandbox, app)
    print(json.dumps({"environment": environment, "pulls": pulls}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await sandbox.stop()


def main() -> None:
    """Read what there should be, and be it."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in asdict(Scene()).items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    asyncio.run(serve(Scene(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
