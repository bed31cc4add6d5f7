"""Where the last push to each branch led that was worked off: what stands elsewhere was missed."""

from bot.ledger.port import Ledger

_KIND = "branch"


class Branches:
    """The commits at which branches stood, by the ledger's memory."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def handled(self, repository: str, branch: str) -> str | None:
        """The commit up to which all that a push concerns was marked; None where none was."""
        kept = await self._ledger.recall(_KIND, f"{repository} {branch}")
        return None if kept is None else kept.decode()

    async def note(self, repository: str, branch: str, sha: str) -> None:
        """Keep that all was marked which the branch's being at *sha* concerns."""
        await self._ledger.keep(_KIND, f"{repository} {branch}", sha.encode())
