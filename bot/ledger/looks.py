"""How each pull request looked when its verdict was published: what looks otherwise is stale."""

from collections.abc import Mapping

from bot.ledger.port import Ledger
from bot.subject import PullSubject

_KIND = "look"


class Looks:
    """Looks, as digests, by the ledger's memory; a pull request without one is stale."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def keep(self, pull: PullSubject, look: bytes) -> None:
        """Keep how it looked when it was read for the verdict that stands."""
        await self._ledger.keep(_KIND, pull.key, look)

    async def forget(self, pull: PullSubject) -> None:
        """Let it be stale, because what stands is no verdict on how it looks."""
        await self._ledger.forget(_KIND, pull.key)

    async def stale(self, looks: Mapping[PullSubject, bytes]) -> list[PullSubject]:
        """Those that look otherwise now, or never had a verdict; *looks* is how they look."""
        kept = await self._ledger.recall_many(_KIND, [pull.key for pull in looks])
        return [pull for pull, look in looks.items() if kept.get(pull.key) != look]
