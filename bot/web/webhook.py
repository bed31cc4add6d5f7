"""`POST /webhook`: verify, record durably, answer. What follows from a delivery others find out."""

import re
from collections.abc import Sequence

import structlog
from aiohttp import web

from bot.github.events import Accepted, Ignored, Intake, NotJSON, Rejected, parse_event
from bot.github.signature import is_signed
from bot.work.errors import StoreUnavailable
from bot.work.model import Delivery, Mark, Outcome
from bot.work.store import WorkStore

MAX_BODY = 25 * 1024 * 1024  # GitHub sends nothing larger
_EVENT = re.compile(r"[a-z_]{1,64}")
_GUID = re.compile(r"[!-~]{1,128}")

_log = structlog.get_logger()


class Webhook:
    """Takes deliveries into the store."""

    def __init__(self, store: WorkStore, secrets: Sequence[str]) -> None:
        self._store = store
        self._secrets = secrets

    async def receive(self, request: web.Request) -> web.Response:
        """Answer 202 once the delivery is durable; 4xx where it is none of GitHub's."""
        event = _header(request, "X-GitHub-Event", _EVENT)
        guid = _header(request, "X-GitHub-Delivery", _GUID)
        signature = request.headers.get("X-Hub-Signature-256")
        if signature is None:
            raise _bad("The header X-Hub-Signature-256 is missing: set the webhook's secret")
        body = await request.read()
        if not is_signed(body, signature, self._secrets):
            raise web.HTTPUnauthorized(
                text="The signature does not fit: use the same secret here and at GitHub\n"
            )
        if request.content_type != "application/json":
            raise _bad("The content type must be application/json: change it at the webhook")
        try:
            intake = parse_event(event, body)
        except NotJSON:
            raise _bad("The body is not a JSON object") from None
        return await self._record(guid, event, intake)

    async def _record(self, guid: str, event: str, intake: Intake) -> web.Response:
        delivery, marks = _recorded(guid, event, intake)
        try:
            await self._store.ingest(delivery, marks)
        except StoreUnavailable as fault:
            _log.error("delivery not kept", delivery=guid, reason=str(fault))
            raise web.HTTPServiceUnavailable(
                text="The delivery could not be kept; send it again\n",
                headers={"Retry-After": "30"},
            ) from None
        log = _log.warning if isinstance(intake, Rejected) else _log.info
        log(
            "delivery",
            delivery=guid,
            webhook=event,
            action=delivery.action,
            outcome=str(delivery.outcome),
            reason=delivery.reason or None,
        )
        return web.Response(status=202, text=f"{delivery.outcome}\n")


def _recorded(guid: str, event: str, intake: Intake) -> tuple[Delivery, list[Mark]]:
    match intake:
        case Accepted(action, installation, subject):
            delivery = Delivery(guid, event, action, Outcome.ACCEPTED)
            return delivery, [Mark(subject.key, installation)]
        case Ignored(action, reason):
            return Delivery(guid, event, action, Outcome.IGNORED, reason), []
        case Rejected(reason):
            return Delivery(guid, event, None, Outcome.REJECTED, reason), []


def _header(request: web.Request, name: str, form: re.Pattern[str]) -> str:
    value = request.headers.get(name)
    if value is None:
        raise _bad(f"The header {name} is missing: only GitHub's webhooks are taken here")
    if not form.fullmatch(value):
        raise _bad(f"The header {name} has an unknown form")
    return value


def _bad(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=f"{text}\n")
