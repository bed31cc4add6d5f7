"""The set-up's paths: from the first form to credentials that are kept. It starts no server."""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import structlog
from aiohttp import hdrs, web

from bot.github.errors import GitHubError
from bot.setup.credentials import Credentials
from bot.setup.keeping import Keeper
from bot.setup.manifest import (
    CREATED,
    SETUP,
    Template,
    Wishes,
    manifest_of,
    registration_url,
)
from bot.setup.wishes import Complaints, parse_wishes
from bot.web.bodies import Bodies
from bot.web.page import SECURITY, respond
from bot.web.serving import Answer
from bot.web.setup import pages, troubles
from bot.web.setup.visitors import Visitors, is_same, origin_of

KEEP: Final = "/setup/keep"
_STATES: Final = 16  # forms that may be open at once, in as many tabs
_PATIENCE: Final = 10.0  # seconds that a page waits for the server to have gone over

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Site:
    """Where GitHub and this server are."""

    github_url: str
    public_url: str | None


class Desk:
    """One setting up, by one browser. What it ends in is *kept*: the credentials, in good hands."""

    def __init__(
        self,
        site: Site,
        template: Template,
        visitors: Visitors,
        convert: Callable[[str], Awaitable[Credentials]],
        keeper: Keeper,
        printer: Keeper,
    ) -> None:
        self.kept: asyncio.Future[Credentials] = asyncio.get_running_loop().create_future()
        self.told = asyncio.Event()  # what has come of it, to who has done it
        self.paths: Mapping[str, Mapping[str, Answer]] = {
            SETUP: {hdrs.METH_GET: self._show, hdrs.METH_POST: self._take_wishes},
            CREATED: {hdrs.METH_GET: self._take_code},
            KEEP: {hdrs.METH_POST: self._keep_again},
        }
        self._site = site
        self._template = template
        self._visitors = visitors
        self._convert = convert
        self._keeper = keeper
        self._printer = printer
        self._states: deque[str] = deque(maxlen=_STATES)
        self._turn = asyncio.Lock()  # a code is exchanged once, however often it is brought
        self._filled: Mapping[str, str] = {}  # the last form, for who wants to change something
        self._credentials: Credentials | None = None
        self._fault = ""  # why they are not kept, or why the server does not start
        self._settled = asyncio.Event()
        self._bodies = Bodies()

    def settle(self, fault: str = "") -> bool:
        """The server has gone over to its App, or could not, because of *fault*.

        Only the first word counts; say whether this was it.
        """
        if self._settled.is_set():
            return False
        self._fault = fault
        self._settled.set()
        return True

    async def _show(self, request: web.BaseRequest) -> web.Response:
        if "token" in request.query:
            return self._exchange(request)
        known = self._visitors.knows(request)
        if self.kept.done():
            return await self._show_done(request, known=known)
        if not known:
            return respond(pages.closed_page(used=False), 403)
        if self._credentials is not None:
            return respond(pages.unkept_page(self._keeper.place, self._fault), 500)
        return self._form(self._defaults(request), {})

    def _exchange(self, request: web.BaseRequest) -> web.Response:
        """Put a cookie in the place of the token, which must not stay in the address."""
        if self._visitors.knows(request):
            return _lead_to("setup")
        origin = origin_of(request, self._site.public_url)  # may refuse, and nothing is used up
        if not self._visitors.admit(request):
            return respond(pages.closed_page(used=self._visitors.is_spent(request)), 403)
        response = _lead_to("setup")
        self._visitors.remember(response, secure=origin.startswith("https:"))
        return response

    async def _show_done(self, request: web.BaseRequest, *, known: bool) -> web.Response:
        with suppress(TimeoutError):  # where it takes long, the page need not
            await asyncio.wait_for(self._settled.wait(), _PATIENCE)
        install_url = self.kept.result().install_url
        if known and "setup_action" not in request.query:
            serves = self._settled.is_set() and not self._fault
            page = pages.done_page(install_url, self._keeper.place, self._fault, serves=serves)
            self.told.set()
            return respond(page)
        return respond(pages.ready_page(install_url, returned="setup_action" in request.query))

    async def _take_wishes(self, request: web.BaseRequest) -> web.Response:
        if not self._visitors.knows(request):
            return respond(pages.closed_page(used=False), 403)
        if self._credentials is not None:  # there is an App already
            return _lead_to("setup")
        filled = self._filled = await self._read_form(request)
        match parse_wishes(filled):
            case Wishes() as wishes:
                return self._review(request, wishes)
            case complaints:
                return self._form(filled, complaints, 422)

    def _review(self, request: web.BaseRequest, wishes: Wishes) -> web.Response:
        state = secrets.token_urlsafe(32)
        self._states.append(state)
        github = self._site.github_url
        manifest = manifest_of(self._template, wishes, origin_of(request, self._site.public_url))
        action = registration_url(github, wishes.owner, state)
        page = pages.review_page(github, self._template, wishes, action, manifest)
        return respond(page, forms_to=github)

    async def _take_code(self, request: web.BaseRequest) -> web.Response:
        """Exchange the code that GitHub sends the browser back with, and keep what it gives."""
        if self.kept.done():
            return _lead_to("../setup")
        if not self._visitors.knows(request):
            return respond(pages.closed_page(used=False), 403)
        async with self._turn:
            if self._credentials is not None:
                return _lead_to("../setup")
            code, state = request.query.get("code", ""), request.query.get("state", "")
            known = [each for each in self._states if is_same(state, each)]
            if not code or not known:
                status, page = troubles.stray()
                return respond(page, status)
            try:
                self._credentials = await self._convert(code)
            except GitHubError as fault:
                log.warning("the App's credentials could not be fetched", reason=str(fault))
                if not troubles.may_be_tried_again(fault):
                    self._states.remove(known[0])
                status, page = troubles.failed(fault)
                return respond(page, status)
            self._states.clear()
            self._keep(self._keeper)
        return _lead_to("../setup")

    async def _keep_again(self, request: web.BaseRequest) -> web.Response:
        if not self._visitors.knows(request):
            return respond(pages.closed_page(used=False), 403)
        form = await self._read_form(request)
        if self._credentials is not None and not self.kept.done():
            self._keep(self._printer if form.get("how") == "print" else self._keeper)
        return _lead_to("../setup")

    def _keep(self, keeper: Keeper) -> None:
        credentials = self._credentials
        assert credentials is not None, "there is nothing to keep"
        try:
            keeper.keep(credentials)
        except OSError as fault:
            self._fault = fault.strerror or type(fault).__name__
            log.error("the App's credentials are not kept yet", reason=self._fault)
            return
        self._keeper, self._fault = keeper, ""
        self.kept.set_result(credentials)

    def _defaults(self, request: web.BaseRequest) -> Mapping[str, str]:
        public = self._site.public_url
        address = public or origin_of(request, public)
        return {"owner": "", "name": self._template.name, "address": address, **self._filled}

    def _form(
        self, filled: Mapping[str, str], complaints: Complaints, status: int = 200
    ) -> web.Response:
        return respond(pages.form_page(self._site.github_url, filled, complaints), status)

    async def _read_form(self, request: web.BaseRequest) -> Mapping[str, str]:
        body = await self._bodies.read(request)
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
        except ValueError:  # no UTF-8, or too many fields
            raise web.HTTPBadRequest(text="The form is not readable\n") from None


def _lead_to(place: str) -> web.Response:
    """Send the browser to a page of ours; relative, since a proxy may have put us in a folder."""
    return web.Response(status=303, headers={hdrs.LOCATION: place, **SECURITY})
