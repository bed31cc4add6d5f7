"""Webhooks as a bad day delivers them: some lost, some twice, some late and so out of order."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.sandbox.state.deliveries import Delivery


@dataclass(slots=True)
class Disorder:
    """Chance decides about each webhook, and the same seed decides alike.

    Late is what waits for some of those that come after it, so nothing here needs a clock.
    """

    chance: random.Random
    lost: float = 0.1
    doubled: float = 0.1
    late: float = 0.3
    latest: int = 5  # the most webhooks that may overtake one
    _waiting: list[tuple[int, Delivery]] = field(default_factory=list)

    def let_through(self, delivery: Delivery) -> Iterator[Delivery]:
        """Yield what is sent now: of this webhook, and of those that have waited for it."""
        yield from self._overtaken()
        if self.chance.random() < self.lost:
            return
        copies = 1 + (self.chance.random() < self.doubled)
        for _ in range(copies):
            copy = replace(delivery)
            if self.chance.random() < self.late:
                self._waiting.append((self.chance.randint(1, self.latest), copy))
            else:
                yield copy

    def let_go(self) -> list[Delivery]:
        """Return what still waits, the next in turn first; then nothing waits any more."""
        waiting, self._waiting = self._waiting, []
        return [delivery for _, delivery in sorted(waiting, key=lambda late: late[0])]

    def _overtaken(self) -> list[Delivery]:
        """Count one webhook for those that wait, and return whose turn has come by it."""
        counted = [(left - 1, delivery) for left, delivery in self._waiting]
        self._waiting = [late for late in counted if late[0] > 0]
        return [delivery for left, delivery in counted if left <= 0]
