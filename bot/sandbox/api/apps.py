"""Endpoints of an App: itself, its webhook, its installations and their tokens."""

import secrets
from typing import Annotated, Literal

import msgspec

from bot.sandbox.api.answers import Answer, Refused, invalid_request, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import accounts, repositories
from bot.sandbox.state.accounts import RANK, Account, App, Installation, Token
from bot.sandbox.state.records import Repo

routes = Routes()

_LIFETIME = 3600


class Narrowing(msgspec.Struct):
    """What a token may be narrowed to."""

    repositories: list[str] | None = None
    repository_ids: list[int] | None = None
    permissions: dict[str, Annotated[str, msgspec.Meta(pattern="^(read|write|admin)$")]] | None = (
        None
    )


class HookConfig(msgspec.Struct):
    """The webhook of an App."""

    url: str | None = None
    secret: str | None = None
    content_type: str | None = None
    insecure_ssl: Literal["0", "1", 0, 1] | None = None


@routes("GET", "/app", app=True)
def get_app(call: Call) -> Answer:
    """Answer the App's live registration."""
    app = _app(call)
    count = sum(each.app is app for each in call.world.installations.values())
    return Answer({**accounts.app(call.world, app), "installations_count": count})


@routes("GET", "/app/hook/config", app=True)
def get_hook(call: Call) -> Answer:
    """Answer where webhooks go; the secret is never shown."""
    app = _app(call)
    config = {"content_type": app.webhook_content_type, "insecure_ssl": app.webhook_insecure_ssl}
    if app.webhook_secret:
        config["secret"] = "********"
    return Answer(config if app.webhook_url is None else {**config, "url": app.webhook_url})


@routes("PATCH", "/app/hook/config", app=True)
def set_hook(call: Call) -> Answer:
    """Change where webhooks go, or their secret."""
    app, config = _app(call), call.decode(HookConfig)
    app.webhook_url = config.url or app.webhook_url
    app.webhook_secret = config.secret or app.webhook_secret
    app.webhook_content_type = config.content_type or app.webhook_content_type
    if config.insecure_ssl is not None:
        app.webhook_insecure_ssl = str(config.insecure_ssl)
    return get_hook(call)


@routes("GET", "/app/installations", app=True)
def list_installations(call: Call) -> Answer:
    """List where the App is installed."""
    found = [each for each in call.world.installations.values() if each.app is _app(call)]
    return call.page(found, lambda each: accounts.installation(call.world, each))


@routes("GET", "/app/installations/{installation_id}", app=True)
def get_installation(call: Call) -> Answer:
    """Answer one installation."""
    return Answer(accounts.installation(call.world, _installation(call)))


@routes("POST", "/app/installations/{installation_id}/access_tokens", app=True)
def create_token(call: Call) -> Answer:
    """Issue a token for an hour, narrowed to what the body asks for."""
    installation, wanted = _installation(call), call.decode(Narrowing)
    if installation.suspended_at is not None:
        raise Refused(403, "This installation has been suspended")
    repos = _narrowed_repositories(call, installation, wanted)
    ids = installation.repository_ids if repos is None else {repo.id for repo in repos}
    token = Token(
        value=f"ghs_{secrets.token_hex(18)}",
        installation=installation,
        repository_ids=None if ids is None else frozenset(ids),
        permissions=_narrowed_permissions(installation, wanted),
        expires_at=int(call.world.clock()) + _LIFETIME,
    )
    call.world.tokens[token.value] = token
    shapes = [repositories.repository(call.world, repo) for repo in repos or []]
    return Answer(accounts.token(call.world, token, shapes), 201)


@routes("GET", "/repos/{owner}/{repo}/installation", app=True)
def get_repository_installation(call: Call) -> Answer:
    """Answer the installation that reaches a repository."""
    for each in call.world.installations.values():
        if each.app is _app(call) and each.covers(call.repo.id, call.repo.owner):
            return Answer(accounts.installation(call.world, each))
    raise not_found()


@routes("GET", "/orgs/{org}/installation", app=True)
def get_organization_installation(call: Call) -> Answer:
    """Answer the installation on an organisation."""
    for each in call.world.installations.values():
        if each.app is _app(call) and _named(each.account, call.path["org"]):
            return Answer(accounts.installation(call.world, each))
    raise not_found()


@routes("GET", "/orgs/{org}/installations", needs="organization_administration:read")
def list_of_organization(call: Call) -> Answer:
    """List the Apps that are installed on an organisation."""
    account = call.organization()
    found = [each for each in call.world.installations.values() if each.account is account]
    return call.page(found, lambda each: accounts.installation(call.world, each), "installations")


@routes("GET", "/installation/repositories", needs="metadata:read")
def list_repositories(call: Call) -> Answer:
    """List the repositories that the token opens."""
    token = call.token
    found = [repo for repo in call.world.repos.values() if token.opens(repo.id, repo.owner)]
    return call.page(found, lambda repo: repositories.repository(call.world, repo), "repositories")


def _app(call: Call) -> App:
    if call.app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return call.app


def _installation(call: Call) -> Installation:
    found = call.world.installations.get(call.number("installation_id"))
    if found is None or found.app is not _app(call):
        raise not_found()
    return found


def _named(account: Account, login: str) -> bool:
    return account.login.lower() == login.lower()


def _narrowed_repositories(
    call: Call, installation: Installation, wanted: Narrowing
) -> list[Repo] | None:
    if wanted.repositories is None and wanted.repository_ids is None:
        return None
    names = {name.lower() for name in wanted.repositories or []}
    ids = set(wanted.repository_ids or [])
    found = [
        repo
        for repo in call.world.repos.values()
        if installation.covers(repo.id, repo.owner)
        and (repo.name.lower() in names or repo.id in ids)
    ]
    if {repo.name.lower() for repo in found} < names or {repo.id for repo in found} < ids:
        raise Refused(
            422,
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation.",
        )
    return found


def _narrowed_permissions(installation: Installation, wanted: Narrowing) -> dict[str, str]:
    if wanted.permissions is None:
        return dict(installation.permissions)
    for name, level in wanted.permissions.items():
        granted = installation.permissions.get(name, "")
        if name != "metadata" and RANK.get(granted, 0) < RANK[level]:
            raise invalid_request("The permissions requested are not granted to this installation.")
    return dict(wanted.permissions)
