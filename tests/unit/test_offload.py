"""Work in a child: what comes back, and what becomes of those who wait when the child does not."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, msgpack

from bot.offload import CallFailed, Offload
from bot.offloaded import Answer, Call, answer
from tests.unit import offload_work as work

ROOT = Path(__file__).parents[2]
PARENT = """
import asyncio, os, sys
from bot.offload import Offload
from tests.unit import offload_work as work

async def main():
    offload = Offload()
    print(await offload.run(work.pid), flush=True)
    await asyncio.sleep(3_600)

asyncio.run(main())
"""


@pytest.fixture
async def offload() -> AsyncIterator[Offload]:
    """One that ends with the test."""
    async with Offload() as made:
        yield made


async def gone(pid: int) -> None:
    """Wait until a process has ended."""
    for _ in range(1_000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {pid} lives on")


async def test_values_go_there_and_come_back_as_the_function_says(offload: Offload) -> None:
    pair = work.Pair(b"abc\xff", {"x": 1})
    assert await offload.run(work.swap, pair, 2) == [work.Pair(b"\xffcba", {"x": 2})] * 2


async def test_it_runs_in_one_other_process(offload: Offload) -> None:
    pids = await asyncio.gather(*(offload.run(work.pid) for _ in range(5)))
    assert len(set(pids)) == 1
    assert pids[0] != os.getpid()


async def test_much_more_than_a_pipe_holds_goes_both_ways(offload: Offload) -> None:
    assert await offload.run(work.length, b"x" * 5_000_000) == 5_000_000
    assert await offload.run(work.repeat, b"ab", 2_000_000) == b"ab" * 2_000_000


async def test_what_a_function_raises_is_raised_with_its_traceback(offload: Offload) -> None:
    before = await offload.run(work.pid)
    with pytest.raises(RuntimeError, match=r"^LookupError: so it is\n(?s:.*)in fault"):
        await offload.run(work.fault, "so it is")
    assert await offload.run(work.pid) == before


async def test_an_answer_that_is_not_of_the_type_promised_is_refused(offload: Offload) -> None:
    with pytest.raises(ValidationError):
        await offload.run(work.untrue)


async def test_a_child_that_dies_is_replaced_and_the_call_made_once_more(
    offload: Offload, tmp_path: Path
) -> None:
    before = await offload.run(work.pid)
    calls = [offload.run(work.die_once, str(tmp_path / "trace")), offload.run(work.pid)]
    died, waited = await asyncio.gather(*calls)
    assert before != died == waited


async def test_a_call_that_kills_again_fails_alone(offload: Offload) -> None:
    died, waited = await asyncio.gather(
        offload.run(work.die), offload.run(work.length, b"four"), return_exceptions=True
    )
    assert isinstance(died, CallFailed)
    assert str(died) == "the process that was to do it died twice"
    assert waited == 4


@pytest.mark.parametrize("hostile", [work.stall, work.stubborn])
async def test_a_call_that_takes_too_long_fails_alone(hostile: Callable[[], int]) -> None:
    async with Offload(limit=0.3) as offload:
        late, waited = await asyncio.gather(
            offload.run(hostile), offload.run(work.length, b"four"), return_exceptions=True
        )
    assert isinstance(late, CallFailed)
    assert str(late) == "it takes longer than 0.3 seconds"
    assert waited == 4


async def test_a_caller_that_goes_away_spoils_no_answer(offload: Offload) -> None:
    before = await offload.run(work.pid)
    leaving = asyncio.create_task(offload.run(work.stall))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(offload.run(work.length, b"four"))
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await waiting == 4
    await gone(before)


async def test_a_child_that_dies_while_nobody_calls_is_replaced(offload: Offload) -> None:
    before = await offload.run(work.pid)
    os.kill(before, signal.SIGKILL)
    assert await offload.run(work.pid) != before


async def test_an_idle_child_ends_and_the_next_call_starts_another() -> None:
    async with Offload(idle=0.0) as offload:
        first = await offload.run(work.pid)
        await gone(first)
        assert await offload.run(work.pid) != first


async def test_what_is_asked_of_a_process_in_a_terminal_does_not_end_it(offload: Offload) -> None:
    before = await offload.run(work.pid)
    os.kill(before, signal.SIGINT)
    os.kill(before, signal.SIGTERM)
    assert await offload.run(work.pid) == before


async def test_closing_ends_the_child_in_the_middle_of_a_call_too() -> None:
    offload = Offload()
    child = await offload.run(work.pid)
    calls = [asyncio.create_task(offload.run(each)) for each in (work.stall, work.pid)]
    await asyncio.sleep(0)
    await offload.close()
    await gone(child)
    for ended in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(ended, RuntimeError)
    await offload.close()


async def test_a_parent_that_is_killed_leaves_no_child() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    assert parent.stdout is not None
    assert parent.stderr is not None
    assert int(await parent.stdout.readline())
    parent.kill()
    # Both hold the other end of it, so it is at its end when both are gone.
    await asyncio.wait_for(parent.stderr.read(), 60)
    await parent.wait()


def test_the_faster_loop_that_a_server_has_sees_the_same() -> None:
    async def see() -> None:
        async with Offload(limit=0.3, idle=0.0) as offload:
            first = await offload.run(work.pid)
            with pytest.raises(CallFailed, match="died twice"):
                await offload.run(work.die)
            with pytest.raises(CallFailed, match="it takes longer"):
                await offload.run(work.stubborn)
            assert await offload.run(work.repeat, b"ab", 2_000_000) == b"ab" * 2_000_000
            last = await offload.run(work.pid)
            assert last != first
            await gone(last)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(see())


@given(st.binary())
def test_no_request_ends_the_child(request: bytes) -> None:
    assert msgpack.decode(answer(request), type=Answer).fault


def test_a_call_with_too_few_arguments_is_a_fault() -> None:
    request = msgpack.encode(Call(work.__name__, "length", []))
    assert msgpack.decode(answer(request), type=Answer).fault.startswith("ValueError")
