"""The last step at GitHub: a code becomes the App's credentials, once and within its hour.

https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
"""

import re
from urllib.parse import quote

import aiohttp
import msgspec

from bot.github import errors
from bot.github.client import TIMEOUT, USER_AGENT
from bot.github.sender import API_VERSION
from bot.github.translation import unanswered
from bot.setup.credentials import Credentials

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_LARGEST = 1 << 20


class Converted(msgspec.Struct):
    """What GitHub answers with, as far as we need it."""

    id: int
    html_url: str
    pem: str
    slug: str = ""
    webhook_secret: str | None = None


class Incomplete(errors.Unexpected):
    """The App exists now, but what GitHub gave for it cannot be used; *page* is the App's."""

    def __init__(self, missing: tuple[str, ...], page: str) -> None:
        super().__init__(f"GitHub gave no usable {' and no usable '.join(missing)}")
        self.page = page


async def convert(
    session: aiohttp.ClientSession, api_url: str, github_url: str, code: str
) -> Credentials:
    """Exchange *code*.

    Raises `NotFound` where GitHub does not know it (any more), `GitHubUnavailable` and
    `RateLimited` where the same code may be tried again, `Incomplete`, and `Refused` or
    `Unexpected` for what nobody foresaw.
    """
    if not _CODE.fullmatch(code):
        raise errors.NotFound("GitHub gives no such codes")
    url = f"{api_url}/app-manifests/{quote(code, safe='')}/conversions"
    headers = {
        "accept": "application/vnd.github+json",
        "user-agent": USER_AGENT,
        "x-github-api-version": API_VERSION,
    }
    try:
        async with session.post(
            url, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as answer:
            status, request_id = answer.status, answer.headers.get("x-github-request-id", "")
            body = await answer.content.read(_LARGEST) if status == 201 else b""
            while status == 201 and (more := await answer.content.read(_LARGEST - len(body))):
                body += more
    except (aiohttp.ClientError, TimeoutError) as fault:
        raise unanswered(fault, url) from None
    if status != 201:
        raise _refusal(status, request_id)
    return _credentials(body, github_url, request_id)


def _refusal(status: int, request_id: str) -> errors.GitHubError:
    words = f"GitHub answered {status}"
    if status in {404, 410}:
        return errors.NotFound(words, request_id=request_id)
    if status >= 500:
        return errors.GitHubUnavailable(words, request_id=request_id)
    if status in {403, 429}:  # nobody is signed in: only a limit can be meant
        return errors.RateLimited(words, delay=60.0, request_id=request_id)
    return errors.Refused(words, request_id=request_id)


def _credentials(body: bytes, github_url: str, request_id: str) -> Credentials:
    try:
        made = msgspec.json.decode(body, type=Converted)
    except msgspec.DecodeError:  # without its words: they may quote a secret
        raise errors.Unexpected("GitHub’s answer is not readable", request_id=request_id) from None
    page = made.html_url.rstrip("/")
    if not page.startswith(f"{github_url}/"):
        page = f"{github_url}/apps/{quote(made.slug, safe='')}"
    found = Credentials(str(made.id), made.slug, page, made.pem, made.webhook_secret or "")
    if missing := found.missing():
        raise Incomplete(missing, page)
    return found
