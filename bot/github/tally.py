"""What one run asks of GitHub, counted where it is asked. It limits nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from bot import metrics


class Cost(StrEnum):
    """What becomes of one thing that GitHub is asked for, and what that costs."""

    COUNTED = "counted"  # answered at the price of one piece of the rate limit
    FREE = "free"  # unchanged since the last time: a 304
    SHARED = "shared"  # not sent: an equal request was under way
    ERROR = "error"  # no answer, or a fault of GitHub's; to be on the safe side it counted


@dataclass(slots=True)
class Tally:
    """The requests of one run; of a *backfill* nobody waits for it, and it leaves a reserve.

    Each query of GraphQL counts as one, as it costs one point.
    """

    backfill: bool = False
    requests: int = 0  # that count against the rate limit
    free: int = 0
    shared: int = 0


# A context's own value, since runs are tasks: what they start inherits it.
_open: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def tallying(*, backfill: bool = False) -> Iterator[Tally]:
    """Count what is asked of GitHub inside the block, by the tasks that it starts as well."""
    tally = Tally(backfill)
    token = _open.set(tally)
    try:
        yield tally
    finally:
        _open.reset(token)


def is_backfill() -> bool:
    """Whether the run that asks is one that nobody waits for."""
    tally = _open.get()
    return tally is not None and tally.backfill


def count(name: str, cost: Cost) -> None:
    """Add one request to what the process counts by name, and to the run's tally if a run asks."""
    metrics.asked(name, cost)
    if (tally := _open.get()) is None:
        return
    match cost:
        case Cost.COUNTED | Cost.ERROR:
            tally.requests += 1
        case Cost.FREE:
            tally.free += 1
        case Cost.SHARED:
            tally.shared += 1
