"""Look into the ledger while other processes serve from it. Nothing is written or locked."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.errors import UsageError
from bot.ledger import audit, decisions, history
from bot.ledger.port import Audit, Decision
from bot.settings import Postgres
from bot.work.migrations import require_newest
from bot.work.peek import peek

T = TypeVar("T")


class LedgerView:
    """Questions to the ledger, each answered as it stands at that moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decision(self, beginning: str) -> Decision:
        """Return the decision of that id, or the only one whose id begins so.

        Raises `UsageError` where there is none, or several.
        """
        if exact := decisions.find(self._connection, beginning):
            return exact
        match decisions.beginning(self._connection, beginning, 2):
            case [only]:
                return only
            case [one, other]:
                raise UsageError(
                    f"several decisions begin with {beginning!r}, {one.id} and {other.id} among "
                    "them: give more of it"
                )
            case _:
                raise UsageError(
                    f"no decision begins with {beginning!r}: `plan-gate replay` lists the newest"
                )

    def decisions(self, subject: str | None = None, limit: int = 100) -> list[Decision]:
        """Return the newest decisions, of one subject or of all, newest first."""
        return decisions.newest(self._connection, subject, limit)

    def audit(self, after_id: int = 0, limit: int = 100) -> list[Audit]:
        """Return what happened after that entry, oldest first."""
        return audit.entries(self._connection, after_id, limit)

    def happened(self, owner: str) -> Iterator[Audit]:
        """Yield all that happened in an owner's repositories, oldest first."""
        return history.entries(self._connection, owner)

    def blocking(
        self, owner: str, since: float, conclusions: Sequence[str]
    ) -> Iterator[list[history.Blocking]]:
        """Yield pages of an owner's decisions of such conclusions: from then on, or standing."""
        return history.blocking(self._connection, owner, since, conclusions)

    def records(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the records of a page of decisions."""
        return history.records(self._connection, ids)

    def states(self, owner: str) -> Iterator[tuple[str, int, str]]:
        """Yield what became of an owner's pull requests: repository, number, state."""
        return history.states(self._connection, owner)


def peek_ledger(where: Path | Postgres, ask: Callable[[LedgerView], T]) -> T:
    """Connect for reading alone, and return what *ask* finds.

    Raises `StoreUnavailable` if there is no such database, or no ledger of this version in it.
    """

    def look(connection: Connection) -> T:
        require_newest(connection)
        return ask(LedgerView(connection))

    return peek(where, look)
