"""Where the manual tells more of a reason."""

import re

from bot.gate.verdict import Reason
from bot.plan.rules import MANUAL_URL


def anchor(name: str) -> str:
    """The place on `docs/policy.md` of the reason of that name: `#plan-not-approved`."""
    return "#" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def about(reason: Reason) -> str:
    """The page that explains *reason*, as a URL."""
    return f"{MANUAL_URL}policy.md{anchor(type(reason).__name__)}"
