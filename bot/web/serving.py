"""Serves a table of paths over aiohttp's plain server, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import HttpVersion11, hdrs, web

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def serve_paths(paths: Mapping[str, Mapping[str, Answer]]) -> web.Server:
    """Serve answers by path and method.

    Not a `web.Application`: its routing and its bookkeeping cost a sixth of what an answer takes.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        methods = paths.get(request.path)
        if methods is None:
            raise web.HTTPNotFound
        page = methods.get(request.method)
        if page is None:
            raise web.HTTPMethodNotAllowed(request.method, methods)
        if hdrs.EXPECT in request.headers:
            await _expect(request)
        return await page(request)

    # A body is taken as it came: it was signed like that, and GitHub compresses none.
    return web.Server(answer, access_log=None, auto_decompress=False)


async def _expect(request: web.BaseRequest) -> None:
    """Tell a client to go on that wants to be told before it sends a body."""
    if request.headers[hdrs.EXPECT].lower() != "100-continue":
        raise web.HTTPExpectationFailed
    if request.version == HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
