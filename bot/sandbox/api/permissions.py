"""Who may do what: a route's needs against a token's permissions, or against a person's role."""

from typing import Final

from bot.sandbox.api.answers import Refused, forbidden
from bot.sandbox.api.auth import Anonymous, AppCaller, Caller, InstallationCaller, UserCaller
from bot.sandbox.api.routing import Route
from bot.sandbox.state.accounts import allows
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

_ROLES: Final = {
    "read": ("read", "triage", "write", "maintain", "admin"),
    "write": ("write", "maintain", "admin"),
    "administration": ("admin",),
}


def allow(world: World, route: Route, caller: Caller, target: Repo | None, method: str) -> None:
    """Raise Refused where the caller may see the place, but not do this there."""
    if route.app != isinstance(caller, AppCaller):
        if route.app:
            raise Refused(401, "A JSON web token could not be decoded")
        raise forbidden()
    match caller:
        case InstallationCaller(token):
            if route.needs and not any(allows(token.permissions, need) for need in route.needs):
                raise forbidden()
        case UserCaller(token):
            if route.needs and not any(map(token.allows, route.needs)):
                raise Refused(403, "Resource not accessible by personal access token")
            role = None if target is None else world.role(target, token.account)
            if target is not None and not any(_role_allows(role, need) for need in route.needs):
                raise Refused(403, "Must have admin rights to Repository.")
        case AppCaller() | Anonymous():
            pass
    if target is not None and target.archived and method != "GET":
        raise Refused(403, "Repository was archived so is read-only.")


def _role_allows(role: str | None, need: str) -> bool:
    name, _, level = need.partition(":")
    return role in _ROLES["administration" if name == "administration" else level]
