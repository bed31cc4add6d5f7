"""A webhook proxy as smee.io is one, and one that sends bodies as they came."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


def stringify(body: bytes) -> bytes:
    """`JSON.stringify(JSON.parse(body))` as JavaScript does it."""
    return _written(json.loads(body, parse_int=float)).encode(errors="backslashreplace")


def _written(value: Any) -> str:
    match value:
        case dict():
            pairs = (f"{_written(name)}:{_written(each)}" for name, each in value.items())
            return f"{{{','.join(pairs)}}}"
        case list():
            return f"[{','.join(map(_written, value))}]"
        case float() if value.is_integer() and abs(value) < 1e21:
            return str(int(float(f"{value:.17g}")))
        case _:
            return json.dumps(value, ensure_ascii=False)


class Smee:
    """One channel: what is posted there, all who listen hear. Who does not listen misses it."""

    def __init__(self, *, raw: bool) -> None:
        self.url = ""
        self.raw = raw
        self.anew = stringify  # how it writes a body that is not sent as it came
        self.status = 200
        self.seen: list[dict[str, str]] = []  # the headers of those who listened
        self._listening: set[asyncio.Queue[bytes | None]] = set()
        self._port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Open the channel, again under its address."""
        channel = web.Application(client_max_size=30 << 20)
        channel.router.add_get("/channel", self._listen)
        channel.router.add_post("/channel", self._post)
        self._runner = web.AppRunner(channel, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}/channel"

    async def stop(self) -> None:
        """Close it, and every line to it."""
        self.hang_up()
        if self._runner is not None:
            await self._runner.cleanup()

    def hang_up(self) -> None:
        """End all streams."""
        for queue in self._listening:
            queue.put_nowait(None)

    async def listened(self, to: int = 1) -> None:
        """Wait until somebody listens."""
        for _ in range(2_000):
            if len(self.seen) >= to and self._listening:
                return
            await asyncio.sleep(0.005)
        raise AssertionError("nobody listens")

    def say(self, stream: bytes) -> None:
        """Send bytes to all who listen."""
        for queue in self._listening:
            queue.put_nowait(stream)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        self.seen.append({name.lower(): value for name, value in request.headers.items()})
        if self.status != 200:
            return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:1/"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"id: 0\nevent: ready\ndata: {}\n\n")
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            while (stream := await queue.get()) is not None:
                await response.write(stream)
        finally:
            self._listening.discard(queue)
        return response

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()
        fields: dict[str, Any] = {name.lower(): text for name, text in request.headers.items()}
        head = json.dumps(fields, separators=(",", ":"))[:-1].encode()
        if self.raw:
            sent = b'"bodyB":"%b"' % base64.b64encode(body)
        else:
            sent = b'"body":%b,"query":{}' % self.anew(body)
        self.say(b'id: 1\ndata: %b,%b,"timestamp":1770000000000}\n\n' % (head, sent))
        return web.Response()


@asynccontextmanager
async def smee(*, raw: bool = False) -> AsyncIterator[Smee]:
    """An open channel; *raw*: bodies are sent as they came."""
    channel = Smee(raw=raw)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()
