"""The primary rate limit: so many requests an hour for each App, installation and user.

GraphQL has a limit of its own, in points.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from bot.sandbox.api.answers import Answer, RateLimited, Refused
from bot.sandbox.api.auth import Anonymous, AppCaller, Caller, InstallationCaller, UserCaller
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.state.world import World

routes = Routes()

Resource = Literal["core", "graphql"]

_HOUR: Final = 3600
_ANONYMOUS: Final = 60


@dataclass(slots=True)
class Window:
    """The requests that counted since an hour began."""

    ends_at: int
    used: int = 0


@dataclass(slots=True)
class RateLimits:
    """Counts requests by the sandbox's clock."""

    world: World
    windows: dict[tuple[str, int, Resource], Window] = field(default_factory=dict)

    def headers(self, caller: Caller, resource: Resource) -> dict[str, str]:
        """Return how much a caller has left, as every answer says it."""
        limit = _ANONYMOUS if caller == Anonymous() else self._limit(resource)
        window = self._window(caller, resource)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - window.used, 0)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(window.ends_at),
            "x-ratelimit-resource": resource,
        }

    def check(self, caller: Caller, resource: Resource) -> None:
        """Raise RateLimited where the caller has nothing left."""
        used_up = self._window(caller, resource).used >= self._limit(resource)
        if used_up and self.world.limits.rated:
            raise RateLimited(403, "API rate limit exceeded for installation.")

    def count(self, caller: Caller, resource: Resource, cost: int) -> None:
        """Count what an answer costs; a 304 is free and never comes here."""
        self._window(caller, resource).used += cost

    def _limit(self, resource: Resource) -> int:
        limits = self.world.limits
        return limits.graphql_points if resource == "graphql" else limits.rate

    def _window(self, caller: Caller, resource: Resource) -> Window:
        now, key = int(self.world.clock()), (*_key(caller), resource)
        window = self.windows.get(key)
        if window is None or window.ends_at <= now:
            window = self.windows[key] = Window(now + _HOUR)
        return window


def _key(caller: Caller) -> tuple[str, int]:
    match caller:
        case AppCaller(app):
            return "app", app.id
        case InstallationCaller(token):
            return "installation", token.installation.id
        case UserCaller(token):
            return "user", token.account.id
        case Anonymous():
            return "anonymous", 0


@routes("GET", "/rate_limit")
def get_rate_limit(call: Call) -> Answer:
    """Answer how much is left; asking for it is free."""
    if not call.world.limits.rated:
        raise Refused(404, "Rate limiting is not enabled.")
    names = ("limit", "remaining", "reset", "used")
    core = {name: int(call.rates[f"x-ratelimit-{name}"]) for name in names}
    search = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    return Answer({"resources": {"core": core, "search": search}, "rate": core})
