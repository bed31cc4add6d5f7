"""Since when each pull request has had its head, as its evaluations saw it.

GitHub does not tell: a head that went away and came back looks as if it had never moved.
"""

from bot.ledger.port import Ledger
from bot.subject import PullSubject

_KIND = "head"


class Heads:
    """The newest head of each pull request, by the ledger's memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def note(self, pull: PullSubject, head_sha: str, at: float) -> None:
        """Keep that *head_sha* was the head at a time, unless it was so already."""
        if await self.since(pull, head_sha) is None:
            await self._ledger.keep(_KIND, pull.key, f"{head_sha} {at}".encode())

    async def since(self, pull: PullSubject, head_sha: str) -> float | None:
        """When *head_sha* was first seen as the head it still was at the last evaluation."""
        seen, at = await self._last(pull)
        return float(at) if seen == head_sha else None

    async def last(self, pull: PullSubject) -> str | None:
        """The head at the last evaluation."""
        seen, _ = await self._last(pull)
        return seen or None

    async def _last(self, pull: PullSubject) -> tuple[str, str]:
        kept = await self._ledger.recall(_KIND, pull.key)
        head_sha, _, at = (kept or b"").decode().partition(" ")
        return head_sha, at
