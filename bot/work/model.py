"""The values that go in and out of the store. They carry no behaviour and know no database."""

from dataclasses import dataclass
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
    """One webhook delivery, reduced to what is worth keeping."""

    guid: str
    event: str
    action: str | None
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery as the store remembers it: when it first came, and how often it came again."""

    delivery: Delivery
    at: float
    redelivered: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that may have changed, and the installation (tenant) whose turn it takes."""

    key: str
    tenant: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process owns, as long as the token is the row's newest."""

    key: str
    tenant: int
    token: int
    attempts: int  # failed runs before this one, since the last success or new start


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue's listing; times are seconds since the epoch."""

    key: str
    tenant: int
    state: State
    wanted: int
    seen: int
    due: float
    attempts: int
    error: str
