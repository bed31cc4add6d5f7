"""What GitHub is asked to register: all of `app.yml`, and this server's addresses."""

import json
from pathlib import Path

import pytest
import yaml

from bot.setup.manifest import (
    Wishes,
    is_local,
    manifest_of,
    read_template,
    registration_url,
)

ROOT = Path(__file__).parents[3]
WISHES = Wishes("acme", "Plan Gate of Acme", "https://gate.example.com/plans")


def test_the_manifest_is_app_yml_with_this_servers_addresses() -> None:
    written = yaml.safe_load((ROOT / "app.yml").read_text())
    manifest = json.loads(manifest_of(read_template(), WISHES, "http://localhost:8080"))
    assert manifest == {
        "name": "Plan Gate of Acme",
        "url": written["url"],
        "description": written["description"],
        "public": False,
        "hook_attributes": {"url": "https://gate.example.com/plans/webhook", "active": True},
        "redirect_url": "http://localhost:8080/setup/created",
        "setup_url": "https://gate.example.com/plans/setup",
        "default_permissions": written["default_permissions"],
        "default_events": written["default_events"],
    }
    assert written["public"] is False


def test_the_wheel_has_app_yml_beside_the_code() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"app.yml": "bot/app.yml"}


@pytest.mark.parametrize(
    ("owner", "url"),
    [
        ("", "https://github.com/settings/apps/new?state=s%26t"),
        ("acme", "https://github.com/organizations/acme/settings/apps/new?state=s%26t"),
        ("../x?", "https://github.com/organizations/..%2Fx%3F/settings/apps/new?state=s%26t"),
    ],
)
def test_where_the_manifest_is_posted(owner: str, url: str) -> None:
    assert registration_url("https://github.com", owner, "s&t") == url


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://localhost:8080", True),
        ("http://gate.localhost", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8080", True),
        ("http://192.168.1.7", True),
        ("http://10.0.0.1", True),
        ("http://8.8.8.8", False),
        ("https://gate.example.com", False),
        ("https://localhost.example.com", False),
        ("nonsense", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_which_addresses_only_this_machine_understands(address: str, local: bool) -> None:
    assert is_local(address) is local
