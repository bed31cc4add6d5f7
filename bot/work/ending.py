"""How a run ended that did not fail: with all of its subject, or with a part of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do until the next mark. *words* are for the log."""

    words: str


@dataclass(frozen=True, slots=True)
class Proceed:
    """A part is done: the next run goes on from *progress*, after *delay* seconds.

    The next one begins anew where *progress* is empty, and at once where the subject was marked
    meanwhile. *words* are for the log.
    """

    words: str
    progress: str = ""
    delay: float = 0.0


Ending = Done | Proceed
