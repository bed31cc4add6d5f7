"""A delivery that is known to be GitHub's: read, and durable before anybody hears that it came.

It asks for no signature: whoever hands one over has made sure where it is from.
"""

from typing import assert_never

import structlog

from bot import metrics
from bot.github.events import Accepted, Ignored, Rejected, parse_event
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.model import Delivery, Mark, Outcome
from bot.work.store import WorkStore


class Intake:
    """Takes deliveries into the store; with their bodies, where *bodies* asks for that."""

    def __init__(self, store: WorkStore, *, bodies: bool = False) -> None:
        self._store = store
        self._bodies = bodies
        # Bound once: what a delivery's line costs where nobody wants it is a tenth of its answer.
        self._log = structlog.get_logger().bind()

    async def take(self, guid: str, event: str, body: bytes) -> Delivery:
        """Keep a delivery and mark what it may have changed, on disk before this returns.

        Raises `NotJSON` where the body is no JSON object, and what the store raises.
        """
        delivery, mark = self._read(guid, event, body)
        try:
            await self._store.ingest(delivery, [mark] if mark else [])
        except (StoreStopped, StoreUnavailable) as fault:
            self._log.error("delivery not kept", delivery=guid, reason=str(fault))
            raise
        metrics.delivered(event, delivery.outcome)
        # The inbox and the metrics tell of each: a line is written for what somebody must look at.
        log = self._log.warning if delivery.outcome is Outcome.REJECTED else self._log.debug
        log(
            "delivery",
            delivery=guid,
            webhook=event,
            action=delivery.action,
            outcome=delivery.outcome,
            reason=delivery.reason,
        )
        return delivery

    def _read(self, guid: str, event: str, body: bytes) -> tuple[Delivery, Mark | None]:
        kept = body if self._bodies else None
        match parse_event(event, body):
            case Accepted(action, installation, subject):
                key = subject.key
                delivery = Delivery(
                    guid,
                    event,
                    action,
                    Outcome.ACCEPTED,
                    installation=installation,
                    subject=key,
                    body=kept,
                )
                return delivery, Mark(key, installation, cause=guid)
            case Ignored(action, reason):
                return Delivery(guid, event, action, Outcome.IGNORED, reason, body=kept), None
            case Rejected(reason):
                return Delivery(guid, event, None, Outcome.REJECTED, reason, body=kept), None
            case intake:
                assert_never(intake)
