"""How far a long run is: one line on a terminal, which is gone at the end."""

from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

Item = TypeVar("Item")

MANY = 50
_WIDTH = 30
_CLEAR = "\r\x1b[K"


def progress(items: Sequence[Item], stream: TextIO, verb: str) -> Iterator[Item]:
    """Yield the items; of many of them, tell a terminal how far it is."""
    if len(items) < MANY or not stream.isatty():
        yield from items
        return
    step = len(items) // 100 + 1
    try:
        for number, item in enumerate(items):
            if number % step == 0:
                done = "█" * (_WIDTH * number // len(items))
                stream.write(f"{_CLEAR}{verb} {done:░<{_WIDTH}} {number}/{len(items)}")
                stream.flush()
            yield item
    finally:
        stream.write(_CLEAR)
        stream.flush()
