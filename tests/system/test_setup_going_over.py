"""The instant at which the port goes over from the set-up to the server, and what comes after."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.cli.process import Serving
from bot.cli.set_up import set_up
from bot.errors import PlanGateError
from bot.sandbox import Sandbox
from bot.settings import Settings, read_server_settings
from tests.system.setting_up import FORM, Memory, browser


async def other(_: web.BaseRequest) -> web.Response:
    return web.Response(text="the server")


async def test_the_server_acts_as_the_app_and_ends_as_any_other(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sandbox, keeper, stop = Sandbox(), Memory(), asyncio.Event()
    await sandbox.start()
    sandbox.create_repository("acme/shop", {})
    opened: list[Settings] = []
    announced: list[str] = []
    broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        raise PlanGateError(await broken)

    @asynccontextmanager
    async def opening(settings: Settings) -> AsyncIterator[Serving]:
        opened.append(settings)
        yield Serving(web.Server(other), (asyncio.create_task(work()),), announced.append)

    server = read_server_settings(
        {
            "GITHUB_URL": sandbox.url,
            "GITHUB_API_URL": sandbox.api_url,
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'gate.db'}",
        }
    )
    serving = asyncio.create_task(set_up(server, keeper, opening, stop))
    try:
        url = await printed(capsys)
        here = url.partition("/setup")[0]
        async with browser() as anna, aiohttp.ClientSession(here) as session:
            review = await anna.submit(await anna.open(url), **FORM)
            done = await anna.submit(await anna.submit(review), confirmed="yes")
            assert "takes its webhooks from now on" in done.text
            async with session.get("/healthz") as answer:
                assert await answer.text() == "the server"
        [credentials], [settings] = keeper.kept, opened
        assert settings.app_id == credentials.app_id
        assert settings.private_key == credentials.private_key
        assert settings.webhook_secrets == (credentials.webhook_secret,)
        assert (settings.database, settings.port) == (server.database, 0)
        assert announced == [here]
        broken.set_result("the store has ended")
        with pytest.raises(PlanGateError, match="the store has ended"):
            await asyncio.wait_for(serving, 5)  # at once: no page has to say it
    finally:
        serving.cancel()
        await sandbox.stop()


async def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """The address that the terminal shows."""
    for _ in range(500):
        if found := re.search(r"^Open (\S+)$", capsys.readouterr().out, re.MULTILINE):
            return found[1]
        await asyncio.sleep(0.02)
    raise AssertionError("nothing was printed")
