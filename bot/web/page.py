"""The frame of every page, and the headers that keep it to itself: no script, nothing from afar."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot import __version__

_STYLE: Final = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_MARK: Final = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    '<path d="M4 21V6l8-3 8 3v15"/><path d="m8.5 13 2.5 2.5 4.5-5"/></svg>'
)
_ICON: Final = '<link rel="icon" href="data:image/svg+xml,{}">'.format(
    quote(
        _MARK.replace("currentColor", "#3b76d6").replace(
            " ", ' xmlns="http://www.w3.org/2000/svg" ', 1
        )
    )
)


def render_page(title: str, card: str) -> str:
    """A whole page around one *card*, which is HTML; the *title* is text."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – Plan Gate</title>{_ICON}<style>{_STYLE}</style></head>"
        f'<body><main><div class="brand">{_MARK}Plan Gate</div><div class="card">{card}</div>'
        f"<footer>Plan Gate {escape(__version__)}</footer></main></body></html>\n"
    )


def respond(page: str, status: int = 200, *, forms_to: str = "") -> web.Response:
    """Answer with a page; its forms go to this server and to the origin of *forms_to* alone."""
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self'{_origin(forms_to)}"
    )
    return web.Response(
        text=page,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers=SECURITY | {"Content-Security-Policy": policy},
    )


SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
