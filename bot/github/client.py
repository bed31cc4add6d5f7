"""One installation's line to GitHub: typed answers, and nothing asked that is known already.

It refuses to interpret anything: what an answer means is the reader's business.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import aiohttp
import msgspec
from gidgethub import sansio

from bot import __version__
from bot.github import graphql
from bot.github.budget import Budget
from bot.github.flights import Flights
from bot.github.kept_answers import Kept, KeptAnswers
from bot.github.pace import ALL_AT_ONCE, Pace
from bot.github.request import Answer, Request
from bot.github.sender import Authorize, Clock, Forget, Sender, Sleep
from bot.github.tally import Cost, count, is_backfill
from bot.github.translation import translated, typed

RAW = "application/vnd.github.raw+json"
USER_AGENT = f"plan-gate/{__version__}"
TIMEOUT = aiohttp.ClientTimeout(total=30)
PAGE = 100  # the most that GitHub lists at a time

EMPTY: Mapping[str, str] = {}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Common:
    """What all clients of a process have in common."""

    kept: KeptAnswers = field(default_factory=KeptAnswers)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ALL_AT_ONCE))
    timeout: aiohttp.ClientTimeout = TIMEOUT


class Client:
    """GitHub as one identity sees it: the installation *owner*, or the App itself (0).

    Its conditional answers are its own, so that no installation is shown what another may read.
    They are kept as they came, bounded in bytes: gidgethub's own cache counts entries, and forgets
    that a page which did not change may have got a next one. So of gidgethub only what needs no
    network is used.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        *,
        authorize: Authorize,
        forget: Forget,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        owner: int = 0,
        common: Common | None = None,
    ) -> None:
        common = common or Common()
        self._api_url = api_url
        self._owner = owner
        self._clock = clock
        self._kept = common.kept
        self._flights: Flights[tuple[object, ...], Answer] = Flights()
        budget, pace = Budget(owner, clock), Pace(common.places, clock, sleep)
        self._sender = Sender(
            session, authorize, forget, budget, pace, clock, sleep, common.timeout
        )

    async def read(self, type_: type[T], url: str, **variables: str) -> T:
        """GET one thing as *type_*."""
        with translated():
            answer, _ = await self._read(url, url, variables)
        return typed(answer, type_)

    async def look(self, path: str) -> Answer:
        """GET anew, and take the answer as it is: its headers count, and so does a refusal."""
        url = sansio.format_url(path, {}, base_url=self._api_url)
        return await self._sender.send(Request("GET", url, path, _headers()))

    async def read_all(
        self,
        type_: type[T],
        path: str,
        variables: Mapping[str, str] = EMPTY,
        *,
        key: str = "items",
        limit: int = 10**6,
    ) -> list[T]:
        """GET every page of a list; *key* names the list where an object holds it.

        A page that fails fails the whole: a half list would be taken for all there is. *limit* is
        where GitHub itself stops listing.
        """
        url = f"{path}{'&' if '?' in path else '?'}per_page={PAGE}"
        answers: list[Any] = []
        more: str | None = url
        with translated():
            while more is not None:
                page, more = await self._read(path, more, variables)
                items = page[key] if isinstance(page, dict) else page
                answers += items
                # An unchanged page (304) may bring no new Link, though a page has come after it.
                full = items and len(answers) % PAGE == 0 and len(answers) < limit
                if more is None and full:
                    more = f"{url}&page={len(answers) // PAGE + 1}"
        return typed(answers, list[type_])  # type: ignore[valid-type]  # a type made at run time

    async def read_page(self, type_: type[T], url: str, **variables: str) -> tuple[list[T], str]:
        """GET one page of a list, and where the next one is; empty where there is none."""
        with translated():
            page, more = await self._read(url, url, variables)
        return typed(page, list[type_]), more or ""  # type: ignore[valid-type]  # as in read_all

    async def read_bytes(self, url: str, limit: int, **variables: str) -> bytes:
        """GET a blob's raw bytes, at most *limit* of them, past the JSON and its base64."""
        with translated():
            answer = await self._get(url, url, variables, accept=RAW, limit=limit)
            if answer.status != 200:
                sansio.decipher_response(*answer)
        return answer.body

    async def create(
        self, type_: type[T], url: str, body: Mapping[str, object], **variables: str
    ) -> T:
        """POST *body*; the answer is *type_*."""
        return await self._write("POST", type_, url, body, variables)

    async def ask(self, url: str, **variables: str) -> None:
        """POST without a body: GitHub is asked to do something, and says that it will."""
        await self._write("POST", object, url, None, variables)

    async def update(
        self, type_: type[T], url: str, body: Mapping[str, object], **variables: str
    ) -> T:
        """PATCH with *body*; the answer is *type_*."""
        return await self._write("PATCH", type_, url, body, variables)

    async def replace(
        self, type_: type[T], url: str, body: Mapping[str, object], **variables: str
    ) -> T:
        """PUT *body* in place of what is there; the answer is *type_*."""
        return await self._write("PUT", type_, url, body, variables)

    async def delete(self, url: str, **variables: str) -> None:
        """DELETE what is there; raises `NotFound` where nothing is."""
        await self._write("DELETE", object, url, None, variables)

    async def query(self, type_: type[T], document: str, variables: Mapping[str, object]) -> T:
        """Ask GraphQL; *type_* is the whole `data`. An answer in part raises `Unexpected`.

        The document must be a query: as it only reads, it is asked again like a GET.
        """
        request = Request(
            "POST",
            graphql.endpoint(self._api_url),
            f"GraphQL {graphql.name_of(document)}",
            _headers(sends=True),
            graphql.encode_query(document, variables),
            resource="graphql",
        )
        with translated():
            answer = await self._sender.send(request)
            if answer.status != 200:
                sansio.decipher_response(*answer)
        return graphql.decode_answer(type_, answer.headers, answer.body, self._clock())

    async def _read(
        self, endpoint: str, url: str, variables: Mapping[str, str]
    ) -> tuple[Any, str | None]:
        """The JSON at a URL, and the URL of its next page."""
        answer, _, more = sansio.decipher_response(*await self._get(endpoint, url, variables))
        return answer, more

    async def _get(
        self,
        endpoint: str,
        url: str,
        variables: Mapping[str, str],
        *,
        accept: str = sansio.accept_format(),
        limit: int | None = None,
    ) -> Answer:
        """GET, together with whoever asks the same just now."""
        url = sansio.format_url(url, variables, base_url=self._api_url)
        request = Request("GET", url, _path(endpoint), _headers(accept), limit=limit)
        # What stops a backfill at the reserve must not stop a live run that happens to join it.
        return await self._flights.share(
            (url, accept, limit, is_backfill()),
            lambda: self._get_changed(request),
            immutable=request.is_immutable,
            joined=lambda: count(request.name, Cost.SHARED),
        )

    async def _get_changed(self, request: Request) -> Answer:
        """GET, unless it is as it was: then the answer is the one that was kept."""
        if request.is_immutable or request.limit is not None:
            return await self._sender.send(request)
        kept = self._kept.get(self._owner, request.url)
        if kept is not None:
            headers = {**request.headers, "if-none-match": kept.etag}
            request = replace(request, headers=headers)
        answer = await self._sender.send(request)
        if answer.status == 304 and kept is not None:
            return Answer(200, {**kept.headers, **answer.headers}, kept.body)
        etag = answer.headers.get("etag")
        if answer.status == 200 and etag:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            self._kept.keep(self._owner, request.url, Kept(etag, headers, answer.body))
        return answer

    async def _write(
        self,
        method: str,
        type_: type[T],
        url: str,
        body: Mapping[str, object] | None,
        variables: Mapping[str, str],
    ) -> T:
        request = Request(
            method,
            sansio.format_url(url, variables, base_url=self._api_url),
            _path(url),
            _headers(sends=True),
            b"" if body is None else msgspec.json.encode(body),
        )
        with translated():
            answer, _, _ = sansio.decipher_response(*await self._sender.send(request))
        return typed(answer, type_)


def _headers(accept: str = sansio.accept_format(), *, sends: bool = False) -> dict[str, str]:
    headers = sansio.create_headers(USER_AGENT, accept=accept)
    return {**headers, "content-type": "application/json; charset=utf-8"} if sends else headers


def _path(template: str) -> str:
    """A template without its query."""
    return template.partition("?")[0]
