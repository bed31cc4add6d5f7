"""Who we are to GitHub: the App by a signed token of minutes, an installation by one of an hour."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime

import jwt
from cachetools import LRUCache, TLRUCache

from bot.github.shared_tokens import SharedTokens, Token
from bot.settings import read_key

Clock = Callable[[], float]

# GitHub refuses a JWT that was issued in its future or lives longer than ten minutes:
# the clock may be a minute ahead of GitHub's, and two minutes behind it.
_BACKDATED = 60
_LIFETIME = 8 * 60
# A token is renewed this many seconds before it ends, so that no request outlives it.
_MARGIN = 5 * 60
# Where our clock is so wrong that a new token seems to be over, it is taken for good so long:
# else each request would make one.
_SHORTEST = 60
_BELIEVED = 60  # seconds until a process asks again what it shares with others
_MOST = 10_000  # installations whose tokens a process holds


def app_jwt(app_id: str, private_key: str, now: float) -> str:
    """Sign the App's token for the next minutes.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    """
    issued = int(now) - _BACKDATED
    claims = {"iat": issued, "exp": issued + _LIFETIME, "iss": app_id}
    return jwt.encode(claims, read_key(private_key), algorithm="RS256")


def parse_expiry(text: str) -> float:
    """`2026-01-01T00:00:00Z` as seconds since the epoch."""
    return datetime.fromisoformat(text).timestamp()


def _kept_until(_installation: int, token: Token, now: float) -> float:
    """Not for long: another process may have renewed it, because it reaches more by now."""
    end = token.expires_at - _MARGIN
    return min(end if end > now else now + _SHORTEST, now + _BELIEVED)


class InstallationTokens:
    """Tokens by installation, each kept until shortly before it ends.

    A process asks its own memory, then what it shares with others, and GitHub last.
    """

    def __init__(
        self,
        create: Callable[[int], Awaitable[Token]],
        shared: SharedTokens,
        clock: Clock,
    ) -> None:
        self._create = create
        self._shared = shared
        self._clock = clock
        self._kept: TLRUCache[int, Token] = TLRUCache(_MOST, ttu=_kept_until, timer=clock)
        self._refused: LRUCache[int, str] = LRUCache(_MOST)
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, installation: int) -> str:
        """A token that is good for some minutes more; many askers make one request."""
        async with self._locks[installation]:
            token = self._kept.get(installation)
            if token is None:
                token = await self._recall(installation) or await self._make(installation)
                self._kept[installation] = token
            return token.value

    async def renew(self, installation: int) -> None:
        """Have another token from now on: what the last one reaches may be of its own time."""
        async with self._locks[installation]:
            self._kept[installation] = await self._make(installation)

    async def forget(self, installation: int, value: str) -> None:
        """Drop a token that GitHub no longer takes, unless it was renewed meanwhile."""
        self._refused[installation] = value
        token = self._kept.get(installation)
        if token is not None and token.value == value:
            del self._kept[installation]
            await self._shared.forget(installation, value)

    async def _recall(self, installation: int) -> Token | None:
        token = await self._shared.recall(installation)
        if token is None or token.value == self._refused.get(installation):
            return None
        return token if token.expires_at - _MARGIN > self._clock() else None

    async def _make(self, installation: int) -> Token:
        token = await self._create(installation)
        await self._shared.keep(installation, token)
        return token
