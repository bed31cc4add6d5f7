"""A sandbox GitHub with the real server beside it, and the waiting that both need."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import yaml
from sqlalchemy import create_engine

from bot.app import Parts, running
from bot.cli.process import listening
from bot.config.schema import CONFIG_PATH
from bot.offload import Offload
from bot.run import ATTEMPTS
from bot.sandbox import Sandbox
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from bot.sandbox.state.accounts import App, Installation
from bot.sandbox.state.checks import CheckRun
from bot.settings import Settings
from bot.subject import APP
from bot.work.migrations import prepare
from bot.work.model import Row, State
from bot.work.store import WorkStore
from tests.contracts.contract import Contract
from tests.in_process import InProcess
from tests.plan_text import plan_text

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "app.yml").read_text())
SECRET = "a secret of the webhook"
CODE = {"src/checkout.py": "print('checkout')\n"}
NOON = 1_770_000_000.0  # any fixed moment


class Clock:
    """Time that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class RealTime(Clock):
    """The machine's own time, where a real process takes part."""

    def __call__(self) -> float:
        return time.time()


class World:
    """Everything that a conversation with the bot needs."""

    def __init__(self, sandbox: Sandbox, app: App, clock: Clock, database: Path) -> None:
        self.sandbox = sandbox
        self.app = app
        self.clock = clock
        self.database = database
        self.contract = Contract()
        sandbox.observers.append(self.contract)
        self.shop = self.repository("acme/shop")
        self.installation: Installation = sandbox.install(app, "acme")
        self.settings = Settings(
            app_id=str(app.id),
            private_key=app.private_key_pem,
            webhook_secrets=(SECRET,),
            database=database,
            api_url=sandbox.api_url,
            github_url=sandbox.url,
            public_url=None,
            host="127.0.0.1",
            port=0,
            log_level="INFO",
            log_format="text",
        )
        self.url = ""  # of the bot, while it runs
        self._parts: Parts | None = None

    @property
    def parts(self) -> Parts:
        """The running bot's parts."""
        assert self._parts is not None, "the bot is not running"
        return self._parts

    @asynccontextmanager
    async def bot(
        self,
        connect: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
        guard: Callable[[WorkStore], WorkStore] = lambda store: store,
        offloading: Callable[[], Offload] = InProcess,
    ) -> AsyncIterator[Parts]:
        """Run the bot; leaving stops it."""
        async with (
            running(
                self.settings,
                clock=self.clock,
                sleep=self.clock.sleep,
                connect=connect,
                guard=guard,
                offloading=offloading,
            ) as parts,
            listening(parts.web, "127.0.0.1", 0) as self.url,
        ):
            self.app.webhook_url = f"{self.url}/webhook"
            self._parts = parts
            try:
                yield parts
            finally:
                self._parts = None

    async def settle(self) -> None:
        """Wait until every webhook is handed over and every subject is worked off.

        Waits that the bot has set itself are cut short by moving the clock.
        """
        store = self.parts.store
        for _ in range(5_000):
            await self.sandbox.settled()
            rows = await store.rows()
            if all(self._at_rest(row) for row in rows):
                await self.sandbox.settled()  # our own writes make webhooks too
                if rows == await store.rows():
                    return
            due = await store.next_due()
            running = any(row.state is State.RUNNING for row in rows)
            waits = due is not None and due > self.clock.now and not running
            if due is not None and waits and rows == await store.rows():
                self.clock.now = due
                store.wake.set()
            await asyncio.sleep(0.002)
        raise AssertionError(f"the bot does not come to rest: {await store.rows()}")

    def _at_rest(self, row: Row) -> bool:
        """Nothing is to be done about it, or nobody waits for what is to be done.

        A look comes by every hour, or as often as is set; what it finds may go on failing for as
        long as GitHub does.
        """
        often = self.settings.poll_seconds or 3_600
        waits = row.state is State.READY and row.due > self.clock.now
        comes_by = row.tenant == APP and row.due > self.clock.now + often / 2
        goes_on = row.backfill and row.attempts >= ATTEMPTS
        return row.state in {State.IDLE, State.PARKED} or (waits and (comes_by or goes_on))

    # ── what people do ────────────────────────────────────────────────────────
    def repository(self, full_name: str, *, private: bool = False) -> Repository:
        """A new repository of the same people, which requires the check."""
        repo = self.sandbox.create_repository(
            full_name, {"README.md": "# Hello\n"}, private=private
        )
        repo.require_check("main", "Plan gate", self.app)
        for login in ("alice", "bob", "carol"):
            repo.grant(login, "write")
        repo.grant("maya", "maintain")
        return repo

    async def configure(self, text: str, repo: Repository | None = None) -> None:
        """The configuration on main changes."""
        await (repo or self.shop).commit("main", {CONFIG_PATH: text}, author="maya")

    async def plan_on_main(
        self,
        plan_id: str = "FEAT-12",
        status: str = "Draft",
        text: str | None = None,
        repo: Repository | None = None,
    ) -> str:
        """A plan arrives on main, as if its pull request had been merged."""
        path = f"plans/{plan_id}.md"
        files = {path: text or plan_text(plan_id, status)}
        await (repo or self.shop).commit("main", files, author="bob")
        return path

    async def pull(
        self,
        files: Mapping[str, str | None],
        repo: Repository | None = None,
        /,
        *,
        branch: str = "patch-1",
        title: str = "Change something",
        body: str | None = None,
        author: str = "alice",
        base: str = "main",
    ) -> PullRequest:
        """Somebody pushes a branch and opens a pull request."""
        repo = repo or self.shop
        await repo.commit(branch, files, author=author, from_=base)
        return await repo.open_pull_request(branch, base, title=title, body=body, author=author)

    async def code_pull(self, body: str | None = "Plan: FEAT-12", **more: str) -> PullRequest:
        """A pull request that changes code."""
        return await self.pull(CODE, body=body, **more)

    async def code_in(self, repo: Repository, body: str = "Plan: FEAT-12") -> PullRequest:
        """A pull request that changes another repository's code."""
        return await self.pull(CODE, repo, body=body)

    # ── what people see ───────────────────────────────────────────────────────
    async def check(self, pull: PullRequest) -> CheckRun:
        """The check run that decides, once everything has come to rest."""
        await self.settle()
        runs = pull.check_runs("Plan gate")
        assert runs, f"no check run on #{pull.number}"
        return runs[0]

    async def verdict(self, pull: PullRequest) -> tuple[str | None, str | None]:
        """Conclusion and title of the check run that decides."""
        run = await self.check(pull)
        assert run.status == "completed"
        return run.conclusion, run.title

    async def summary(self, pull: PullRequest) -> str:
        """What the check run that decides says in full."""
        return (await self.check(pull)).summary or ""


@cache
def _migrated() -> bytes:
    """A new SQLite file with its tables: to make them anew for each world takes a while."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gate.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            prepare(connection)
        engine.dispose()
        return path.read_bytes()


@asynccontextmanager
async def make_world(
    private_key: str, folder: Path, clock: Clock | None = None
) -> AsyncIterator[World]:
    """A new GitHub with one repository that requires the check, and the contract watching."""
    clock = clock or Clock()
    sandbox = Sandbox(clock)
    await sandbox.start()
    try:
        app = sandbox.register_app(
            "plan-gate",
            webhook_secret=SECRET,
            permissions=MANIFEST["default_permissions"],
            events=MANIFEST["default_events"],
            private_key_pem=private_key,
        )
        database = folder / "gate.db"
        database.touch(0o600)
        database.write_bytes(_migrated())
        world = World(sandbox, app, clock, database)
        yield world
        assert not world.contract.violations, "\n".join(map(str, world.contract.violations))
    finally:
        await sandbox.stop()
