"""A store that has ended is one that is not there: nothing is answered 2xx, and nothing 500."""

import hashlib
import hmac
from typing import cast

import aiohttp
import pytest
from aiohttp import web

from bot.web.server import make_web
from bot.web.webhook import Webhook
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.store import WorkStore

SECRET = "secret"
BODY = b'{"zen": "Keep it logically awesome."}'
HEADERS = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "ping",
    "X-GitHub-Delivery": "1",
    "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(),
}


class Gone:
    """A store that answers every call with one error."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def __getattr__(self, name: str) -> object:
        async def call(*_: object, **__: object) -> object:
            raise self._fault

        return call


@pytest.mark.parametrize("fault", [StoreStopped("it has ended"), StoreUnavailable("it is away")])
async def test_what_needs_the_store_is_503(fault: Exception) -> None:
    store = cast(WorkStore, Gone(fault))
    runner = web.ServerRunner(make_web(Webhook(store, [SECRET]), store, lambda: ""))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(f"http://{host}:{port}") as github:
            async with github.post("/webhook", data=BODY, headers=HEADERS) as answer:
                assert answer.status == 503
            async with github.get("/readyz") as answer:
                assert answer.status == 503
                assert str(fault) in await answer.text()
            async with github.get("/metrics") as answer:
                assert answer.status == 200
    finally:
        await runner.cleanup()
