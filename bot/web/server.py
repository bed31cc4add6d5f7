"""The web server: its few paths, and what each may answer."""

import math
from collections.abc import Callable, Mapping

from aiohttp import hdrs, web

from bot import __version__, metrics
from bot.manifest import WEBHOOK
from bot.web.serving import Answer, serve_paths
from bot.web.webhook import Webhook
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.model import Census
from bot.work.store import WorkStore

NONE: Mapping[str, Answer] = {}


def make_web(
    webhook: Webhook | None,
    store: WorkStore,
    what_fails: Callable[[], str],
    pages: Mapping[str, Answer] = NONE,
) -> web.Server:
    """Lay the paths out; *what_fails* says why what is taken in could not be worked off, if so.

    Without a *webhook* nothing is taken in: only who watches is answered. *pages* are for people.
    """

    async def readyz(_: web.BaseRequest) -> web.Response:
        """Deliveries can be kept and worked off."""
        try:
            await store.ping()
        except (StoreStopped, StoreUnavailable) as fault:
            return not_ready(f"store: {fault}")
        if reason := what_fails():
            return not_ready(reason)
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
        return web.Response(text=f"Plan Gate {__version__}. GitHub posts to {WEBHOOK}.\n")

    paths: dict[str, dict[str, Answer]] = {
        path: {hdrs.METH_GET: page, hdrs.METH_HEAD: page}
        for path, page in {
            "/": index,
            "/healthz": healthz,
            "/readyz": readyz,
            "/metrics": measured,
            **pages,
        }.items()
    }
    if webhook is not None:
        paths[WEBHOOK] = {hdrs.METH_POST: webhook.receive}
    return serve_paths(paths)


async def healthz(_: web.BaseRequest) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok", "version": __version__})


def not_ready(reason: str) -> web.Response:
    """Say why what is taken in could not be kept or worked off."""
    return web.json_response({"status": "not ready", "reason": reason}, status=503)
