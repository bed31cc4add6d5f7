"""What somebody filled in, checked: the wishes, or what is wrong with each field."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.setup.manifest import Wishes

LONGEST_NAME = 34  # of an App, at GitHub
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?")

Complaints = Mapping[str, str]


def parse_wishes(form: Mapping[str, str]) -> Wishes | Complaints:
    """The wishes of a form with *owner*, *name* and *address*; else complaints, by field."""
    owner = form.get("owner", "").strip()
    name = " ".join(form.get("name", "").split())
    address = form.get("address", "").strip().rstrip("/")
    complaints = {
        field: words
        for field, words in {
            "owner": _about_owner(owner),
            "name": _about_name(name),
            "address": _about_address(address),
        }.items()
        if words
    }
    return complaints or Wishes(owner, name, address)


def _about_owner(owner: str) -> str:
    if owner and not _LOGIN.fullmatch(owner):
        return "Write the organisation’s name as in its address at GitHub, without the address."
    return ""


def _about_name(name: str) -> str:
    if not name:
        return "Give the App a name."
    if len(name) > LONGEST_NAME:
        return f"GitHub takes {LONGEST_NAME} characters at most; this has {len(name)}."
    if not name.isprintable():
        return "The name has characters that nobody sees; type it again."
    return ""


def _about_address(address: str) -> str:
    example = "such as https://gate.example.com."
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return f"Write an http(s) address, {example}"
    if not valid or re.search(r"[\s\"'<>\\^`{|}]", address) or not address.isprintable():
        return f"Write an http(s) address, {example}"
    if parts.query or parts.fragment or "@" in parts.netloc or "?" in address or "#" in address:
        return f"Write the address alone, without user, “?” or “#”, {example}"
    return ""
