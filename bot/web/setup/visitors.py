"""Who may set the App up: whoever read the address in the terminal. It trusts nobody else."""

import hmac
import re
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "plan_gate_setup"
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")


class Visitors:
    """Lets one browser in: the *token* is good once, and becomes the *session* of its cookie."""

    def __init__(self, token: str, session: str) -> None:
        self._token = token
        self._session = session
        self._used = False

    def admit(self, request: web.BaseRequest) -> bool:
        """Whether *request* brings the token for the first time; it never counts again."""
        if self._used or not self._fits(request):
            return False
        self._used = True
        return True

    def is_spent(self, request: web.BaseRequest) -> bool:
        """Whether *request* brings the token, which let another browser in."""
        return self._used and self._fits(request)

    def knows(self, request: web.BaseRequest) -> bool:
        """Whether *request* comes from the browser that was let in."""
        return self._used and is_same(request.cookies.get(COOKIE, ""), self._session)

    def remember(self, response: web.Response, *, secure: bool) -> None:
        """Give the browser its cookie. It has no path: that of the page's own folder holds."""
        response.set_cookie(
            COOKIE, self._session, path="", httponly=True, samesite="Lax", secure=secure
        )

    def _fits(self, request: web.BaseRequest) -> bool:
        return is_same(request.query.get("token", ""), self._token)


def is_same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def origin_of(request: web.BaseRequest, public_url: str | None) -> str:
    """The address under which the browser sees this server, to be sent back to.

    A proxy that ends TLS says so, or is what `PUBLIC_URL` names.
    """
    host = request.headers.get("Host", "")
    if public_url and (host == urlsplit(public_url).netloc or not _HOST.fullmatch(host)):
        return public_url
    if not _HOST.fullmatch(host):
        raise web.HTTPBadRequest(text="The header Host has an unknown form\n")
    forwarded = request.headers.get("X-Forwarded-Proto", "").partition(",")[0]
    return f"{'https' if forwarded.strip().lower() == 'https' else 'http'}://{host}"
