"""The web application: its few paths, and what each may answer."""

import math
from collections.abc import Callable

from aiohttp import web

from bot import __version__, metrics
from bot.web.webhook import MAX_BODY, Webhook
from bot.work.errors import StoreUnavailable
from bot.work.model import Census
from bot.work.store import WorkStore


def make_web(
    webhook: Webhook | None, store: WorkStore, is_working: Callable[[], bool]
) -> web.Application:
    """Lay the paths out; *is_working* says whether the worker's loop is alive.

    Without a *webhook* nothing is taken in: only who watches is answered.
    """

    async def healthz(_: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"status": "ok", "version": __version__})

    async def readyz(_: web.Request) -> web.Response:
        """Deliveries can be kept and worked off."""
        try:
            await store.ping()
        except StoreUnavailable as fault:
            return _not_ready(f"store: {fault}")
        if not is_working():
            return _not_ready("worker: it has stopped; restart the process")
        return web.json_response({"status": "ready"})

    async def measured(_: web.Request) -> web.Response:
        """What the process measures, and the queue over all processes."""
        try:
            queue = await store.census()
        except StoreUnavailable:
            queue = Census({}, math.nan)
        rows = {state.value: number for state, number in queue.rows.items()}
        text = metrics.render(rows, queue.oldest_due)
        return web.Response(body=text, headers={"Content-Type": metrics.CONTENT_TYPE})

    async def index(_: web.Request) -> web.Response:
        return web.Response(text=f"Plan Gate {__version__}. GitHub posts to /webhook.\n")

    app = web.Application(client_max_size=MAX_BODY)
    if webhook is not None:
        app.router.add_post("/webhook", webhook.receive)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", measured)
    app.router.add_get("/", index)
    return app


def _not_ready(reason: str) -> web.Response:
    return web.json_response({"status": "not ready", "reason": reason}, status=503)
