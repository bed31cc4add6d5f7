"""What runs in the child of `bot.offload`: the functions asked for, one after the other.

It is imported on both sides, so it stays light; nothing here knows what a function is for.
"""

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final, TypeVar, get_type_hints

from msgspec import Raw, Struct, msgpack

T = TypeVar("T")

HEAD: Final = 4  # bytes that tell how many follow
FATAL: Final = (signal.SIGINT, signal.SIGTERM)  # for the parent: it ends us once nobody calls


class Call(Struct, array_like=True):
    """A function by its module and name, with its arguments in order."""

    module: str
    name: str
    arguments: list[Raw]


class Answer(Struct, array_like=True):
    """What a function returned; or what it raised, the words first and the traceback after."""

    value: Raw = Raw(b"\xc0")  # nil
    fault: str = ""


def frame(content: bytes) -> bytes:
    """Return what goes through a pipe: the content's length, then itself."""
    return len(content).to_bytes(HEAD) + content


@cache
def decoder(function: Callable[..., T], what: str) -> msgpack.Decoder[T]:
    """Return what reads the argument of that name, or the `return` value, of a function."""
    return msgpack.Decoder(get_type_hints(function)[what])


def answer(request: bytes) -> bytes:
    """Make a call; both are encoded. Whatever it raises is an answer, too."""
    return msgpack.encode(_make(request))


def _make(request: bytes) -> Answer:
    try:
        call = msgpack.decode(request, type=Call)
        function = getattr(importlib.import_module(call.module), call.name)
        names = [name for name in get_type_hints(function) if name != "return"]
        given = zip(names, call.arguments, strict=True)
        found = function(*(decoder(function, name).decode(raw) for name, raw in given))
        return Answer(Raw(msgpack.encode(found)))
    except Exception as fault:  # noqa: BLE001 – it belongs to the caller
        return Answer(fault=f"{type(fault).__name__}: {fault}\n{traceback.format_exc()}")


def serve(limit: float) -> None:
    """Answer calls until the parent closes the pipe, or dies; a call over *limit* seconds kills.

    The kernel's own timer does: it asks neither the interpreter's lock nor a parent that is gone.
    """
    for sign in FATAL:
        signal.signal(sign, signal.SIG_IGN)
    with suppress(OSError):  # where memory runs out on Linux, better this process than the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(HEAD)) == HEAD:
        request = asked.read(int.from_bytes(head))
        signal.setitimer(signal.ITIMER_REAL, limit)
        reply = frame(answer(request))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(reply)
        answers.flush()


if __name__ == "__main__":
    try:
        serve(float(sys.argv[1]))
    except BrokenPipeError:  # the parent died while it waited: nobody is there to flush to, either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
