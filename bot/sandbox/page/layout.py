"""The frame of every page, and the small pieces that pages are made of."""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from bot.sandbox.state.accounts import Account

# Drawn on a grid of 16 by 16, in the colour of the text.
_ICONS: Final = {
    "good": '<circle cx="8" cy="8" r="7"/><path d="m4.8 8.2 2.2 2.2 4.2-4.6"/>',
    "bad": '<circle cx="8" cy="8" r="7"/><path d="m5.5 5.5 5 5m0-5-5 5"/>',
    "wait": '<circle cx="8" cy="8" r="7"/><path d="M8 4.5V8l2.3 1.6"/>',
    "none": '<circle cx="8" cy="8" r="7"/><path d="M5 8h6"/>',
    "done": (
        '<circle cx="4" cy="3.5" r="1.7"/><circle cx="4" cy="12.5" r="1.7"/>'
        '<circle cx="12" cy="8" r="1.7"/><path d="M4 5.2v5.6M4 5.2c.4 2.2 3 2.8 6.3 2.8"/>'
    ),
}
# Calm colours that carry white letters.
_COLOURS: Final = ("#57606a", "#1f6feb", "#8250df", "#bf3989", "#9a6700", "#1a7f37", "#0a7ea4")


@cache
def _style() -> str:
    return (Path(__file__).parent / "style.css").read_text()


def page(title: str, crumbs: str, body: str) -> str:
    """Return a whole page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body>"
        f'<header class="top"><div>{crumbs}<span class="note">sandbox GitHub</span></div></header>'
        f"<main>{body}</main></body></html>"
    )


def crumbs(full_name: str) -> str:
    """Return the way to a repository."""
    owner, _, name = full_name.partition("/")
    return (
        f'<a href="/">{escape(owner)}</a><span class="slash">/</span>'
        f'<strong><a href="/">{escape(name)}</a></strong>'
    )


def icon(kind: str) -> str:
    """Return one of the icons."""
    return (
        f'<svg class="icon {kind}" viewBox="0 0 16 16" fill="none" stroke="currentColor" '
        f'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        f"{_ICONS[kind]}</svg>"
    )


def avatar(account: Account) -> str:
    """Return an account's initial in a colour of its own; Apps are square."""
    number = sha256(account.login.encode()).digest()[0]
    shape = " app" if account.type == "Bot" else ""
    return (
        f'<span class="avatar{shape}" style="background:{_COLOURS[number % len(_COLOURS)]}" '
        f'aria-hidden="true">{escape(account.login[0].upper())}</span>'
    )


def who(account: Account) -> str:
    """Return an account's name, marked where it is a bot."""
    name = account.login.removesuffix("[bot]")
    mark = '<span class="bot">bot</span>' if account.type == "Bot" else ""
    return f"<strong>{escape(name)}</strong>{mark}"


def moment(seconds: float) -> str:
    """Return a time as people read it."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when.day} {when:%B %Y, %H:%M}"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
