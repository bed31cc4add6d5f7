"""How much one identity has left of GitHub's primary rate limits, and for whom. It sends nothing.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot import metrics
from bot.github.errors import OverBudget, RateLimited
from bot.github.request import Resource
from bot.github.retry import bounded, number
from bot.github.tally import is_backfill

RESERVE = 0.2  # of a limit, which only live runs may use


class _Window(NamedTuple):
    """What an answer said of an hour; times are by our clock, but for *reset*, its name."""

    reset: float
    learnt: float
    ends: float
    limit: float
    left: float


class Budget:
    """One identity's limits, REST and GraphQL apart, as GitHub's answers tell them.

    What GitHub does not tell never blocks: an Enterprise Server may have no limits. A clock that is
    wrong, or set anew, blocks no longer than the hour that a limit lasts.
    """

    def __init__(self, owner: int, clock: Callable[[], float]) -> None:
        self._owner = owner
        self._clock = clock
        self._windows: dict[Resource, _Window] = {}
        self._rests: tuple[float, float] = (0.0, 0.0)  # from when until when

    @property
    def is_limited(self) -> bool:
        """Whether GitHub has ever told of a limit."""
        return bool(self._windows)

    def learn(self, resource: Resource, headers: Mapping[str, str]) -> None:
        """Take note of what an answer's headers say; answers may come out of order."""
        if headers.get("x-ratelimit-resource", resource) != resource:
            return
        limit, left, reset = (
            number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset")
        )
        if limit is None or left is None or reset is None:
            return
        known = self._window(resource)
        if known is not None and reset < known.reset:
            return
        if known is not None and reset == known.reset:
            left = min(left, known.left)
        now = self._clock()
        ends = now + bounded(reset - now + 1.0)  # one more for the clocks
        self._windows[resource] = _Window(reset, now, ends, limit, left)
        metrics.rate_left(self._owner, resource, int(left))

    def rest(self, delay: float) -> None:
        """Let nothing through for so many seconds: GitHub has asked for silence."""
        now = self._clock()
        self._rests = (now, now + delay)

    def admit(self, resource: Resource) -> None:
        """Return where a request may be sent now.

        Raises `RateLimited` where nothing is left, and `OverBudget` where the run is a backfill
        and only the reserve is left.
        """
        now = self._clock()
        began, ends = self._rests
        if began <= now < ends:
            raise _limited("GitHub has asked for silence", ends - now)
        window = self._window(resource)
        if window is None:
            return
        if window.left <= 0:
            why = f"nothing is left of GitHub's rate limit ({resource})"
            raise _limited(why, window.ends - now)
        if is_backfill() and window.left <= window.limit * RESERVE:
            delay = bounded(window.ends - now)
            text = f"only the live runs' reserve is left of GitHub's rate limit ({resource})"
            raise OverBudget(f"{text}: it goes on in {delay:.0f} s", delay=delay)

    def _window(self, resource: Resource) -> _Window | None:
        """What is known of the present hour."""
        window = self._windows.get(resource)
        return window if window and window.learnt <= self._clock() < window.ends else None


def _limited(why: str, seconds: float) -> RateLimited:
    delay = bounded(seconds)
    return RateLimited(f"{why}: the installation rests for {delay:.0f} s", delay=delay)
