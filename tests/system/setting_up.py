"""Somebody sets an App up: what they do in a browser, without one, and the server they do it at."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp

from bot.cli.process import listening
from bot.cli.subserver import ServerProcess
from bot.sandbox import Sandbox
from bot.setup.conversion import convert
from bot.setup.credentials import Credentials
from bot.setup.keeping import Keeper
from bot.setup.manifest import read_template
from bot.web.setup.desk import Desk, Site
from bot.web.setup.front import Front
from bot.web.setup.visitors import Visitors

TOKEN, SESSION = "the-token", "the-session"
FORM = {"owner": "acme", "name": "Gate of Acme", "address": "http://127.0.0.1:9"}


class SetUpProcess(ServerProcess):
    """`plan-gate serve` without an App: it is up when it has printed where to set one up."""

    def _address(self) -> str | None:
        said = re.search(r"^Open (\S+)$", self.said(), re.MULTILINE)
        return said[1] if said else None

    def said(self) -> str:
        """All that it printed and logged."""
        return self._log.read_text(errors="replace")


@dataclass(slots=True)
class Form:
    """A form on a page: where it goes, and what it would send."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif tag == "input":
            self.forms[-1].fields[given["name"] or ""] = given.get("value") or ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser shows: all that people read of it is in the text."""

    status: int
    url: str
    text: str
    headers: Mapping[str, str]

    @property
    def form(self) -> Form:
        """Its only form."""
        reading = _Forms()
        reading.feed(self.text)
        [form] = reading.forms
        return form


class Browser:
    """Somebody with a browser that keeps cookies and follows redirects."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def open(self, url: str, *, follow: bool = True) -> Page:
        """Go to *url*."""
        return await self._go("GET", url, None, follow=follow)

    async def submit(self, page: Page, **changed: str) -> Page:
        """Send a page's form, with some of its fields changed."""
        return await self._submit(page, changed, follow=True)

    async def led(self, page: Page, **changed: str) -> str:
        """Send a page's form, and say where that leads without going there."""
        answer = await self._submit(page, changed, follow=False)
        assert answer.status == 302, answer.text
        return answer.headers["Location"]

    async def post(self, url: str, **fields: str) -> Page:
        """Post to *url* without having seen a form."""
        return await self._go("POST", url, fields, follow=True)

    async def _submit(self, page: Page, changed: Mapping[str, str], *, follow: bool) -> Page:
        action = urljoin(page.url, page.form.action) if page.form.action else page.url
        return await self._go("POST", action, {**page.form.fields, **changed}, follow=follow)

    async def _go(self, method: str, url: str, data: object, *, follow: bool) -> Page:
        async with self._session.request(
            method, url, data=data, allow_redirects=follow, headers={"Accept": "text/html,*/*"}
        ) as answer:
            text = await answer.text()
            return Page(answer.status, str(answer.url), text, answer.headers)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Somebody new, without a cookie."""
    jar = aiohttp.CookieJar(unsafe=True)  # the servers here have numbers for names
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Browser(session)


class Memory:
    """Keeps credentials unless it is full."""

    place = "in memory"

    def __init__(self) -> None:
        self.full = False
        self.kept: list[Credentials] = []

    def keep(self, credentials: Credentials) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.kept.append(credentials)


@dataclass(slots=True)
class Desked:
    """A desk that listens, and where what comes of it goes."""

    sandbox: Sandbox
    desk: Desk
    front: Front
    url: str
    keeper: Memory
    printer: Memory

    async def admitted(self, who: Browser) -> Page:
        """The form, for who has the token."""
        return await who.open(f"{self.url}/setup?token={TOKEN}")

    async def sent_back(self, who: Browser, **changed: str) -> str:
        """Go on until GitHub sends the browser back; say where to."""
        review = await who.submit(await self.admitted(who), **{**FORM, **changed})
        confirmation = await who.submit(review)
        return await who.led(confirmation, confirmed="yes")


@asynccontextmanager
async def setting_up(sandbox: Sandbox, public_url: str | None = None) -> AsyncIterator[Desked]:
    """A server without an App, in this process."""
    keeper, printer = Memory(), Memory()
    keepers: tuple[Keeper, Keeper] = (keeper, printer)
    async with aiohttp.ClientSession() as session:
        desk = Desk(
            Site(sandbox.url, public_url),
            read_template(),
            Visitors(TOKEN, SESSION),
            lambda code: convert(session, sandbox.api_url, sandbox.url, code),
            *keepers,
        )
        front = Front(desk)
        async with listening(front.web, "127.0.0.1", 0) as url:
            yield Desked(sandbox, desk, front, url, keeper, printer)
