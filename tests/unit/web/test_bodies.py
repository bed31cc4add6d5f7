"""Bodies that come late, in pieces, too large, or never: each ends, and holds no memory then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.cli.process import listening
from bot.web.bodies import MAX_BODY, Bodies

Lines = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Lines]]
SHORT = 0.05  # seconds of patience


@asynccontextmanager
async def serving(bodies: Bodies) -> AsyncIterator[Connect]:
    """A server that says how long each body was."""

    async def measured(request: web.BaseRequest) -> web.Response:
        return web.Response(text=str(len(await bodies.read(request))))

    async with listening(web.Server(measured), "127.0.0.1", 0) as url:
        host, port = url.removeprefix("http://").split(":")
        yield lambda: asyncio.open_connection(host, int(port))


def head(length: int) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: %d\r\n\r\n" % length


async def answer(lines: Lines) -> tuple[int, bytes]:
    """The status and the body of what comes back."""
    said = await lines[0].readuntil(b"\r\n\r\n")
    length = int(said.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return int(said.split(b" ")[1]), await lines[0].readexactly(length)


async def test_a_body_is_read_with_its_head_or_piece_by_piece() -> None:
    async with serving(Bodies()) as connect:
        lines = await connect()
        lines[1].write(head(5) + b"whole")
        assert await answer(lines) == (200, b"5")
        lines[1].write(head(6) + b"one")
        await asyncio.sleep(SHORT)
        lines[1].write(b"two")
        assert await answer(lines) == (200, b"6")
        lines[1].write(head(0))
        assert await answer(lines) == (200, b"0")
        lines[1].close()


async def test_a_body_of_the_largest_size_is_read() -> None:
    async with serving(Bodies()) as connect:
        lines = await connect()
        lines[1].write(head(MAX_BODY) + bytes(MAX_BODY))
        assert await answer(lines) == (200, b"%d" % MAX_BODY)
        lines[1].close()


async def test_a_length_over_the_limit_is_refused_before_the_body_comes() -> None:
    async with serving(Bodies()) as connect:
        lines = await connect()
        lines[1].write(head(MAX_BODY + 1) + b"x")
        assert (await answer(lines))[0] == 413
        lines[1].close()


async def test_a_body_without_a_length_is_refused_where_it_grows_too_large() -> None:
    async with serving(Bodies()) as connect:
        lines = await connect()
        lines[1].write(b"POST / HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(26):
            lines[1].write(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
        assert (await answer(lines))[0] == 413
        lines[1].close()


async def test_a_body_that_does_not_come_is_given_up() -> None:
    async with serving(Bodies(patience=SHORT)) as connect:
        lines = await connect()
        lines[1].write(head(100) + b"half")
        assert await answer(lines) == (408, b"The body did not come; send it again\n")
        lines[1].close()


async def test_unfinished_bodies_share_their_room_and_give_it_back() -> None:
    async with serving(Bodies(room=150)) as connect:
        first, second = await connect(), await connect()
        first[1].write(head(101) + bytes(100))
        await asyncio.sleep(SHORT)
        second[1].write(head(101) + bytes(100))
        assert (await answer(second))[0] == 503
        first[1].write(b"x")
        assert await answer(first) == (200, b"101")
        third = await connect()
        third[1].write(head(101) + bytes(100))
        await asyncio.sleep(SHORT)
        third[1].write(b"x")
        assert await answer(third) == (200, b"101")
        for lines in (first, second, third):
            lines[1].close()


async def test_who_hangs_up_gives_the_room_back() -> None:
    async with serving(Bodies(room=150)) as connect:
        gone, stays = await connect(), await connect()
        gone[1].write(head(101) + bytes(100))
        await asyncio.sleep(SHORT)
        gone[1].close()
        await asyncio.sleep(SHORT)
        stays[1].write(head(101) + bytes(100))
        await asyncio.sleep(SHORT)
        stays[1].write(b"x")
        assert await answer(stays) == (200, b"101")
        stays[1].close()


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"x"])
async def test_an_odd_length_is_refused(length: bytes) -> None:
    async with serving(Bodies()) as connect:
        lines = await connect()
        lines[1].write(b"POST / HTTP/1.1\r\nHost: gate\r\nContent-Length: %b\r\n\r\n" % length)
        assert (await answer(lines))[0] == 400
        lines[1].close()
