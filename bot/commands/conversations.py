"""What commands and buttons need to answer in the conversations of one repository."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.github.people import People
from bot.github.publisher import Guard, Publisher
from bot.github.reader import Reader
from bot.ledger.port import Ledger
from bot.subject import Subject


@dataclass(frozen=True, slots=True)
class Conversations:
    """One repository, as somebody sees it who answers there.

    *owned* raises where the run has lost its claim; *mark* puts a subject into the work queue.
    """

    reader: Reader
    people: People
    publisher: Publisher
    ledger: Ledger
    clock: Callable[[], float]
    owned: Guard
    mark: Callable[[Subject], Awaitable[None]]
