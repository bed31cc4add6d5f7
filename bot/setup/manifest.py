"""The App's manifest, from the `app.yml` that is shipped: what GitHub is asked to register.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec

from bot.manifest import WEBHOOK, read_manifest

CREATED, SETUP = "/setup/created", "/setup"


class Template(msgspec.Struct, frozen=True):
    """What every Plan Gate asks for, wherever it runs."""

    name: str
    url: str
    description: str
    default_permissions: Mapping[str, str]
    default_events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What differs from one Plan Gate to the next: *owner* is empty for one's own account."""

    owner: str
    name: str
    address: str


def read_template() -> Template:
    """The part of `app.yml` that is the same wherever Plan Gate runs."""
    return msgspec.convert(read_manifest(), Template)


def manifest_of(template: Template, wishes: Wishes, origin: str) -> str:
    """The manifest as JSON. GitHub sends the browser back to *origin*, webhooks to the address.

    The App is private: it can be installed where it belongs, and nowhere else.
    """
    manifest = {
        "name": wishes.name,
        "url": template.url,
        "description": template.description,
        "public": False,
        "hook_attributes": {"url": wishes.address + WEBHOOK, "active": True},
        "redirect_url": origin + CREATED,
        "setup_url": wishes.address + SETUP,
        "default_permissions": template.default_permissions,
        "default_events": template.default_events,
    }
    return msgspec.json.encode(manifest).decode()


def registration_url(github_url: str, owner: str, state: str) -> str:
    """Where the manifest is posted to; GitHub hands *state* back."""
    place = f"organizations/{quote(owner, safe='')}/settings" if owner else "settings"
    return f"{github_url}/{place}/apps/new?state={quote(state, safe='')}"


def is_local(address: str) -> bool:
    """Whether *address* means something else on every machine, so that GitHub cannot reach it."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or host.endswith(".localhost") or _is_private(host)


def _is_private(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return not ip_address(host).is_global
    except ValueError:  # a name
        return False
