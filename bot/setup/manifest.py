"""The App's manifest, from the `app.yml` that is shipped: what GitHub is asked to register.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec
import yaml

from bot.errors import UsageError

WEBHOOK, CREATED, SETUP = "/webhook", "/setup/created", "/setup"
# Beside the code in a wheel; above it in a checkout, which an editable install reads.
_PLACES = tuple(Path(__file__).parents[levels] / "app.yml" for levels in (1, 2))


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


def read_template(places: Sequence[Path] = _PLACES) -> Template:
    """Read the `app.yml` that came with the code, at the first of the *places* that has it."""
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise UsageError(
            "app.yml, the App's manifest, is not where Plan Gate is installed: install it again"
        )
    return parse_template(path.read_text(encoding="utf-8"))


def parse_template(text: str) -> Template:
    """The template that *text* is; raises `ValueError` where it is none."""
    return msgspec.convert(yaml.safe_load(text), Template)


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
