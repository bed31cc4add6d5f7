"""What was blocked, or would have been, as values that are ready to be shown."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rollout.why import Awaited


class Outcome(StrEnum):
    """What became of a pull request that was blocked."""

    FREED = "freed"
    WAITING = "waiting"
    MERGED = "merged"  # while it was blocked: in shadow mode, or past the rules
    CLOSED = "closed"
    UNKNOWN = "unknown"  # the index does not know it, or not under this name


@dataclass(frozen=True, slots=True)
class Counts:
    """Pull requests: how many got a verdict, were blocked, and what became of those.

    *enforced* are those whose merging was kept up, *shadow* those that only would have been.
    *median* is for how many seconds those that were freed had been blocked.
    """

    judged: int = 0
    shadow: int = 0
    enforced: int = 0
    freed: int = 0
    waiting: int = 0
    merged: int = 0
    closed: int = 0
    unknown: int = 0
    median: float | None = None

    @property
    def blocked(self) -> int:
        """How many were blocked, or would have been."""
        return self.shadow + self.enforced


@dataclass(frozen=True, slots=True)
class Cause:
    """A kind of reason with its rule, and how many pull requests it blocked."""

    kind: str
    code: str
    pulls: int


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """A plan, how many pull requests were blocked by it, and how many of them wait still."""

    plan: Awaited
    pulls: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Exempted:
    """A recorded exemption."""

    at: float
    repository: str
    number: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What happened between two moments in an owner's repositories.

    *days* are all of them by their number since the epoch, in UTC, with how many pull requests
    became blocked. *exemptions* are the newest; *people* count all of them.
    """

    owner: str
    pattern: str
    since: float
    until: float
    total: Counts
    repositories: tuple[tuple[str, Counts], ...] = ()
    causes: tuple[Cause, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    plans: tuple[WaitedFor, ...] = ()
    people: tuple[tuple[str, int], ...] = ()
    exemptions: tuple[Exempted, ...] = ()

    @property
    def exempted(self) -> int:
        """How many exemptions were given."""
        return sum(count for _, count in self.people)
