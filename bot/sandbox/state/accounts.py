"""Who is there: users, bots and organisations, Apps and where they are installed."""

from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

WEB_FLOW: Final = "web-flow"  # GitHub itself, as the committer of what its buttons make
AccountType = Literal["User", "Bot", "Organization"]


@dataclass(slots=True, eq=False)
class Account:
    """A user, a bot or an organisation; one that is deleted stays in what it did, nameless."""

    id: int
    login: str
    type: AccountType
    created_at: float
    teams: dict[str, set[str]] = field(default_factory=dict)
    deleted: bool = False
    owners: set[str] = field(default_factory=set)  # of an organisation, by login in lower case

    @property
    def email(self) -> str:
        """The address that GitHub gives to commits made on its pages."""
        if self.login == WEB_FLOW:
            return "noreply@github.com"
        return f"{self.id}+{self.login}@users.noreply.github.com"

    def is_owned_by(self, account: "Account") -> bool:
        """Tell whether an account is this one, or owns this organisation."""
        return account is self or account.login.lower() in self.owners


@dataclass(slots=True, eq=False)
class App:
    """A GitHub App's registration; the tests change it as its owner would on the settings page."""

    id: int
    slug: str
    owner: Account
    bot: Account
    private_key_pem: str
    webhook_url: str | None
    webhook_secret: str
    permissions: dict[str, str]
    events: list[str]
    hook_id: int
    client_id: str
    client_secret: str
    created_at: float
    webhook_content_type: str = "json"
    webhook_insecure_ssl: str = "0"
    setup_url: str | None = None  # where a browser is sent that has installed it

    @property
    def name(self) -> str:
        """The name as people read it: plan-gate is Plan Gate."""
        return self.slug.replace("-", " ").title()

    @property
    def public_key(self) -> RSAPublicKey:
        """The half of the key that GitHub keeps."""
        return _public_half(self.private_key_pem)


@cache  # reading a key checks it, and that takes a while
def _public_half(private_key_pem: str) -> RSAPublicKey:
    key = load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("a GitHub App signs with an RSA key")
    return key.public_key()


@dataclass(slots=True, eq=False)
class Installation:
    """An App on an account: the repositories and the permissions that it was given there."""

    id: int
    app: App
    account: Account
    repository_ids: set[int] | None
    permissions: dict[str, str]
    events: list[str]
    created_at: float
    suspended_at: float | None = None

    def covers(self, repository_id: int, owner: Account) -> bool:
        """Tell whether a repository is within reach; None stands for all of the account's."""
        if owner is not self.account:
            return False
        return self.repository_ids is None or repository_id in self.repository_ids


@dataclass(frozen=True, slots=True)
class Token:
    """An installation access token, which opens as much as its installation or less."""

    value: str
    installation: Installation
    repository_ids: frozenset[int] | None
    permissions: dict[str, str]
    expires_at: float

    def opens(self, repository_id: int, owner: Account) -> bool:
        """Tell whether a repository is within reach of the token and still of its installation."""
        narrowed = self.repository_ids is not None and repository_id not in self.repository_ids
        return not narrowed and self.installation.covers(repository_id, owner)


@dataclass(frozen=True, slots=True)
class UserToken:
    """A personal token: it opens what its person may do, or of that only its own permissions."""

    account: Account
    permissions: dict[str, str] | None = None

    def allows(self, needed: str) -> bool:
        """Tell whether it is good for that, if its person is."""
        return self.permissions is None or allows(self.permissions, needed)


RANK = {"read": 1, "write": 2, "admin": 3}


def allows(permissions: dict[str, str], needed: str) -> bool:
    """Tell whether permissions hold one like ``checks:write``; metadata can always be read."""
    name, _, level = needed.partition(":")
    if name == "metadata":
        return True
    return RANK.get(permissions.get(name, ""), 0) >= RANK[level]
