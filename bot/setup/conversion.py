"""The last step at GitHub: a code becomes the App's credentials, once and within its hour.

https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
"""

from urllib.parse import quote

import aiohttp
import msgspec

from bot.github import errors
from bot.github.manifest_code import exchange_code
from bot.setup.credentials import Credentials


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
    body, request_id = await exchange_code(session, api_url, code)
    return _credentials(body, github_url, request_id)


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
