"""Clocks that go on evenly: a look at one that can be set, carried by one that cannot."""

import time
from collections.abc import Callable

from sqlalchemy import Connection, Float, func, select

LOOK_EVERY = 10.0  # seconds; until then a machine's own clock is as good as any

Clock = Callable[[], float]
"""Seconds since the epoch."""

_now = select(func.extract("epoch", func.clock_timestamp()).cast(Float))


def steady(wall: Clock = time.time, monotonic: Clock = time.monotonic) -> Clock:
    """Make a clock that agrees with *wall* now, and goes on evenly if somebody sets that."""
    offset = wall() - monotonic()
    return lambda: offset + monotonic()


class DatabaseClock:
    """The clock of a PostgreSQL server, which all of its processes share."""

    def __init__(self, monotonic: Clock = time.monotonic) -> None:
        self._monotonic = monotonic
        self._offset = 0.0
        self._look_at = float("-inf")

    def __call__(self) -> float:
        """Return what the server's clock should show by now; it was looked at before."""
        return self._offset + self._monotonic()

    def look(self, connection: Connection) -> None:
        """Look at the server's clock, if the last time was a while ago."""
        before = self._monotonic()
        if before < self._look_at:
            return
        shown: float = connection.scalars(_now).one()
        after = self._monotonic()
        self._offset = shown - (before + after) / 2
        self._look_at = after + LOOK_EVERY
