"""Endpoints of repositories and people: metadata, permissions, profiles, teams."""

from bot.sandbox.api.answers import Answer, forbidden, not_found
from bot.sandbox.api.auth import UserCaller
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import accounts, repositories
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

routes = Routes()


@routes("GET", "/repos/{owner}/{repo}", needs="metadata:read")
def get(call: Call) -> Answer:
    """Answer a repository."""
    world, repo = call.world, call.repo
    shape = repositories.repository(world, repo)
    if repo.parent is not None:
        parent = repositories.repository(world, repo.parent)
        shape |= {"parent": parent, "source": parent}
    return Answer(shape)


@routes("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", needs="metadata:read")
def get_permission(call: Call) -> Answer:
    """Answer what a user may do: maintain shows as write there, and triage as read."""
    world, account = call.world, _account(call.world, call.path["username"])
    role = world.role(call.repo, account)
    legacy = {"maintain": "write", "triage": "read", None: "none"}
    permissions = {"admin": role == "admin", "push": role in ("write", "maintain", "admin")}
    shape = accounts.user(world, account) | {
        "role_name": role or "none",
        "permissions": {**permissions, "pull": role is not None},
    }
    permission = legacy.get(role, role)
    return Answer({"permission": permission, "role_name": role or "none", "user": shape})


@routes("GET", "/users/{username}")
def get_user(call: Call) -> Answer:
    """Answer a profile."""
    return Answer(accounts.public_user(call.world, _account(call.world, call.path["username"])))


@routes("GET", "/user")
def get_own_user(call: Call) -> Answer:
    """Answer the profile of the person who calls."""
    return Answer(accounts.private_user(call.world, _person(call)))


@routes("GET", "/user/installations")
def list_user_installations(call: Call) -> Answer:
    """List the installations that reach a repository which the person has a role in."""
    found = [
        each
        for each in call.world.installations.values()
        if any(each.covers(repo.id, repo.owner) for repo in _own_repositories(call))
    ]
    return call.page(found, lambda each: accounts.installation(call.world, each), "installations")


@routes("GET", "/user/installations/{installation_id}/repositories")
def list_user_repositories(call: Call) -> Answer:
    """List the repositories of an installation which the person has a role in."""
    installation = call.world.installations.get(call.number("installation_id"))
    if installation is None:
        raise not_found()
    found = [repo for repo in _own_repositories(call) if installation.covers(repo.id, repo.owner)]
    return call.page(found, lambda repo: repositories.repository(call.world, repo), "repositories")


@routes("GET", "/orgs/{org}/teams/{team}/members", needs="members:read")
def list_team(call: Call) -> Answer:
    """List the members of a team."""
    members = [_account(call.world, login) for login in sorted(_team(call))]
    return call.page(members, lambda account: accounts.user(call.world, account))


@routes("GET", "/orgs/{org}/teams/{team}/memberships/{username}", needs="members:read")
def get_membership(call: Call) -> Answer:
    """Answer whether a user is in a team."""
    account = _account(call.world, call.path["username"])
    if account.login not in _team(call):
        raise not_found()
    place = f"{call.path['org']}/teams/{call.path['team']}/memberships/{account.login}"
    url = f"{call.world.api}/orgs/{place}"
    return Answer({"url": url, "role": "member", "state": "active"})


def _person(call: Call) -> Account:
    if not isinstance(call.caller, UserCaller):
        raise forbidden()
    return call.caller.account


def _own_repositories(call: Call) -> list[Repo]:
    person = _person(call)
    login = person.login.lower()
    return [
        repo for repo in call.world.repos.values() if repo.owner is person or login in repo.roles
    ]


def _account(world: World, login: str) -> Account:
    account = world.accounts.get(login.lower())
    if account is None:
        raise not_found()
    return account


def _team(call: Call) -> set[str]:
    members = _account(call.world, call.path["org"]).teams.get(call.path["team"])
    if members is None:
        raise not_found()
    return members
