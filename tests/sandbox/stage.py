"""A sandbox with an App, a client that speaks for it, and a place where its webhooks arrive."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.sandbox import App, Installation, Repository, Sandbox
from tests.contracts.contract import Contract

PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "pull_requests": "write",
}
EVENTS = [
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
]
SECRET = "It's a Secret to Everybody"
NOON = 1_770_000_000.0


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Client:
    """Sends requests as a good client does; headers can be replaced, or left out with None."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str, credentials: str) -> None:
        self._session = session
        self._api_url = api_url
        self.credentials = credentials

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        redirects: bool = True,
        **headers: str | None,
    ) -> Reply:
        """Send one request, and follow where it is sent on to."""
        sent = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.credentials}",
            "User-Agent": "stage",
            "X-GitHub-Api-Version": "2022-11-28",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in sent.items() if value is not None}
        left_out = [name for name, value in sent.items() if value is None]
        async with self._session.request(
            method,
            self._api_url + path,
            json=body,
            headers=kept,
            skip_auto_headers=left_out,
            allow_redirects=redirects,
        ) as answer:
            raw = await answer.read()
        is_json = answer.content_type == "application/json" and raw
        return Reply(answer.status, json.loads(raw) if is_json else raw, answer.headers)

    async def get(self, path: str, *, redirects: bool = True, **headers: str | None) -> Reply:
        """Read."""
        return await self("GET", path, redirects=redirects, **headers)

    async def post(
        self, path: str, body: Any = None, *, redirects: bool = True, **headers: str | None
    ) -> Reply:
        """Create."""
        return await self("POST", path, body, redirects=redirects, **headers)

    async def patch(self, path: str, body: Any) -> Reply:
        """Change."""
        return await self("PATCH", path, body)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A webhook that arrived."""

    headers: dict[str, str]
    raw: bytes

    @property
    def payload(self) -> Any:
        """The body, read."""
        return json.loads(self.raw)

    @property
    def name(self) -> str:
        """The event, with its action where it has one."""
        event, action = self.headers["X-GitHub-Event"], self.payload.get("action")
        return f"{event}.{action}" if action else event


@dataclass(slots=True)
class Inbox:
    """The App's end of the webhooks."""

    arrivals: list[Arrival] = field(default_factory=list)
    status: int = 200

    @property
    def names(self) -> list[str]:
        """What arrived, in order."""
        return [arrival.name for arrival in self.arrivals]

    def last(self, name: str) -> Any:
        """Return the payload of the newest arrival of a name."""
        return next(each.payload for each in reversed(self.arrivals) if each.name == name)

    async def receive(self, request: web.Request) -> web.Response:
        """Take a webhook."""
        self.arrivals.append(Arrival(dict(request.headers), await request.read()))
        return web.Response(status=self.status)


@dataclass(slots=True)
class Stage:
    """Everything that a test of the sandbox needs."""

    sandbox: Sandbox
    clock: Clock
    app: App
    installation: Installation
    shop: Repository
    session: aiohttp.ClientSession
    inbox: Inbox
    contract: Contract
    client: Client = field(init=False)

    def jwt(self, app: App | None = None, **claims: Any) -> str:
        """Return a JWT of an App, by default a good one of the stage's App."""
        app = app or self.app
        now = int(self.clock())
        usual = {"iat": now - 60, "exp": now + 540, "iss": str(app.id)}
        return jwt.encode(usual | claims, _key(app.private_key_pem), "RS256")

    def speak(self, credentials: str) -> Client:
        """Return a client with other credentials."""
        return Client(self.session, self.sandbox.api_url, credentials)

    async def graphql(self, query: str | None, variables: dict[str, Any] | None = None) -> Reply:
        """Send a query to where a GitHub Enterprise Server has its GraphQL."""
        client = Client(self.session, f"{self.sandbox.url}/api", self.client.credentials)
        return await client.post("/graphql", {"query": query, "variables": variables})

    async def token(self, installation: Installation | None = None, **narrowed: Any) -> Client:
        """Return a client with a new installation token."""
        installation = installation or self.installation
        reply = await self.speak(self.jwt(installation.app)).post(
            f"/app/installations/{installation.id}/access_tokens", narrowed or None
        )
        assert reply.status == 201, reply
        return self.speak(reply.body["token"])


@cache  # reading a key checks it, and that takes a while
def _key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@asynccontextmanager
async def set_stage(private_key: str) -> AsyncIterator[Stage]:
    """Start a sandbox with an App installed on acme, and a shop with a feature branch's worth."""
    clock, inbox, contract = Clock(), Inbox(), Contract()
    sandbox = Sandbox(clock)
    sandbox.observers.append(contract)
    doors = web.Application()
    doors.router.add_post("/webhook", inbox.receive)
    runner = web.AppRunner(doors, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await sandbox.start()
    app = sandbox.register_app(
        "plan-gate",
        webhook_secret=SECRET,
        permissions=PERMISSIONS,
        events=EVENTS,
        private_key_pem=private_key,
    )
    shop = sandbox.create_repository(
        "acme/shop", {"README.md": "# Shop\n", "src/a.py": "1\n2\n3\n"}
    )
    installation = sandbox.install(app, "acme")
    app.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        async with aiohttp.ClientSession() as session:
            stage = Stage(sandbox, clock, app, installation, shop, session, inbox, contract)
            stage.client = await stage.token()
            yield stage
    finally:
        await sandbox.stop()
        await runner.cleanup()
