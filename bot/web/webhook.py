"""`POST /webhook`: verify, record durably, answer. What follows from a delivery others find out."""

from collections.abc import Sequence

from aiohttp import web

from bot import metrics
from bot.intake import Intake
from bot.web.bodies import Bodies
from bot.web.door import Door, Unsigned, Unwelcome, read_head
from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.store import WorkStore


class Webhook:
    """Takes deliveries into the store; with their bodies, where *bodies* asks for that."""

    def __init__(self, store: WorkStore, secrets: Sequence[str], *, bodies: bool = False) -> None:
        self.door = Door(Intake(store, bodies=bodies), secrets)
        self._incoming = Bodies()

    async def receive(self, request: web.BaseRequest) -> web.Response:
        """Answer 202 once the delivery is durable; 4xx where it is none of GitHub's."""
        try:
            head = read_head(request.headers)
            delivery = await self.door.take(head, await self._incoming.read(request))
        except Unsigned as fault:
            refusal: web.HTTPException = web.HTTPUnauthorized(text=f"{fault}\n")
        except Unwelcome as fault:
            refusal = web.HTTPBadRequest(text=f"{fault}\n")
        except (StoreStopped, StoreUnavailable):
            refusal = web.HTTPServiceUnavailable(
                text="The delivery could not be kept; send it again\n",
                headers={"Retry-After": "30"},
            )
        except web.HTTPException as fault:
            refusal = fault
        else:
            return web.Response(status=202, text=f"{delivery.outcome}\n")
        metrics.delivered(request.headers.get("X-GitHub-Event", ""), "refused")
        raise refusal
