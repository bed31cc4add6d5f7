"""One installation's line to GitHub: typed answers, conditional requests, patient retries.

It refuses to interpret anything: what an answer means is the reader's business.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
from cachetools import LRUCache
from gidgethub import abc as gidgethub_abc
from gidgethub import sansio

from bot import __version__
from bot.github import errors, graphql
from bot.github.retry import Limited, TryAgain, after_answer, after_fault
from bot.github.translation import translated, typed

API_VERSION = "2022-11-28"
RAW = "application/vnd.github.raw+json"
USER_AGENT = f"plan-gate/{__version__}"
TIMEOUT = aiohttp.ClientTimeout(total=30)
KEPT_BYTES = 16 << 20  # of conditional answers, for each client
PAGE = 100  # the most that GitHub lists at a time

EMPTY: Mapping[str, str] = {}

T = TypeVar("T")
Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
Authorize = Callable[[], Awaitable[str]]
Forget = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that a conditional request may find unchanged."""

    etag: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def size(self) -> int:
        """Its bytes in memory, roughly."""
        return len(self.body) + 2_000


def _immutable(url: str) -> bool:
    """Whether the answer is about git objects by SHA: the reader keeps those in their own form."""
    return "/git/" in url or "/compare/" in url


class Client(gidgethub_abc.GitHubAPI):
    """GitHub as one identity sees it.

    The cache of conditional requests is this client's own, so that no installation is shown what
    another may read. It holds bodies as they came, bounded in bytes; gidgethub's own cache counts
    entries, and forgets that a page which did not change may have got a next one.
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
    ) -> None:
        super().__init__(USER_AGENT, base_url=api_url)
        self._graphql_url = graphql.endpoint(api_url)
        self._kept: LRUCache[str, Kept] = LRUCache(KEPT_BYTES, getsizeof=lambda kept: kept.size)
        self._session = session
        self._authorize = authorize
        self._forget = forget
        self._clock = clock
        self._sleep = sleep
        self.requests = 0  # sent so far, each try counted

    async def read(self, type_: type[T], url: str, **variables: str) -> T:
        """GET one thing as *type_*."""
        with translated():
            answer = await self.getitem(url, variables)
        return typed(answer, type_)

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
        with translated():
            answers = [item async for item in self.getiter(url, variables, iterable_key=key)]
            # An unchanged page (304) may bring no new Link, though a page has come after it.
            while answers and len(answers) % PAGE == 0 and len(answers) < limit:
                page = await self.getitem(f"{url}&page={len(answers) // PAGE + 1}", variables)
                items = page[key] if isinstance(page, dict) else page
                if not items:
                    break
                answers += items
        return typed(answers, list[type_])  # type: ignore[valid-type]  # a type made at run time

    async def read_bytes(self, url: str, limit: int, **variables: str) -> bytes:
        """GET a blob's raw bytes, at most *limit* of them, past the JSON and its base64."""
        full = sansio.format_url(url, variables, base_url=self.base_url)
        headers = sansio.create_headers(self.requester, accept=RAW)
        with translated():
            status, answer, content = await self._request("GET", full, headers, limit=limit)
            if status != 200:
                sansio.decipher_response(status, answer, content)
        return content

    async def create(
        self, type_: type[T], url: str, body: Mapping[str, object], **variables: str
    ) -> T:
        """POST *body*; the answer is *type_*."""
        with translated():
            answer = await self.post(url, variables, data=body)
        return typed(answer, type_)

    async def update(
        self, type_: type[T], url: str, body: Mapping[str, object], **variables: str
    ) -> T:
        """PATCH with *body*; the answer is *type_*."""
        with translated():
            answer = await self.patch(url, variables, data=body)
        return typed(answer, type_)

    async def query(self, type_: type[T], document: str, variables: Mapping[str, object]) -> T:
        """Ask GraphQL; *type_* is the whole `data`. An answer in part raises `Unexpected`.

        The document must be a query: as it only reads, it is asked again like a GET.
        """
        body = graphql.encode_query(document, variables)
        headers = {
            **sansio.create_headers(self.requester),
            "content-type": "application/json; charset=utf-8",
        }
        with translated():
            status, answer, content = await self._persist(
                "POST", self._graphql_url, headers, body, reads=True
            )
            if status != 200:
                sansio.decipher_response(status, answer, content)
        return graphql.decode_answer(type_, answer, content, self._clock())

    async def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        limit: int | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request, again where that is safe and may help; an unchanged answer is kept."""
        kept = self._kept.get(url) if method == "GET" and limit is None else None
        if kept is not None:
            headers = {**headers, "if-none-match": kept.etag}
        status, answer, content = await self._persist(
            method, url, headers, body, reads=method == "GET", limit=limit
        )
        if status == 304 and kept is not None:
            return 200, {**kept.headers, **answer}, kept.body
        etag = answer.get("etag")
        if status == 200 and etag and method == "GET" and limit is None and not _immutable(url):
            with suppress(ValueError):  # larger than the whole cache
                self._kept[url] = Kept(etag, {k.lower(): v for k, v in answer.items()}, content)
        return status, answer, content

    async def _persist(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        reads: bool,
        limit: int | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        tries = renewed = 0
        while True:
            tries += 1
            credentials = await self._authorize()
            try:
                status, answer, content = await self._send(
                    method, url, {**headers, "authorization": f"Bearer {credentials}"}, body, limit
                )
            except (aiohttp.ClientError, TimeoutError) as fault:
                again = after_fault(reads, tries)
                if again is None:
                    # Only its kind: aiohttp's own words may hold the request's credentials.
                    name = type(fault).__name__
                    raise errors.GitHubUnavailable(f"No answer from GitHub ({name})") from None
                await self._sleep(again.delay)
                continue
            if status == 401 and not renewed:
                # A token may have been revoked, and a fresh one is refused for a moment.
                self._forget(credentials)
                renewed += 1
                await self._sleep(1.0)
                continue
            match after_answer(reads, tries, status, answer, content, self._clock()):
                case TryAgain(delay):
                    await self._sleep(delay)
                case Limited(delay):
                    raise errors.RateLimited(
                        f"GitHub asks for {delay:.0f} s of silence",
                        delay=delay,
                        request_id=answer.get("x-github-request-id", ""),
                    )
                case None:
                    return status, answer, content

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        self.requests += 1
        async with self._session.request(
            method,
            url,
            headers={**headers, "x-github-api-version": API_VERSION},
            data=body or None,
            timeout=TIMEOUT,
            allow_redirects=method == "GET",  # a renamed repository answers 301
        ) as response:
            if limit is None:
                return response.status, response.headers, await response.read()
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) >= limit:
                    break
            return response.status, response.headers, bytes(content[:limit])

    async def sleep(self, seconds: float) -> None:
        """Wait, as gidgethub asks for it."""
        await self._sleep(seconds)
