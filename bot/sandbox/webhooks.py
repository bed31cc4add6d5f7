"""The sender of webhooks: who hears of an event, signed, in order for each App, and logged."""

import asyncio
import hmac
import io
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import aiohttp

from bot.sandbox.faults import WebhookFaults
from bot.sandbox.state.accounts import App, Installation, allows
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.records import JsonObject
from bot.sandbox.state.world import Event, Redelivery, World

# https://docs.github.com/en/webhooks/webhook-events-and-payloads, section *availability*.
_NEEDED: Final = {
    "push": "contents:read",
    "pull_request": "pull_requests:read",
    "pull_request_review": "pull_requests:read",
    "issue_comment": "issues:read",
    "check_run": "checks:read",
    "check_suite": "checks:read",
    "merge_group": "merge_queues:read",
    "repository": "metadata:read",
}
# An App that may write checks hears these without subscribing.
_UNASKED: Final = {
    ("check_suite", "requested"),
    ("check_suite", "rerequested"),
    ("check_run", "rerequested"),
    ("check_run", "requested_action"),
}


class Hookshot:
    """Delivers events to Apps over HTTP, concurrently with whoever caused them."""

    def __init__(
        self, world: World, faults: WebhookFaults, observe: Callable[[Delivery], None]
    ) -> None:
        self._world = world
        self._faults = faults
        self._observe = observe
        self._queues: dict[int, asyncio.Queue[Delivery]] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._pending = 0
        self._idle = asyncio.Event()
        self._idle.set()
        faults.resume = self._enqueue
        world.listeners.append(self._hear)

    async def start(self) -> None:
        """Begin to deliver, with what was queued before."""
        self._session = aiohttp.ClientSession()
        for app_id in self._queues:
            self._employ(app_id)

    async def stop(self) -> None:
        """Stop at once; what is still queued waits for the next start."""
        workers = [*self._workers.values()]
        self._workers.clear()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
        for worker in workers:
            if not worker.cancelled():
                worker.result()  # it broke, and the fault is the sandbox's or an observer's

    async def settled(self) -> None:
        """Wait until everything that is not held back was delivered or has failed."""
        await self._idle.wait()

    def _hear(self, event: Event | Redelivery) -> None:
        for delivery in self._deliveries(event):
            for each in self._faults.let_through(delivery):
                self._enqueue(each)

    def _deliveries(self, event: Event | Redelivery) -> Iterator[Delivery]:
        if isinstance(event, Redelivery):
            yield replace(event.delivery, redelivery=True)
            return
        for app, installation in _audience(self._world, event):
            if app.webhook_url is None:
                continue
            payload = event.payload
            if installation is not None and "installation" not in payload:
                stub = {"id": installation.id, "node_id": f"MDIzOk{installation.id}"}
                payload = {**payload, "installation": stub}
            yield Delivery(
                id=0,  # that of the attempt, once it is made
                guid=str(uuid.uuid4()),
                app=app,
                event=event.name,
                action=event.action,
                payload=payload,
                installation_id=None if installation is None else installation.id,
                repository_id=None if event.repo is None else event.repo.id,
            )

    def _enqueue(self, delivery: Delivery) -> None:
        delivery.id = self._world.next_id("delivery")
        self._pending += 1
        self._idle.clear()
        self._queues.setdefault(delivery.app.id, asyncio.Queue()).put_nowait(delivery)
        self._employ(delivery.app.id)

    def _employ(self, app_id: int) -> None:
        if self._session is not None and app_id not in self._workers:
            work = self._work(self._session, self._queues[app_id])
            self._workers[app_id] = asyncio.create_task(work)

    async def _work(self, session: aiohttp.ClientSession, queue: asyncio.Queue[Delivery]) -> None:
        while True:
            delivery = await queue.get()
            try:
                await self._deliver(session, delivery)
            finally:
                self._pending -= 1
                if self._pending == 0:
                    self._idle.set()

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        body = _written(delivery.payload)
        if len(body) > self._world.limits.webhook_bytes:
            return  # https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
        delivery.url = delivery.app.webhook_url or ""
        delivery.headers = _headers(delivery, body)
        delivery.delivered_at = self._world.clock()
        timeout = aiohttp.ClientTimeout(self._world.limits.webhook_timeout)
        try:
            async with session.post(
                delivery.url, data=io.BytesIO(body), headers=delivery.headers, timeout=timeout
            ) as response:
                delivery.status_code = response.status
                delivery.response_headers = dict(response.headers)
                delivery.response_body = await response.text(errors="replace")
            refusal = f"Invalid HTTP Response: {response.status}"
            delivery.status = "OK" if delivery.succeeded else refusal
        except TimeoutError:
            delivery.status, delivery.status_code = "timed out", 0
        except (aiohttp.ClientError, ValueError):
            delivery.status, delivery.status_code = "failed to connect to host", 502
        delivery.duration = round(self._world.clock() - delivery.delivered_at, 2)
        self._world.deliveries.append(delivery)
        self._observe(delivery)


def _written(payload: JsonObject) -> bytes:
    """JSON as GitHub writes it: letters of all kinds as they are, and not as escapes."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="backslashreplace")  # a lone surrogate is no letter


def sign(secret: str, body: bytes, algorithm: str) -> str:
    """Return the value of a signature header.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def _headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    app = delivery.app
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/5a4db0c",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": sign(app.webhook_secret, body, "sha1"),
        "X-Hub-Signature-256": sign(app.webhook_secret, body, "sha256"),
    }


def _audience(world: World, event: Event) -> Iterator[tuple[App, Installation | None]]:
    """Yield the Apps that hear of an event, each with the installation by which it does."""
    if event.repo is None:
        if event.only is not None:
            yield event.only, event.installation
        return
    for installation in world.installed(event.repo):
        app = installation.app
        if event.only in (None, app) and _hears(installation, event):
            yield app, installation


def _hears(installation: Installation, event: Event) -> bool:
    if (event.name, event.action) in _UNASKED:
        return allows(installation.permissions, "checks:write")
    subscribed = event.name in installation.events
    return subscribed and allows(installation.permissions, _NEEDED[event.name])
