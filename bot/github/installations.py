"""The App's lines to GitHub: one client for itself, one for each installation."""

import asyncio
from collections.abc import MutableMapping
from urllib.parse import parse_qs, urlsplit

import aiohttp
from cachetools import LRUCache

from bot.github import answers
from bot.github.auth import InstallationTokens, app_jwt, parse_expiry
from bot.github.client import PAGE, Client, Common
from bot.github.errors import NotFound, Uninstalled
from bot.github.introduction import Introduction, read_introduction
from bot.github.memory import Memory
from bot.github.sender import Authorize, Clock, Forget, Sleep
from bot.github.shared_tokens import SharedTokens, Token

MAX_CLIENTS = 1_000  # a client knows its installation's limits, and what is under way


class Installations:
    """Hands out clients; what one installation may read, no other is shown."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        app_id: str,
        private_key: str,
        memory: Memory,
        *,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.app_id = app_id
        self._session = session
        self._api_url = api_url
        self._private_key = private_key
        self._clock = clock
        self._sleep = sleep
        self._common = Common()
        self._app = self._client(0, self._app_credentials, _keep_on)
        shared = SharedTokens(memory, private_key)
        self._tokens = InstallationTokens(self._create_token, shared, clock)
        self._clients: MutableMapping[int, Client] = LRUCache(MAX_CLIENTS)
        self._itself: answers.Itself | None = None

    def client(self, installation: int) -> Client:
        """The client that acts as *installation*."""
        if (client := self._clients.get(installation)) is None:
            client = self._clients[installation] = self._client(
                installation,
                lambda: self._tokens.read(installation),
                lambda value: self._tokens.forget(installation, value),
            )
        return client

    async def renew_token(self, installation: int) -> None:
        """Act with what *installation* may do and reach now; raises `Uninstalled`."""
        await self._tokens.renew(installation)

    async def read_bot_login(self) -> str:
        """The account under which the App writes, such as `plan-gate[bot]`."""
        return f"{(await self._read_itself()).slug}[bot]"

    async def read_page(self) -> str:
        """The address of the App's own page at GitHub."""
        return (await self._read_itself()).html_url

    async def introduce(self) -> Introduction:
        """Ask GitHub who we are; what it says to that is an answer, a refusal too."""
        return read_introduction(await self._app.look("/app"), self._clock())

    async def read_all(self) -> list[answers.Installation]:
        """Every installation, suspended ones too."""
        return await self._app.read_all(answers.Installation, "/app/installations")

    async def read_active(self) -> list[int]:
        """The installations that nobody has suspended."""
        found = await self.read_all()
        return [installation.id for installation in found if installation.suspended_at is None]

    async def read_hook(self) -> answers.HookConfig:
        """Where the App's webhooks go."""
        return await self._app.read(answers.HookConfig, "/app/hook/config")

    async def read_deliveries(self, cursor: str = "") -> tuple[list[answers.HookDelivery], str]:
        """A page of the log of webhook deliveries, newest first, and the cursor of the next."""
        url = f"/app/hook/deliveries?per_page={PAGE}" + ("&cursor={cursor}" if cursor else "")
        page, more = await self._app.read_page(answers.HookDelivery, url, cursor=cursor)
        return page, "".join(parse_qs(urlsplit(more).query).get("cursor", ()))

    async def read_delivery(self, delivery: int) -> answers.HookDeliveryInFull:
        """What a delivery said; raises `NotFound` once the log forgot it."""
        url = "/app/hook/deliveries/{id}"
        return await self._app.read(answers.HookDeliveryInFull, url, id=str(delivery))

    async def redeliver(self, delivery: int) -> None:
        """Have a delivery sent again, under its GUID; raises `NotFound` once the log forgot it."""
        await self._app.ask("/app/hook/deliveries/{id}/attempts", id=str(delivery))

    async def find(self, repository: str) -> int:
        """The installation that reaches *repository*; raises `NotFound` where none does."""
        owner, _, name = repository.partition("/")
        url = "/repos/{owner}/{name}/installation"
        found = await self._app.read(answers.Installation, url, owner=owner, name=name)
        return found.id

    async def _read_itself(self) -> answers.Itself:
        if self._itself is None:
            self._itself = await self._app.read(answers.Itself, "/app")
        return self._itself

    async def _app_credentials(self) -> str:
        return app_jwt(self.app_id, self._private_key, self._clock())

    async def _create_token(self, installation: int) -> Token:
        url = "/app/installations/{id}/access_tokens"
        try:
            made = await self._app.create(answers.AccessToken, url, {}, id=str(installation))
        except NotFound as answer:
            text = f"installation {installation} is gone: who wants the App installs it again"
            raise Uninstalled(text, request_id=answer.request_id) from None
        return Token(made.token, parse_expiry(made.expires_at))

    def _client(self, owner: int, authorize: Authorize, forget: Forget) -> Client:
        return Client(
            self._session,
            self._api_url,
            authorize=authorize,
            forget=forget,
            clock=self._clock,
            sleep=self._sleep,
            owner=owner,
            common=self._common,
        )


async def _keep_on(_: str) -> None:
    """The App's own token is signed anew for each request: there is nothing to forget."""
