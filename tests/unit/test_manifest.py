"""`app.yml` is found wherever Plan Gate is installed."""

import tomllib
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.manifest import read_manifest

ROOT = Path(__file__).parents[2]


def test_the_manifest_is_read() -> None:
    manifest = read_manifest()
    assert manifest["name"] == "Plan Gate"
    assert manifest["default_permissions"]["checks"] == "write"


def test_a_lost_manifest_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^app\.yml is missing"):
        read_manifest([tmp_path / "app.yml"])


def test_it_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"app.yml": "bot/app.yml"}
