"""Pure work in a child process, so that the event loop goes on. It knows nothing of the work.

Not `concurrent.futures`: there a child that dies fails all calls that wait, none can be stopped
after a time, and it lives on where its parent is killed. What crosses is data, read by the
function's own annotations: a child that hostile input has taken over can answer nothing else.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Final, Self, TypeVar, TypeVarTuple

from msgspec import Raw, msgpack

from bot.errors import PlanGateError
from bot.offloaded import HEAD, Answer, Call, decoder, frame

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

LIMIT: Final = 30.0
IDLE: Final = 60.0
_ROOM: Final = 1 << 20  # bytes of an answer that are read ahead


class CallFailed(PlanGateError):
    """A call took its child with it, twice, or went on for too long: its result is not known."""


class Offload:
    """Makes one call at a time, in a child that starts with the first and ends when none comes.

    A call may take *limit* seconds; without one for *idle* seconds the child ends.
    """

    def __init__(self, *, limit: float = LIMIT, idle: float = IDLE) -> None:
        self._limit = limit
        self._idle = idle
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Return `function(*arguments)`.

        The function stands in a module by its name, and its annotations say what it takes and
        gives: plain values, of which msgspec makes bytes and back. Raises `CallFailed`; and
        `RuntimeError` with the traceback, where the function itself raised.
        """
        encoded = [Raw(msgpack.encode(each)) for each in arguments]
        request = Call(function.__module__, function.__name__, encoded)
        answer = msgpack.decode(await self.call(msgpack.encode(request)), type=Answer)
        if answer.fault:
            raise RuntimeError(answer.fault)
        found: T = decoder(function, "return").decode(answer.value)
        return found

    async def call(self, request: bytes) -> bytes:
        """Return the child's answer to a request, both encoded; raises `CallFailed`."""
        async with self._turn:
            if self._rest is not None:
                self._rest.cancel()
            try:
                # Once more: it need not be the call that killed, memory may have been short.
                reply = await self._ask(request) or await self._ask(request)
            finally:
                self._rest = asyncio.get_running_loop().call_later(self._idle, self._release)
        if reply is None:
            raise CallFailed("the process that was to do it died twice")
        return reply

    async def close(self) -> None:
        """End the child, and with it the calls that are under way or wait; none may follow."""
        self._closed = True
        if self._rest is not None:
            self._rest.cancel()
        if self._child is not None:
            await self._end(self._child, kill=self._turn.locked())

    async def _ask(self, request: bytes) -> bytes | None:
        """Send a request, and return the answer; None where the child died instead."""
        child = await self._started()
        asked, answers = _pipes(child)
        try:
            asked.write(frame(request))
            await asked.drain()
            head = await answers.readexactly(HEAD)
            return await answers.readexactly(int.from_bytes(head))
        except (ConnectionError, asyncio.IncompleteReadError):
            await self._end(child)
            if child.returncode == -signal.SIGALRM:
                raise CallFailed(f"it takes longer than {self._limit:g} seconds") from None
            return None
        except asyncio.CancelledError:  # the next call would get this one's answer
            await self._end(child, kill=True)
            raise

    async def _started(self) -> asyncio.subprocess.Process:
        if self._closed:
            raise RuntimeError("a call after the end")
        if self._child is not None:
            if self._child.returncode is None and not _pipes(self._child)[0].is_closing():
                return self._child
            await self._end(self._child)
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # import nothing from the working directory
            "-m",
            "bot.offloaded",
            str(self._limit),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_ROOM,
        )
        return self._child

    def _release(self) -> None:
        """Let an idle child go: it ends by itself when its input does."""
        if self._child is not None:
            _pipes(self._child)[0].close()

    async def _end(self, child: asyncio.subprocess.Process, *, kill: bool = False) -> None:
        if kill and child.returncode is None:
            child.kill()
        _pipes(child)[0].close()
        await child.wait()


def _pipes(child: asyncio.subprocess.Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin, child.stdout
