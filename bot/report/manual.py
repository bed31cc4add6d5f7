"""Where the manual tells more of a reason."""

from bot.gate.verdict import Reason, kind_named, kind_of
from bot.plan.rules import MANUAL_URL


def anchor(name: str) -> str:
    """The place on `docs/policy.md` of the reason of that name: `#plan-not-approved`."""
    return f"#{kind_named(name)}"


def about(reason: Reason) -> str:
    """The page that explains *reason*, as a URL."""
    return f"{MANUAL_URL}policy.md#{kind_of(reason)}"
