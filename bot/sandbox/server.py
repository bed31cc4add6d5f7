"""The HTTP server: moves bytes between the network and the API or the pages, and misbehaves."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from bot.sandbox.api.gateway import Gateway, Outcome, Request
from bot.sandbox.api.graphql import PATH as GRAPHQL
from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Faults

API: Final = "/api/v3"
_LARGEST_BODY: Final = 30 * 1024 * 1024
_BROKEN: Final = Outcome(0, {}, b"", counted=False)


class Server:
    """Listens on one port."""

    def __init__(
        self, gateway: Gateway, faults: Faults, observe: Callable[[Exchange], None]
    ) -> None:
        self._gateway = gateway
        self._faults = faults
        self._observe = observe
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int, pages: web.RouteTableDef) -> str:
        """Listen, and return the URL."""
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_route("*", API + "/{path:.*}", self._serve)
        app.router.add_route("*", GRAPHQL, self._serve)
        app.add_routes(pages)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound = self._runner.addresses[0]
        return f"http://{host}:{bound[1]}"

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        path = http.rel_url.raw_path.removeprefix(API)
        body = await http.read()
        fault = self._faults.next(http.method, path)
        broken = fault.broken if fault else None
        request = Request(http.method, path, dict(http.query), http.headers, body, broken)
        if fault is None:
            return self._respond(request, self._gateway.answer(request))
        await asyncio.sleep(fault.seconds)
        outcome = self._gateway.answer(request) if fault.takes_effect else _BROKEN
        if fault.refusal is not None:
            outcome = self._gateway.refuse(request, fault.refusal)
        elif fault.disconnects:
            outcome = _BROKEN
            if http.transport is not None:
                http.transport.abort()
        injected = outcome is _BROKEN or bool(fault.refusal) or broken is not None
        return self._respond(request, outcome, injected=injected)

    def _respond(
        self, request: Request, outcome: Outcome, *, injected: bool = False
    ) -> web.StreamResponse:
        exchange = Exchange(
            method=request.method,
            path=request.path,
            query=request.query,
            request_headers=dict(request.headers),
            request_body=_json(request.body),
            status=outcome.status,
            response_headers=outcome.headers,
            response_body=_json(outcome.body),
            counted=outcome.counted,
            injected=injected,
        )
        self._observe(exchange)
        if outcome is _BROKEN:
            return web.Response()  # to nobody: the line is down
        return web.Response(status=outcome.status, headers=outcome.headers, body=outcome.body)


def _json(body: bytes) -> Any:
    """Return the value of a body, or the bytes where they are no JSON."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body
