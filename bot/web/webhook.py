"""`POST /webhook`: verify, record durably, answer. What follows from a delivery others find out."""

import re
from collections.abc import Sequence

import structlog
from aiohttp import web

from bot import metrics
from bot.github.events import Accepted, Ignored, Intake, NotJSON, Rejected, parse_event
from bot.github.signature import is_signed
from bot.web.bodies import Bodies
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.model import Delivery, Mark, Outcome
from bot.work.store import WorkStore

_EVENT = re.compile(r"[a-z_]{1,64}")
_GUID = re.compile(r"[!-~]{1,128}")


class Webhook:
    """Takes deliveries into the store; with their bodies, where *bodies* asks for that."""

    def __init__(self, store: WorkStore, secrets: Sequence[str], *, bodies: bool = False) -> None:
        self._store = store
        self._secrets = secrets
        self._bodies = bodies
        self._incoming = Bodies()
        # Bound once: what a delivery's line costs where nobody wants it is a tenth of its answer.
        self._log = structlog.get_logger().bind()

    async def receive(self, request: web.BaseRequest) -> web.Response:
        """Answer 202 once the delivery is durable; 4xx where it is none of GitHub's."""
        try:
            delivery, mark = await self._read(request)
            await self._keep(delivery, [mark] if mark else [])
        except web.HTTPException:
            metrics.delivered(request.headers.get("X-GitHub-Event", ""), "refused")
            raise
        metrics.delivered(delivery.event, delivery.outcome)
        return web.Response(status=202, text=f"{delivery.outcome}\n")

    async def _read(self, request: web.BaseRequest) -> tuple[Delivery, Mark | None]:
        event = _header(request, "X-GitHub-Event", _EVENT)
        guid = _header(request, "X-GitHub-Delivery", _GUID)
        signature = request.headers.get("X-Hub-Signature-256")
        if signature is None:
            raise _bad("The header X-Hub-Signature-256 is missing: set the webhook's secret")
        body = await self._incoming.read(request)
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
        return _recorded(guid, event, intake, body if self._bodies else None)

    async def _keep(self, delivery: Delivery, marks: Sequence[Mark]) -> None:
        try:
            await self._store.ingest(delivery, marks)
        except (StoreStopped, StoreUnavailable) as fault:
            self._log.error("delivery not kept", delivery=delivery.guid, reason=str(fault))
            raise web.HTTPServiceUnavailable(
                text="The delivery could not be kept; send it again\n",
                headers={"Retry-After": "30"},
            ) from None
        # The inbox and the metrics tell of each: a line is written for what somebody must look at.
        log = self._log.warning if delivery.outcome is Outcome.REJECTED else self._log.debug
        log(
            "delivery",
            delivery=delivery.guid,
            webhook=delivery.event,
            action=delivery.action,
            outcome=delivery.outcome,
            reason=delivery.reason,
        )


def _recorded(
    guid: str, event: str, intake: Intake, body: bytes | None
) -> tuple[Delivery, Mark | None]:
    match intake:
        case Accepted(action, installation, subject):
            key = subject.key
            delivery = Delivery(
                guid,
                event,
                action,
                Outcome.ACCEPTED,
                installation=installation,
                subject=key,
                body=body,
            )
            return delivery, Mark(key, installation, cause=guid)
        case Ignored(action, reason):
            return Delivery(guid, event, action, Outcome.IGNORED, reason, body=body), None
        case Rejected(reason):
            return Delivery(guid, event, None, Outcome.REJECTED, reason, body=body), None


def _header(request: web.BaseRequest, name: str, form: re.Pattern[str]) -> str:
    value = request.headers.get(name)
    if value is None:
        raise _bad(f"The header {name} is missing: only GitHub's webhooks are taken here")
    if not form.fullmatch(value):
        raise _bad(f"The header {name} has an unknown form")
    return value


def _bad(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=f"{text}\n")
