"""`app.yml` is found wherever Plan Gate is installed."""

import tomllib
from pathlib import Path

from bot.manifest import read_manifest

ROOT = Path(__file__).parents[2]


def test_the_manifest_is_read() -> None:
    manifest = read_manifest()
    assert manifest["name"] == "Plan Gate"
    assert manifest["default_permissions"]["checks"] == "write"


def test_it_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"app.yml": "bot/app.yml"}
