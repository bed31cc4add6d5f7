"""Who we are to GitHub: the App by a signed token of minutes, an installation by one of an hour."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import jwt
from cachetools import TLRUCache

Clock = Callable[[], float]

# GitHub refuses a JWT that was issued in its future or lives longer than ten minutes:
# the clock may be a minute ahead of GitHub's, and two minutes behind it.
_BACKDATED = 60
_LIFETIME = 8 * 60
# A token is renewed this many seconds before it ends, so that no request outlives it.
_MARGIN = 5 * 60


def app_jwt(app_id: str, private_key: str, now: float) -> str:
    """Sign the App's token for the next minutes.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    """
    issued = int(now) - _BACKDATED
    claims = {"iat": issued, "exp": issued + _LIFETIME, "iss": app_id}
    return jwt.encode(claims, private_key, algorithm="RS256")


@dataclass(frozen=True, slots=True)
class Token:
    """An installation access token and the second (epoch) it ends at."""

    value: str
    expires_at: float


def parse_expiry(text: str) -> float:
    """`2026-01-01T00:00:00Z` as seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def _kept_until(_installation: int, token: Token, _now: float) -> float:
    return token.expires_at - _MARGIN


class InstallationTokens:
    """Tokens by installation, each kept until shortly before it ends."""

    def __init__(self, create: Callable[[int], Awaitable[Token]], clock: Clock) -> None:
        self._create = create
        self._kept: TLRUCache[int, Token] = TLRUCache(maxsize=10_000, ttu=_kept_until, timer=clock)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, installation: int) -> str:
        """A token that is good for some minutes more; many askers make one request."""
        async with self._locks[installation]:
            token = self._kept.get(installation)
            if token is None:
                token = await self._create(installation)
                self._kept[installation] = token
            return token.value

    def forget(self, installation: int, value: str) -> None:
        """Drop a token that GitHub no longer takes, unless it was renewed meanwhile."""
        token = self._kept.get(installation)
        if token is not None and token.value == value:
            del self._kept[installation]
