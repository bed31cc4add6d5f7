"""`app.yml`: what the App asks GitHub for. It is in the wheel; a checkout has it at its root."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.errors import UsageError

WEBHOOK = "/webhook"  # the path at which a server takes the App's webhooks
_PLACES = (Path(__file__).with_name("app.yml"), Path(__file__).parents[1] / "app.yml")


def read_manifest(places: Sequence[Path] = _PLACES) -> dict[str, Any]:
    """Return the App's manifest, in GitHub's own words; raises `UsageError` where it is lost."""
    import yaml  # not every command needs it

    path = next((path for path in places if path.exists()), None)
    if path is None:
        raise UsageError("app.yml is missing beside the package: install Plan Gate as a whole")
    manifest: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return manifest
