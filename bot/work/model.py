"""The values that go in and out of the store. They carry no behaviour and know no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What the server made of a delivery."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REJECTED = "rejected"


class State(StrEnum):
    """Where a row of the queue stands; *dirty* is something else: `wanted > seen`."""

    IDLE = "idle"  # nothing to do until the next mark
    READY = "ready"  # waits for its `due` time and for a worker
    RUNNING = "running"  # one worker owns it, by token
    PARKED = "parked"  # gave up, with the error on show; the next mark wakes it


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery, reduced to what is worth keeping.

    *subject* is the key of what it marked, *installation* whose that is. *body* is there only where
    the operator asked for it, to look at or to replay.
    """

    guid: str
    event: str
    action: str | None
    outcome: Outcome
    reason: str = ""
    installation: int | None = None
    subject: str | None = None
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery as the store remembers it: when it first came, and how often it came again."""

    delivery: Delivery
    at: float
    redelivered: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that may have changed, and the installation (tenant) whose turn it takes.

    What nobody waits for (*backfill*) comes after all that is live of its tenant; a row that is
    marked both ways is live. *cause* is the delivery that it comes of, by its GUID, if of any.
    """

    key: str
    tenant: int
    backfill: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process owns, as long as the token is the row's newest.

    *progress* is where an earlier run of several came to, in the runner's own words; a run begins
    from the start where it is empty. *died*: the last run took its process with it, or the other
    way round. *cause* is the newest delivery that it comes of, by its GUID.
    """

    key: str
    tenant: int
    token: int
    attempts: int  # failed runs before this one, since the last success or new start
    backfill: bool = False
    progress: str = ""
    died: bool = False
    due: float = field(default=0.0, compare=False)  # when the row began to wait for this run
    cause: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Census:
    """The queue in numbers: rows by state, and seconds that the oldest due one has waited.

    *backfill* are those that wait and that nobody waits for.
    """

    rows: Mapping[State, int]
    oldest_due: float
    backfill: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue's listing; times are seconds since the epoch.

    *rests_until*: nothing of its installation is claimed before then; 0 where it never rested.
    *cause* is the newest delivery that it comes of, by its GUID.
    """

    key: str
    tenant: int
    state: State
    wanted: int
    seen: int
    due: float
    attempts: int
    backfill: bool
    owner: str  # who runs it, or ran it last
    error: str
    rests_until: float = 0.0
    cause: str = ""
