"""The web server: its few paths, and what each may answer."""

import math
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, hdrs, web

from bot import __version__, metrics
from bot.web.webhook import Webhook
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.model import Census
from bot.work.store import WorkStore

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def make_web(
    webhook: Webhook | None, store: WorkStore, what_fails: Callable[[], str]
) -> web.Server:
    """Lay the paths out; *what_fails* says why what is taken in could not be worked off, if so.

    Without a *webhook* nothing is taken in: only who watches is answered.
    """

    async def healthz(_: web.BaseRequest) -> web.Response:
        """The process answers."""
        return web.json_response({"status": "ok", "version": __version__})

    async def readyz(_: web.BaseRequest) -> web.Response:
        """Deliveries can be kept and worked off."""
        try:
            await store.ping()
        except (StoreStopped, StoreUnavailable) as fault:
            return _not_ready(f"store: {fault}")
        if reason := what_fails():
            return _not_ready(reason)
        return web.json_response({"status": "ready"})

    async def measured(_: web.BaseRequest) -> web.Response:
        """What the process measures, and the queue over all processes."""
        try:
            queue = await store.census()
        except (StoreStopped, StoreUnavailable):
            queue = Census({}, math.nan)
        rows = {state.value: number for state, number in queue.rows.items()}
        text = metrics.render(rows, queue.oldest_due, queue.backfill)
        return web.Response(body=text, headers={"Content-Type": metrics.CONTENT_TYPE})

    async def index(_: web.BaseRequest) -> web.Response:
        return web.Response(text=f"Plan Gate {__version__}. GitHub posts to /webhook.\n")

    pages: dict[str, dict[str, Answer]] = {
        path: {hdrs.METH_GET: page, hdrs.METH_HEAD: page}
        for path, page in {
            "/": index,
            "/healthz": healthz,
            "/readyz": readyz,
            "/metrics": measured,
        }.items()
    }
    if webhook is not None:
        pages["/webhook"] = {hdrs.METH_POST: webhook.receive}
    return _server(pages)


def _server(pages: dict[str, dict[str, Answer]]) -> web.Server:
    """Serve pages by path and method.

    Not a `web.Application`: its routing and its bookkeeping cost a sixth of what an answer takes.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        methods = pages.get(request.path)
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


def _not_ready(reason: str) -> web.Response:
    return web.json_response({"status": "not ready", "reason": reason}, status=503)
