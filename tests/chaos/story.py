"""What people do meanwhile, at random: whatever may change a verdict, in any order."""

import random
from collections.abc import Awaitable, Callable

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from tests.plan_text import plan_text
from tests.system.world import World

PLANS = ("FEAT-1", "FEAT-2", "FEAT-3")
BODIES = ("Plan: FEAT-1", "Plan: FEAT-2", "Plan: FEAT-9", "Plan: FEAT-1, FEAT-3", "")
CONFIGS = ("mode: enforce\n", "mode: shadow\n", "mode: neither\n", "comments: never\n")


class Story:
    """People at work in two repositories."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._repos: list[Repository] = [world.shop, world.repository("acme/till")]
        self._pulls: list[PullRequest] = []
        self._commits = 0

    @property
    def pulls(self) -> list[PullRequest]:
        """All pull requests, closed ones too."""
        return self._pulls

    async def begin(self) -> None:
        """Plans, and a few pull requests: of code, of a plan, and two that share a head."""
        for repo in self._repos:
            for plan in PLANS:
                await self._world.plan_on_main(plan, repo=repo)
            await repo.create_branch("release")
            for number in range(3):
                await self._open(repo, f"code-{number}", {f"src/{number}.py": "print()\n"})
            plan_pull = {"plans/FEAT-4.md": plan_text("FEAT-4")}
            await self._open(repo, "plan", plan_pull)
            again = await repo.open_pull_request("code-0", "release", title="Again", author="alice")
            self._pulls.append(again)

    async def go_on(self) -> None:
        """One thing more happens."""
        deeds: list[Callable[[], Awaitable[object]]] = [
            self._reword,
            self._reword,
            self._push,
            self._push,
            self._decide_plan,
            self._label,
            self._close_or_reopen,
            self._configure,
            self._disturb,
        ]
        await self._chance.choice(deeds)()

    async def _open(self, repo: Repository, branch: str, files: dict[str, str]) -> None:
        await repo.commit(branch, files, author="alice", from_="main")
        body = self._chance.choice(BODIES)
        self._pulls.append(
            await repo.open_pull_request(branch, "main", title=branch, body=body, author="alice")
        )

    async def _reword(self) -> None:
        pull = self._chance.choice(self._pulls)
        await pull.edit(body=self._chance.choice(BODIES))

    async def _push(self) -> None:
        self._commits += 1
        repo = self._chance.choice(self._repos)
        branch = f"code-{self._chance.randrange(3)}"
        await repo.commit(branch, {"src/more.py": f"print({self._commits})\n"}, author="alice")

    async def _decide_plan(self) -> None:
        plan, status = self._chance.choice(PLANS), self._chance.choice(("Draft", "Approved"))
        await self._world.plan_on_main(plan, status, repo=self._chance.choice(self._repos))

    async def _label(self) -> None:
        pull = self._chance.choice(self._pulls)
        if "later" in pull.labels:
            await pull.remove_label("later")
        else:
            await pull.add_label("later")

    async def _close_or_reopen(self) -> None:
        pull = self._chance.choice(self._pulls)
        if pull.state == "open":
            await pull.close()
        else:
            await pull.reopen()

    async def _configure(self) -> None:
        await self._world.configure(
            self._chance.choice(CONFIGS), repo=self._chance.choice(self._repos)
        )

    async def _disturb(self) -> None:
        """GitHub loses webhooks, sends them twice, or the newest first."""
        webhooks = self._world.sandbox.faults.webhooks
        kinds: list[Callable[[], None]] = [webhooks.drop, webhooks.double, webhooks.reorder]
        self._chance.choice(kinds)()
