"""`/setup` of a server that has its App: says so to anybody, and leads to installing it."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.github.errors import GitHubError
from bot.web.page import respond
from bot.web.serving import Answer
from bot.web.setup.pages import ready_page

_PATIENCE = 5.0  # seconds for GitHub to say where the App's page is


def make_ready(find_page: Callable[[], Awaitable[str]] | None) -> Answer:
    """The page; *find_page* asks where the App's own page at GitHub is, if anybody can."""

    async def show(request: web.BaseRequest) -> web.Response:
        install_url = ""
        if find_page is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    page = await find_page()
                install_url = f"{page}/installations/new" if _is_address(page) else ""
            except (GitHubError, TimeoutError):
                pass  # the page says what it can
        return respond(ready_page(install_url, returned="setup_action" in request.query))

    return show


def _is_address(page: str) -> bool:
    return page.startswith(("https://", "http://"))
