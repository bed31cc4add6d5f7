"""Endpoints of the delivery log: what was sent to the App, and sending it again.

https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries
"""

from collections.abc import Iterator

from bot.sandbox.api.answers import Answer, Refused, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.records import JsonObject
from bot.sandbox.state.world import Redelivery, World

routes = Routes()


@routes("GET", "/app/hook/deliveries", app=True)
def list_all(call: Call) -> Answer:
    """List deliveries, newest first, with a cursor; a time-out is no `failure` to that filter."""
    status = call.query.get("status")
    if status is not None:
        call.choice("status", "success", "failure")
    cursor = call.query.get("cursor", "")
    if cursor and not cursor.isdecimal():
        raise Refused(400, "Invalid cursor.")
    found = [
        delivery
        for delivery in _log(call)
        if _has_status(delivery, status) and (not cursor or delivery.id <= int(cursor))
    ]
    size = min(max(call.count("per_page", 30), 1), 100)
    headers = {}
    if len(found) > size:
        filters = "" if status is None else f"&status={status}"
        link = f"{call.url}?per_page={size}{filters}&cursor={found[size].id}"
        headers["Link"] = f'<{link}>; rel="next"'
    return Answer([_item(call.world, each) for each in found[:size]], headers=headers)


@routes("GET", "/app/hook/deliveries/{delivery_id}", app=True)
def get(call: Call) -> Answer:
    """Answer one delivery with request and response."""
    delivery = _delivery(call)
    shape = _item(call.world, delivery)
    request = {"headers": delivery.headers, "payload": delivery.payload}
    response = {"headers": delivery.response_headers, "payload": delivery.response_body}
    return Answer({**shape, "url": delivery.url, "request": request, "response": response})


@routes("POST", "/app/hook/deliveries/{delivery_id}/attempts", app=True)
def redeliver(call: Call) -> Answer:
    """Send a delivery again under its GUID."""
    call.world.emit(Redelivery(_delivery(call)))
    return Answer({}, 202)


def _delivery(call: Call) -> Delivery:
    number = call.number("delivery_id")
    for delivery in _log(call):
        if delivery.id == number:
            return delivery
    raise not_found()


def _log(call: Call) -> Iterator[Delivery]:
    """Yield what the log still has of the App's deliveries, newest first."""
    oldest = call.world.clock() - call.world.limits.webhook_log
    for delivery in reversed(call.world.deliveries):
        if delivery.app is call.app and delivery.delivered_at >= oldest:
            yield delivery


def _has_status(delivery: Delivery, status: str | None) -> bool:
    match status:
        case "success":
            return delivery.succeeded
        case "failure":
            return 400 <= delivery.status_code < 600
        case _:
            return True


def _item(world: World, delivery: Delivery) -> JsonObject:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": world.time(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": delivery.duration,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }
