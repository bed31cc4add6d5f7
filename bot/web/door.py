"""The door for deliveries that come from anywhere: only what was signed with our secret is taken.

Headers and bytes go in. It does not know whether a request or a proxy's event has brought them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import PlanGateError
from bot.github.events import NotJSON
from bot.github.signature import is_signed
from bot.intake import Intake
from bot.work.model import Delivery

_EVENT = re.compile(r"[a-z_]{1,64}")
_GUID = re.compile(r"[!-~]{1,128}")


class Unwelcome(PlanGateError):
    """What came is no delivery of GitHub's webhook; its text says what to do."""


class Unsigned(Unwelcome):
    """The signature was not made over these bytes with one of our secrets."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a delivery's headers say of it."""

    guid: str
    event: str
    signature: str
    content_type: str


class Door:
    """Lets in what is signed with one of *secrets*."""

    def __init__(self, intake: Intake, secrets: Sequence[str]) -> None:
        self._intake = intake
        self._secrets = secrets

    async def take(self, head: Head, body: bytes) -> Delivery:
        """Take a delivery in, durably. Raises `Unwelcome`, and what the store raises."""
        if not self.fits(head, body):
            raise Unsigned("The signature does not fit: use the same secret here and at GitHub")
        if head.content_type != "application/json":
            raise Unwelcome("The content type must be application/json: change it at the webhook")
        try:
            return await self._intake.take(head.guid, head.event, body)
        except NotJSON:
            raise Unwelcome("The body is not a JSON object") from None

    def fits(self, head: Head, body: bytes) -> bool:
        """Whether it is these bytes that were signed."""
        return is_signed(body, head.signature, self._secrets)


def read_head(headers: Mapping[str, str]) -> Head:
    """Read what a delivery must say of itself; names in lower case. Raises `Unwelcome`."""
    event = _header(headers, "X-GitHub-Event", _EVENT)
    guid = _header(headers, "X-GitHub-Delivery", _GUID)
    signature = headers.get("x-hub-signature-256")
    if signature is None:
        raise Unwelcome("The header X-Hub-Signature-256 is missing: set the webhook's secret")
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Head(guid, event, signature, content_type)


def _header(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = headers.get(name.lower())
    if value is None:
        raise Unwelcome(f"The header {name} is missing: only GitHub's webhooks are taken here")
    if not form.fullmatch(value):
        raise Unwelcome(f"The header {name} has an unknown form")
    return value
