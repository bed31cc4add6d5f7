"""Everything that exists on this GitHub, with the clock and the counters that it all shares."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox.git.objects import Signature
from bot.sandbox.state.accounts import (
    Account,
    AccountType,
    App,
    Installation,
    Token,
    UserToken,
    allows,
)
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.records import JsonObject, Repo, Role, Ruleset


@dataclass(slots=True)
class Limits:
    """GitHub's limits; tests make them small."""

    rated: bool = True  # a GitHub Enterprise Server does not rate unless its administrator says so
    rate: int = 5_000
    graphql_points: int = 5_000
    graphql_nodes: int = 500_000
    blob_text_bytes: int = 512_000
    pull_files: int = 3_000
    pull_commits: int = 250
    compare_files: int = 300
    tree_entries: int = 100_000
    contents_bytes: int = 1_000_000
    webhook_timeout: float = 10.0
    webhook_log: float = 3 * 24 * 3_600.0  # seconds that a delivery stays in it
    webhook_bytes: int = 25 * 1024 * 1024
    organization_rulesets: bool = True  # not in every plan that GitHub sells
    rulesets_change: bool = (
        True  # https://github.com/integrations/terraform-provider-github/issues/2784
    )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that Apps may hear of; `only` where it concerns a single one of them."""

    name: str
    action: str | None
    payload: JsonObject
    repo: Repo | None = None
    only: App | None = None
    installation: Installation | None = None


@dataclass(frozen=True, slots=True)
class Redelivery:
    """A request to send a delivery once more."""

    delivery: Delivery


@dataclass(eq=False)
class World:
    """The state of the sandbox; times are the given clock's, in seconds since the epoch."""

    clock: Callable[[], float]
    url: str = ""
    limits: Limits = field(default_factory=Limits)
    accounts: dict[str, Account] = field(default_factory=dict)
    apps: dict[int, App] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    user_tokens: dict[str, UserToken] = field(default_factory=dict)
    manifest_codes: dict[str, tuple[App, float]] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    moved: dict[str, Repo] = field(default_factory=dict)  # by the names that they had before
    unsigned: set[str] = field(default_factory=set)  # commits that somebody made in a Bot's name
    rulesets: dict[str, list[Ruleset]] = field(default_factory=lambda: defaultdict(list))
    deliveries: list[Delivery] = field(default_factory=list)
    listeners: list[Callable[[Event | Redelivery], None]] = field(default_factory=list)
    _counters: dict[str, Iterator[int]] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """Where the REST API begins, as on GitHub Enterprise Server."""
        return f"{self.url}/api/v3"

    def next_id(self, kind: str) -> int:
        """Count: the first of each kind is 1001, so that no id looks like a number or an index."""
        return next(self._counters.setdefault(kind, itertools.count(1001)))

    def time(self, moment: float | None = None) -> str:
        """Write a moment, by default the present one, as GitHub does."""
        when = datetime.fromtimestamp(self.clock() if moment is None else moment, UTC)
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")

    def account(self, login: str, kind: AccountType | None = None) -> Account:
        """Return the account of that login, made on first use: a `[bot]` is a bot, else a user."""
        key = login.lower()
        if key not in self.accounts:
            default: AccountType = "Bot" if login.endswith("[bot]") else "User"
            self.accounts[key] = Account(
                self.next_id("account"), login, kind or default, self.clock()
            )
        elif kind is not None:
            self.accounts[key].type = kind
        return self.accounts[key]

    def owner(self, login: str) -> Account:
        """Return the account of that login, an organisation unless it is known as another thing."""
        return self.account(login, None if login.lower() in self.accounts else "Organization")

    def signature(self, account: Account) -> Signature:
        """Sign as an account, now."""
        return Signature(account.login, account.email, int(self.clock()))

    def signer(self, signature: Signature) -> Account | None:
        """Return the account behind a commit's signature, found by its address as GitHub does."""
        accounts = self.accounts.values()
        return next((each for each in accounts if each.email == signature.email), None)

    def repo(self, full_name: str) -> Repo | None:
        """Return a repository by owner and name, in any case, or None."""
        return self.repos.get(full_name.lower())

    def moved_from(self, full_name: str) -> Repo | None:
        """Return the repository that had a name before it was renamed or transferred."""
        return self.moved.get(full_name.lower())

    def role(self, repo: Repo, account: Account) -> Role | None:
        """Return what an account may do in a repository; everybody reads a public one."""
        if repo.owner.is_owned_by(account):
            return "admin"
        return repo.roles.get(account.login.lower(), None if repo.private else "read")

    def installed(self, repo: Repo, needed: str = "metadata:read") -> Iterator[Installation]:
        """Yield the live installations that reach a repository with a permission."""
        for installation in self.installations.values():
            if (
                installation.suspended_at is None
                and installation.covers(repo.id, repo.owner)
                and allows(installation.permissions, needed)
            ):
                yield installation

    def emit(self, event: Event | Redelivery) -> None:
        """Tell everybody who listens."""
        for listener in self.listeners:
            listener(event)
