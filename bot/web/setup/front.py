"""The door while there is no App yet: it takes no webhooks, and then opens for what does."""

from aiohttp import hdrs, web

from bot import __version__
from bot.manifest import WEBHOOK
from bot.web.server import healthz, not_ready
from bot.web.serving import Answer, serve_paths
from bot.web.setup.desk import Desk

_WAITING = "set-up: open the address that `plan-gate serve` has printed"


class Front:
    """One port over the whole way: the *desk*'s paths stay, all others are handed over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._before = serve_paths({**_paths_before(), **desk.paths})
        self._after: web.Server | None = None
        # As for `serve_paths`: bodies are taken as they came.
        self.web = web.Server(self._answer, access_log=None, auto_decompress=False)

    def open(self, after: web.Server) -> None:
        """Let *after* answer from now on."""
        self._after = after

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        waits = self._after is None or request.path in self._desk.paths
        server = self._before if waits else self._after
        assert server is not None
        return await server.request_handler(request)


def _paths_before() -> dict[str, dict[str, Answer]]:
    async def index(_: web.BaseRequest) -> web.Response:
        return web.Response(text=f"Plan Gate {__version__}. It is being set up.\n")

    async def readyz(_: web.BaseRequest) -> web.Response:
        return not_ready(_WAITING)

    async def webhook(_: web.BaseRequest) -> web.Response:
        """GitHub's log keeps what is refused here; the first look into it asks for it again."""
        return web.Response(
            status=503, text="Plan Gate is being set up\n", headers={"Retry-After": "30"}
        )

    get = {"/": index, "/healthz": healthz, "/readyz": readyz}
    return {
        **{path: {hdrs.METH_GET: page, hdrs.METH_HEAD: page} for path, page in get.items()},
        WEBHOOK: {hdrs.METH_POST: webhook},
    }
