"""Reads bodies of requests in bounded time and memory: whoever sends them is not yet trusted."""

import asyncio

from aiohttp import web

MAX_BODY = 25 << 20  # bytes; GitHub sends nothing larger
PATIENCE = 10.0  # seconds; GitHub waits no longer for the whole answer
ROOM = 8 * MAX_BODY  # bytes of bodies that have not come to their end


class Bodies:
    """Reads bodies; what has come of unfinished ones takes no more than *room* bytes together.

    A body for which *patience* seconds were too few is given up.
    """

    def __init__(self, *, room: int = ROOM, patience: float = PATIENCE) -> None:
        self._left = room
        self._patience = patience

    async def read(self, request: web.BaseRequest) -> bytes:
        """Return a body that is there as a whole. Raises 408, 413 or 503."""
        content = request.content
        if content.is_eof():  # it came with its head, as nearly all do
            return content.read_nowait()
        if (request.content_length or 0) > MAX_BODY:
            raise _too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for part in content.iter_any():
                    body += part
                    self._left -= len(part)
                    if len(body) > MAX_BODY:
                        raise _too_large()
                    if self._left < 0:
                        raise web.HTTPServiceUnavailable(
                            text="Too much is being sent at once; send it again\n",
                            headers={"Retry-After": "30"},
                        )
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="The body did not come; send it again\n") from None
        finally:
            self._left += len(body)
        return bytes(body)


def _too_large() -> web.HTTPException:
    return web.HTTPRequestEntityTooLarge(
        MAX_BODY, text=f"A body may have {MAX_BODY} bytes; GitHub sends no more\n"
    )
