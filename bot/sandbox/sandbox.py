"""The sandbox itself: a GitHub in memory that listens on loopback and does as it is told."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.actions import announce, checks, push
from bot.sandbox.api.gateway import Gateway
from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Faults
from bot.sandbox.git.objects import Content, ObjectStore
from bot.sandbox.page.routes import page_routes
from bot.sandbox.repository import Repository
from bot.sandbox.server import Server
from bot.sandbox.state.accounts import Account, AccountType, App, Installation
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
        await self._hookshot.stop()
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

    def user_token(self, login: str) -> str:
        """Return a new personal token of a user."""
        token = f"ghp_{secrets.token_hex(18)}"
        self._world.user_tokens[token] = self._world.account(login)
        return token

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
        world = self._world
        number = world.next_id("app")
        app = App(
            id=number,
            slug=slug,
            owner=world.account(owner, "Organization"),
            bot=world.account(f"{slug}[bot]", "Bot"),
            private_key_pem=private_key_pem or _new_key(),
            webhook_url=webhook_url,
            webhook_secret=webhook_secret,
            permissions=dict(permissions),
            events=list(events),
            hook_id=world.next_id("hook"),
            client_id=f"Iv1.{number:016x}",
            client_secret=secrets.token_hex(20),
            created_at=world.clock(),
        )
        world.apps[app.id] = app
        return app

    def install(
        self, app: App, account: str, repositories: Iterable[Repository] | None = None
    ) -> Installation:
        """Install an App on an account, an organisation unless it is known as a user."""
        world = self._world
        known = account.lower() in world.accounts
        installation = Installation(
            id=world.next_id("installation"),
            app=app,
            account=world.account(account, None if known else "Organization"),
            repository_ids=None if repositories is None else {repo.id for repo in repositories},
            permissions=dict(app.permissions),
            events=list(app.events),
            created_at=world.clock(),
        )
        world.installations[installation.id] = installation
        self._announce_installation(installation, "created")
        return installation

    def uninstall(self, installation: Installation) -> None:
        """Remove an installation; its tokens die with it."""
        del self._world.installations[installation.id]
        self._announce_installation(installation, "deleted")

    def suspend(self, installation: Installation) -> None:
        """Suspend an installation: no tokens, no events."""
        installation.suspended_at = self._world.clock()
        self._announce_installation(installation, "suspend")

    def unsuspend(self, installation: Installation) -> None:
        """Let a suspended installation work again."""
        installation.suspended_at = None
        self._announce_installation(installation, "unsuspend")

    def select(self, installation: Installation, repositories: Iterable[Repository]) -> None:
        """Change the repositories that an installation may reach."""
        before = set(self._reached(installation))
        installation.repository_ids = {repo.id for repo in repositories}
        after = set(self._reached(installation))
        for action, changed in (("added", after - before), ("removed", before - after)):
            if changed:
                announce.installation_repositories(
                    self._world, installation, action, installation.account, changed
                )

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
        world = self._world
        owner, _, name = full_name.partition("/")
        known = owner.lower() in world.accounts
        now = world.clock()
        record = Repo(
            id=world.next_id("repository"),
            owner=world.account(owner, None if known else "Organization"),
            name=name,
            default_branch=default_branch,
            store=ObjectStore(),
            created_at=now,
            pushed_at=now,
            private=private,
        )
        world.repos[full_name.lower()] = record
        who = world.account(author)
        first = push.write_commit(world, record, None, files or {}, "Initial commit", who)
        record.refs[f"refs/heads/{default_branch}"] = first
        return Repository(world, record)

    async def rename_repository(self, repository: Repository, name: str, by: str = "alice") -> None:
        """Rename a repository; its id stays."""
        record = repository.record
        before = record.name
        del self._world.repos[record.full_name.lower()]
        record.name = name
        self._world.repos[record.full_name.lower()] = record
        changes = {"changes": {"repository": {"name": {"from": before}}}}
        announce.repository(self._world, record, "renamed", self._world.account(by), changes)

    async def archive_repository(self, repository: Repository, by: str = "alice") -> None:
        """Archive a repository: it can be read, and no longer written."""
        repository.record.archived = True
        announce.repository(self._world, repository.record, "archived", self._world.account(by))

    async def delete_repository(self, repository: Repository, by: str = "alice") -> None:
        """Delete a repository."""
        announce.repository(self._world, repository.record, "deleted", self._world.account(by))
        del self._world.repos[repository.full_name.lower()]

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

    def _reached(self, installation: Installation) -> list[Repo]:
        repos = self._world.repos.values()
        return [repo for repo in repos if installation.covers(repo.id, repo.owner)]

    def _announce_installation(self, installation: Installation, action: str) -> None:
        reached = self._reached(installation)
        announce.installation(self._world, installation, action, installation.account, reached)

    def _see_exchange(self, exchange: Exchange) -> None:
        self.requests.append(exchange)
        self._tell(exchange)

    def _see_delivery(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self._tell(delivery)

    def _tell(self, seen: Exchange | Delivery) -> None:
        for observer in self.observers:
            observer(seen)


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem.decode()
