"""Accounts, Apps, installations and tokens in GitHub's JSON."""

from typing import Final

from bot.sandbox.state.accounts import Account, App, Installation, Token
from bot.sandbox.state.records import JsonObject
from bot.sandbox.state.world import World

_USER_LINKS: Final = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_GHOST: Final = Account(10137, "ghost", "User", 0.0)


def user(world: World, account: Account) -> JsonObject:
    """Return a `simple-user`; one that was deleted shows as GitHub's ghost."""
    if account.deleted:
        account = _GHOST
    url = f"{world.api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{world.url}/avatars/{account.login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.url}/{account.login}",
        **{name: url + path for name, path in _USER_LINKS.items()},
        "type": account.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def public_user(world: World, account: Account) -> JsonObject:
    """Return a `public-user`, the profile that everybody sees."""
    unset = ("company", "location", "email", "hireable", "bio", "twitter_username")
    return {
        **user(world, account),
        "name": account.login,
        "blog": "",
        **dict.fromkeys(unset),
        "public_repos": sum(repo.owner is account for repo in world.repos.values()),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": world.time(account.created_at),
        "updated_at": world.time(account.created_at),
    }


def private_user(world: World, account: Account) -> JsonObject:
    """Return a `private-user`, the profile that its owner sees."""
    counts = (
        "private_gists",
        "total_private_repos",
        "owned_private_repos",
        "disk_usage",
        "collaborators",
    )
    return {
        **public_user(world, account),
        **dict.fromkeys(counts, 0),
        "two_factor_authentication": True,
    }


def organization(world: World, account: Account) -> JsonObject:
    """Return an `organization-simple-webhooks`."""
    url = f"{world.api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"O_{account.id}",
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.url}/avatars/{account.login}",
        "description": None,
    }


def app(world: World, registration: App) -> JsonObject:
    """Return an `integration`."""
    page = f"{world.url}/github-apps/{registration.slug}"
    return {
        "id": registration.id,
        "slug": registration.slug,
        "client_id": registration.client_id,
        "node_id": f"A_{registration.id}",
        "owner": user(world, registration.owner),
        "name": registration.name,
        "description": "",
        "external_url": page,
        "html_url": page,
        "created_at": world.time(registration.created_at),
        "updated_at": world.time(registration.created_at),
        "permissions": dict(registration.permissions),
        "events": list(registration.events),
    }


def installation(world: World, record: Installation) -> JsonObject:
    """Return an `installation`."""
    suspended = record.suspended_at
    return {
        "id": record.id,
        "account": user(world, record.account),
        "repository_selection": "all" if record.repository_ids is None else "selected",
        "access_tokens_url": f"{world.api}/app/installations/{record.id}/access_tokens",
        "repositories_url": f"{world.api}/installation/repositories",
        "html_url": f"{world.url}/settings/installations/{record.id}",
        "app_id": record.app.id,
        "client_id": record.app.client_id,
        "app_slug": record.app.slug,
        "target_id": record.account.id,
        "target_type": "Organization" if record.account.type == "Organization" else "User",
        "permissions": dict(record.permissions),
        "events": list(record.events),
        "single_file_name": None,
        "created_at": world.time(record.created_at),
        "updated_at": world.time(record.created_at),
        "suspended_at": None if suspended is None else world.time(suspended),
        "suspended_by": None if suspended is None else user(world, record.account),
    }


def token(world: World, issued: Token, repositories: list[JsonObject]) -> JsonObject:
    """Return an `installation-token`; repositories are named only where it was narrowed to some."""
    selected = issued.repository_ids is not None
    shape: JsonObject = {
        "token": issued.value,
        "expires_at": world.time(issued.expires_at),
        "permissions": {"metadata": "read", **issued.permissions},
        "repository_selection": "selected" if selected else "all",
    }
    return shape | ({"repositories": repositories} if selected else {})
