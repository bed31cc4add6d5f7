"""The primary rate limit: so many requests an hour for each App, installation and user."""

from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.api.answers import Answer, Refused
from bot.sandbox.api.auth import Anonymous, AppCaller, Caller, InstallationCaller, UserCaller
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.state.world import World

routes = Routes()

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
    windows: dict[tuple[str, int], Window] = field(default_factory=dict)

    def headers(self, caller: Caller) -> dict[str, str]:
        """Return how much a caller has left, as every answer says it."""
        limit = _ANONYMOUS if caller == Anonymous() else self.world.limits.rate
        window = self._window(caller)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(limit - window.used, 0)),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(window.ends_at),
            "x-ratelimit-resource": "core",
        }

    def check(self, caller: Caller) -> None:
        """Raise Refused where the caller has nothing left."""
        if self._window(caller).used >= self.world.limits.rate:
            raise Refused(403, "API rate limit exceeded for installation.")

    def count(self, caller: Caller) -> None:
        """Count one request; a 304 is free and never comes here."""
        self._window(caller).used += 1

    def _window(self, caller: Caller) -> Window:
        now = int(self.world.clock())
        window = self.windows.get(_key(caller))
        if window is None or window.ends_at <= now:
            window = self.windows[_key(caller)] = Window(now + _HOUR)
        return window


def _key(caller: Caller) -> tuple[str, int]:
    match caller:
        case AppCaller(app):
            return "app", app.id
        case InstallationCaller(token):
            return "installation", token.installation.id
        case UserCaller(account):
            return "user", account.id
        case Anonymous():
            return "anonymous", 0


@routes("GET", "/rate_limit")
def get_rate_limit(call: Call) -> Answer:
    """Answer how much is left; asking for it is free."""
    names = ("limit", "remaining", "reset", "used")
    core = {name: int(call.rates[f"x-ratelimit-{name}"]) for name in names}
    search = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    return Answer({"resources": {"core": core, "search": search}, "rate": core})
