"""The sandbox itself: a GitHub in memory that listens on loopback and does as it is told."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping

from bot.sandbox.actions import announce, apps, checks
from bot.sandbox.actions import repositories as repos
from bot.sandbox.api.gateway import Gateway
from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Faults
from bot.sandbox.git.objects import Content
from bot.sandbox.page.routes import page_routes
from bot.sandbox.repository import Repository
from bot.sandbox.server import Server
from bot.sandbox.state.accounts import Account, AccountType, App, Installation, UserToken
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import Limits, World
from bot.sandbox.webhooks import Hookshot

Observer = Callable[[Exchange | Delivery], None]


class Sandbox:
    """A GitHub of one's own; the clock is an argument, everything else is counted."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.faults = Faults()
        self.requests: list[Exchange] = []
        self.deliveries: list[Delivery] = []
        self.observers: list[Observer] = []
        self._world = World(clock)
        self._hookshot = Hookshot(self._world, self.faults.webhooks, self._see_delivery)
        self._server = Server(Gateway(self._world), self.faults, self._see_exchange)

    @property
    def url(self) -> str:
        """Where the pages are."""
        return self._world.url

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return self._world.api

    @property
    def limits(self) -> Limits:
        """GitHub's limits, to be made small."""
        return self._world.limits

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen, and begin to deliver webhooks."""
        pages = page_routes(self._world)
        self._world.url = await self._server.start(host, port, pages)
        await self._hookshot.start()

    async def stop(self) -> None:
        """Stop delivering and listening."""
        try:
            await self._hookshot.stop()
        finally:
            await self._server.stop()

    async def settled(self) -> None:
        """Wait until every webhook that is not held back was delivered or has failed."""
        await self._hookshot.settled()

    def add_user(self, login: str, type: AccountType = "User") -> Account:  # noqa: A002 - GitHub's word
        """Add an account, or change what it is."""
        return self._world.account(login, type)

    def add_team(self, organization: str, slug: str, members: Iterable[str]) -> None:
        """Make a team of an organisation, or replace its members."""
        logins = {self._world.account(login).login for login in members}
        self._world.account(organization).teams[slug] = logins

    def delete_user(self, login: str) -> None:
        """Delete an account: what it did stays, done by nobody that GitHub can name."""
        self._world.accounts.pop(login.lower()).deleted = True

    def user_token(self, login: str, permissions: Mapping[str, str] | None = None) -> str:
        """Return a new personal token of a user, a fine-grained one where permissions are given."""
        fine_grained = None if permissions is None else dict(permissions)
        token = f"{'ghp' if fine_grained is None else 'github_pat'}_{secrets.token_hex(18)}"
        self._world.user_tokens[token] = UserToken(self._world.account(login), fine_grained)
        return token

    def add_owner(self, organization: str, login: str) -> None:
        """Make somebody an owner of an organisation, who may do everything there."""
        self._world.owner(organization).owners.add(self._world.account(login).login.lower())

    def register_app(
        self,
        slug: str,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = "",
        permissions: Mapping[str, str],
        events: Iterable[str],
        owner: str = "plan-gate-makers",
        private_key_pem: str | None = None,
    ) -> App:
        """Register an App, with a new RSA key unless one is given."""
        return apps.register(
            self._world,
            slug,
            self._world.account(owner, "Organization"),
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
            permissions=permissions,
            events=events,
            private_key_pem=private_key_pem,
        )

    def install(
        self, app: App, account: str, repositories: Iterable[Repository] | None = None
    ) -> Installation:
        """Install an App on an account, an organisation unless it is known as something else."""
        ids = None if repositories is None else {repo.id for repo in repositories}
        return apps.install(self._world, app, self._world.owner(account), ids)

    def uninstall(self, installation: Installation) -> None:
        """Remove an installation."""
        apps.uninstall(self._world, installation)

    def suspend(self, installation: Installation) -> None:
        """Suspend an installation."""
        apps.suspend(self._world, installation)

    def unsuspend(self, installation: Installation) -> None:
        """Let a suspended installation work again."""
        apps.unsuspend(self._world, installation)

    def select(self, installation: Installation, repositories: Iterable[Repository]) -> None:
        """Change the repositories that an installation may reach."""
        apps.select_repositories(self._world, installation, {repo.id for repo in repositories})

    def ping(self, app: App) -> None:
        """Send the ping that a new webhook begins with."""
        announce.ping(self._world, app)

    def create_repository(
        self,
        full_name: str,
        files: Mapping[str, Content] | None = None,
        default_branch: str = "main",
        *,
        private: bool = False,
        author: str = "alice",
    ) -> Repository:
        """Create a repository with a first commit, before anybody listens to it."""
        owner, _, name = full_name.partition("/")
        record = repos.create(
            self._world,
            self._world.owner(owner),
            name,
            files or {},
            default_branch,
            self._world.account(author),
            private=private,
        )
        return Repository(self._world, record)

    async def rerequest_check_run(self, run: CheckRun, by: str = "alice") -> None:
        """Press *Re-run* on a check."""
        checks.rerequest_run(self._world, self._home(run), run, self._world.account(by))

    async def request_action(self, run: CheckRun, identifier: str, by: str = "alice") -> None:
        """Press a check's own button."""
        who = self._world.account(by)
        checks.request_action(self._world, self._home(run), run, identifier, who)

    async def rerequest_check_suite(
        self, repository: Repository, sha: str, by: str = "alice"
    ) -> None:
        """Press *Re-run all checks* on a commit."""
        for suite in repository.record.suites:
            if suite.head_sha == sha:
                who = self._world.account(by)
                checks.rerequest_suite(self._world, repository.record, suite, who)

    def _home(self, run: CheckRun) -> Repo:
        return next(repo for repo in self._world.repos.values() if run in repo.runs)

    def _see_exchange(self, exchange: Exchange) -> None:
        self.requests.append(exchange)
        self._tell(exchange)

    def _see_delivery(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self._tell(delivery)

    def _tell(self, seen: Exchange | Delivery) -> None:
        for observer in self.observers:
            observer(seen)
