"""However GitHub fails, the reader learns who must act, in words that say what to do."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.github import answers
from bot.github.client import Client, Common
from bot.github.errors import (
    GitHubError,
    GitHubUnavailable,
    NotFound,
    Refused,
    Suspended,
    Uninstalled,
)
from bot.github.installations import Installations
from tests.sandbox.stage import Stage
from tests.unit.github.conftest import Memory

REPOSITORY = "/repos/{owner}/{repo}"


class App:
    """The App as one process has it; its clock may be wrong."""

    def __init__(self, stage: Stage, memory: Memory) -> None:
        self.stage = stage
        self.ahead = 0.0
        self.memory = memory
        self.installations = self.reach(stage.sandbox.api_url)

    def reach(self, api_url: str, session: aiohttp.ClientSession | None = None) -> Installations:
        return Installations(
            session or self.stage.session,
            api_url,
            str(self.stage.app.id),
            self.stage.app.private_key_pem,
            self.memory,
            clock=lambda: self.stage.clock() + self.ahead,
            sleep=lambda _: asyncio.sleep(0),
        )

    async def read(self, installations: Installations | None = None) -> str:
        client = (installations or self.installations).client(self.stage.installation.id)
        found = await client.read(answers.Repository, REPOSITORY, owner="acme", repo="shop")
        return found.full_name

    async def fail(self, kind: type[GitHubError], words: str) -> None:
        """Read, and see it end in exactly that kind of error after a few requests."""
        before = len(self.stage.sandbox.requests)
        with pytest.raises(kind, match=words) as caught:
            await self.read()
        assert type(caught.value) is kind
        # A token and three tries; aiohttp itself tries an old connection once more.
        assert len(self.stage.sandbox.requests) - before <= 7


@pytest.fixture
def app(stage: Stage, memory: Memory) -> App:
    return App(stage, memory)


SUSPENDED = "suspended: an owner can unsuspend it"


async def test_a_suspended_installation(stage: Stage, app: App) -> None:
    stage.sandbox.suspend(stage.installation)
    await app.fail(Suspended, SUSPENDED)
    stage.sandbox.unsuspend(stage.installation)
    assert await app.read() == "acme/shop"


async def test_an_installation_that_is_suspended_in_the_middle(stage: Stage, app: App) -> None:
    await app.read()
    stage.sandbox.suspend(stage.installation)
    await app.fail(Suspended, SUSPENDED)


async def test_an_installation_that_is_gone(stage: Stage, app: App) -> None:
    stage.sandbox.uninstall(stage.installation)
    await app.fail(Uninstalled, "is gone: who wants the App installs it again")


async def test_an_installation_that_goes_in_the_middle(stage: Stage, app: App) -> None:
    """It must not pass for a repository that has no configuration."""
    await app.read()
    stage.sandbox.uninstall(stage.installation)
    await app.fail(Uninstalled, "is gone")


async def test_a_token_that_is_revoked_in_the_middle(stage: Stage, app: App) -> None:
    await app.read()
    stage.sandbox.faults.fail("GET", "/repos/", 401)
    assert await app.read() == "acme/shop"
    made = [one for one in stage.sandbox.requests if one.path.endswith("/access_tokens")]
    assert len(made) == 3  # one is the stage's own
    stage.sandbox.faults.fail("GET", "/repos/", 401, times=10)
    await app.fail(Refused, "401: Bad credentials: see APP_ID, PRIVATE_KEY and .* clock")


async def test_a_repository_that_is_removed(stage: Stage, app: App) -> None:
    await app.read()
    await stage.shop.delete()
    await app.fail(NotFound, "404: Not Found")


async def test_a_repository_that_the_installation_loses(stage: Stage, app: App) -> None:
    other = stage.sandbox.create_repository("acme/other", private=True)
    stage.sandbox.select(stage.installation, [other])
    await app.fail(NotFound, "404: Not Found")


@pytest.mark.parametrize("ahead", [-3_600.0, 3_600.0])
async def test_a_clock_that_is_wrong(stage: Stage, app: App, ahead: float) -> None:
    app.ahead = ahead
    await app.fail(Refused, "401: .*this machine's clock")


async def test_a_clock_that_is_set_anew_in_the_middle(stage: Stage, app: App) -> None:
    await app.read()
    app.ahead = 7_200.0
    await app.fail(Refused, "401: .*this machine's clock")
    app.ahead = 0.0
    assert await app.read() == "acme/shop"


async def test_github_down(stage: Stage, app: App) -> None:
    stage.sandbox.faults.fail("GET", "/repos/", 503, times=10)
    await app.fail(GitHubUnavailable, "503: Service unavailable")


async def test_a_line_that_breaks(stage: Stage, app: App) -> None:
    stage.sandbox.faults.disconnect("GET", "/repos/", times=10)
    await app.fail(GitHubUnavailable, r"127.0.0.1 broke off; see GitHub's status page")


class NoNames(AbstractResolver):
    """A machine whose DNS is down."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError("Temporary failure in name resolution")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def nameless() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoNames())) as session:
        yield session


async def test_a_name_that_is_not_found(app: App, nameless: aiohttp.ClientSession) -> None:
    away = app.reach("http://github.example/api/v3", nameless)
    with pytest.raises(GitHubUnavailable, match=r"github.example is not found; see GITHUB_API_URL"):
        await app.read(away)


async def test_an_address_where_nobody_listens(app: App) -> None:
    with pytest.raises(GitHubUnavailable, match=r"127.0.0.1 cannot be reached; see the network"):
        await app.read(app.reach("http://127.0.0.1:1/api/v3"))


async def test_a_server_that_does_not_speak_tls(stage: Stage, app: App) -> None:
    away = app.reach(stage.sandbox.api_url.replace("http:", "https:"))
    with pytest.raises(GitHubUnavailable, match=r"certificate of 127.0.0.1 is not trusted"):
        await app.read(away)


async def test_an_answer_that_does_not_come_in_time(stage: Stage) -> None:
    async def authorize() -> str:
        return stage.client.credentials

    impatient = Client(
        stage.session,
        stage.sandbox.api_url,
        authorize=authorize,
        forget=lambda _: asyncio.sleep(0),
        clock=stage.clock,
        sleep=lambda _: asyncio.sleep(0),
        common=Common(timeout=aiohttp.ClientTimeout(total=0.05)),
    )
    stage.sandbox.faults.slow("/repos/", 0.5, times=3)
    with pytest.raises(GitHubUnavailable, match=r"127.0.0.1 took too long"):
        await impatient.read(answers.Repository, REPOSITORY, owner="acme", repo="shop")
