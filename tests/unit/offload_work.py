"""What the tests of `bot.offload` have done in its child."""

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    left: bytes
    right: dict[str, int]


def swap(pair: Pair, times: int) -> list[Pair]:
    return [Pair(pair.left[::-1], dict.fromkeys(pair.right, times))] * times


def pid() -> int:
    return os.getpid()


def die() -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def die_once(trace: str) -> int:
    """The process dies of the first call: the file *trace* is not there yet."""
    if not Path(trace).exists():
        Path(trace).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def stall() -> int:
    while True:
        time.sleep(1)


def stubborn() -> int:
    """Hold the interpreter's lock, as a pattern that backtracks does."""
    return sum(0 for _ in iter(int, 1))


def fault(words: str) -> int:
    raise LookupError(words)


def untrue() -> int:
    return "no number"  # type: ignore[return-value]  # as a child that was taken over might


def length(text: bytes) -> int:
    return len(text)


def repeat(text: bytes, times: int) -> bytes:
    return text * times
