"""Endpoints of repositories and people: metadata, permissions, profiles, teams."""

from bot.sandbox.api.answers import Answer, Refused, not_found
from bot.sandbox.api.auth import UserCaller
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import accounts, repositories
from bot.sandbox.state.accounts import Account
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
    if not isinstance(call.caller, UserCaller):
        raise Refused(403, "Resource not accessible by integration")
    return Answer(accounts.private_user(call.world, call.caller.account))


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
