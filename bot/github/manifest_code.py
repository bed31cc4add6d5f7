"""The code of an App's manifest, sent to GitHub by nobody in particular: there is no App yet.

https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
"""

import re
from urllib.parse import quote

import aiohttp

from bot.github import errors
from bot.github.client import TIMEOUT, USER_AGENT
from bot.github.sender import API_VERSION
from bot.github.translation import unanswered

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_LARGEST = 1 << 20


async def exchange_code(
    session: aiohttp.ClientSession, api_url: str, code: str
) -> tuple[bytes, str]:
    """Return what GitHub gives for *code*, as it came, and the request's id.

    Raises `NotFound` where GitHub does not know the code (any more), `GitHubUnavailable` and
    `RateLimited` where the same one may be tried again, and `Refused`.
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
    return body, request_id


def _refusal(status: int, request_id: str) -> errors.GitHubError:
    words = f"GitHub answered {status}"
    if status in {404, 410}:
        return errors.NotFound(words, request_id=request_id)
    if status >= 500:
        return errors.GitHubUnavailable(words, request_id=request_id)
    if status in {403, 429}:  # nobody is signed in: only a limit can be meant
        return errors.RateLimited(words, delay=60.0, request_id=request_id)
    return errors.Refused(words, request_id=request_id)
