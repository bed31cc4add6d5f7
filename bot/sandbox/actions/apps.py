"""Apps: registered, installed, suspended, given other repositories, removed."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.sandbox.actions import announce
from bot.sandbox.state.accounts import Account, App, Installation
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

_CODE_LIFETIME: Final = 3600


def register(
    world: World,
    slug: str,
    owner: Account,
    *,
    webhook_url: str | None,
    webhook_secret: str,
    permissions: Mapping[str, str],
    events: Iterable[str],
    private_key_pem: str | None = None,
) -> App:
    """Register an App, with a new RSA key unless one is given."""
    number = world.next_id("app")
    app = App(
        id=number,
        slug=slug,
        owner=owner,
        bot=world.account(f"{slug}[bot]", "Bot"),
        private_key_pem=private_key_pem or _new_key(),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        permissions=dict(permissions),
        events=list(events),
        hook_id=world.next_id("hook"),
        client_id=f"Iv1.{number:016x}",
        client_secret=new_secret(),
        created_at=world.clock(),
    )
    world.apps[app.id] = app
    return app


def install(
    world: World, app: App, account: Account, repository_ids: set[int] | None
) -> Installation:
    """Install an App with all the permissions and events that it asks for."""
    installation = Installation(
        id=world.next_id("installation"),
        app=app,
        account=account,
        repository_ids=repository_ids,
        permissions=dict(app.permissions),
        events=list(app.events),
        created_at=world.clock(),
    )
    world.installations[installation.id] = installation
    _announce(world, installation, "created")
    return installation


def uninstall(world: World, installation: Installation) -> None:
    """Remove an installation; its tokens die with it."""
    del world.installations[installation.id]
    _announce(world, installation, "deleted")


def suspend(world: World, installation: Installation) -> None:
    """Suspend an installation: no tokens, no events."""
    installation.suspended_at = world.clock()
    _announce(world, installation, "suspend")


def unsuspend(world: World, installation: Installation) -> None:
    """Let a suspended installation work again."""
    installation.suspended_at = None
    _announce(world, installation, "unsuspend")


def select_repositories(world: World, installation: Installation, repository_ids: set[int]) -> None:
    """Change the repositories that an installation may reach."""
    before = _reached(world, installation)
    installation.repository_ids = repository_ids
    after = _reached(world, installation)
    added = [repo for repo in after if repo not in before]
    removed = [repo for repo in before if repo not in after]
    for action, changed in (("added", added), ("removed", removed)):
        if changed:
            announce.installation_repositories(
                world, installation, action, installation.account, changed
            )


def new_secret() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_hex(20)


def issue_code(world: World, app: App) -> str:
    """Return the code by which the maker of a manifest fetches the App's secrets."""
    code = new_secret()
    world.manifest_codes[code] = (app, world.clock() + _CODE_LIFETIME)
    return code


def redeem_code(world: World, code: str) -> App | None:
    """Return the App of a code, once and within its hour, or None."""
    app, expires_at = world.manifest_codes.pop(code, (None, 0.0))
    return app if world.clock() < expires_at else None


def _announce(world: World, installation: Installation, action: str) -> None:
    reached = _reached(world, installation)
    announce.installation(world, installation, action, installation.account, reached)


def _reached(world: World, installation: Installation) -> list[Repo]:
    return [repo for repo in world.repos.values() if installation.covers(repo.id, repo.owner)]


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem.decode()
