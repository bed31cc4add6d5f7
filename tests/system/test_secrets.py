"""Secrets are planted, then everything fails: nothing that anybody can read shows one."""

import json
import re
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.cli.process import listening
from tests.system.commands import plan_gate
from tests.system.outages import tried
from tests.system.world import SECRET, World

PULL = "^/api/v3/repos/acme/shop/pulls/1$"
TOKENS = "^/api/v3/app/installations/.*/access_tokens$"
CHECKS = "^/api/v3/repos/acme/shop/check-runs$"


class Parrot:
    """A GitHub that refuses what it is told to, and repeats to the asker all that was sent."""

    def __init__(self) -> None:
        self.heard: set[str] = set()  # the credentials that came along
        self.refuses = re.compile("$^")
        self.status = 500
        self.url = ""

    def refuse(self, path: str, status: int) -> None:
        self.refuses, self.status = re.compile(path), status

    async def repeat(self, request: web.BaseRequest) -> web.Response:
        sent = f"{request.headers['authorization']} {await request.text()}"
        return web.Response(
            status=self.status,
            body=json.dumps({"message": f"I was sent {sent}", "errors": [sent]}).encode(),
            headers={"content-type": "application/json", "x-github-request-id": sent},
        )

    def connect(self) -> aiohttp.ClientSession:
        """A session with GitHub, in which some requests come here."""

        async def divert(
            request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            self.heard.add(request.headers["authorization"].removeprefix("Bearer "))
            if self.refuses.search(request.url.path):
                request.url = request.url.with_port(urlsplit(self.url).port)
            return await handler(request)

        return aiohttp.ClientSession(middlewares=(divert,))


@pytest.fixture
async def parrot() -> AsyncIterator[Parrot]:
    parrot = Parrot()
    async with listening(web.Server(parrot.repeat), "127.0.0.1", 0) as parrot.url:
        yield parrot


def written(logs: list[EventDict]) -> str:
    """The log with its tracebacks, as it would be written down."""
    words = [repr(line) for line in logs]
    for line in logs:
        if isinstance(fault := line.get("exc_info"), BaseException):
            words += traceback.format_exception(fault)
    return "\n".join(words)


async def told(world: World) -> str:
    """Everything else that can be read: rows, check runs, comments, and the server's pages."""
    words = [repr(await world.parts.store.rows()), repr(await world.parts.store.deliveries())]
    for pull in world.shop.pulls:
        for run in pull.check_runs("Plan gate"):
            words += [f"{run.title} {run.summary} {run.text} {run.annotations}"]
        words += [comment.body for comment in pull.comments]
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/healthz", "/readyz", "/metrics"):
            async with session.get(world.url + path) as answer:
                words += [await answer.text(), repr(answer.headers)]
    return "\n".join(words)


def leaked(text: str, world: World, parrot: Parrot) -> list[str]:
    """The secrets that a text shows."""
    key = world.settings.private_key.splitlines()[1:-1]
    planted = [SECRET, *key, *parrot.heard]
    assert len(planted) > 20
    return [secret for secret in planted if secret in text]


@pytest.mark.parametrize(
    ("path", "status"),
    [(PULL, 422), (PULL, 500), (TOKENS, 401), (CHECKS, 422)],
)
async def test_what_github_repeats_is_not_passed_on(
    github: World, parrot: Parrot, path: str, status: int
) -> None:
    parrot.refuse(path, status)
    with capture_logs() as logs:
        async with github.bot(parrot.connect):
            await github.code_pull()
            if path == PULL:
                await github.settle()  # to its last try, of which a check run tells
            else:
                await tried(github, 2)
            text = written(logs) + await told(github)
    assert any("eyJ" in heard for heard in parrot.heard)  # the App's own, too
    assert "[credentials]" in text
    assert leaked(text, github, parrot) == []


@pytest.mark.parametrize(
    "command",
    [
        ["serve", "--no-worker"],
        ["worker"],
        ["doctor", "--migrate"],
        ["doctor", "--rebuild-index"],
        ["queue", "list"],
        ["replay"],
    ],
    ids=" ".join,
)
async def test_a_command_that_fails_shows_no_password(
    command: list[str], tmp_path: Path, private_key: str
) -> None:
    planted = {
        "PRIVATE_KEY": private_key,
        "WEBHOOK_SECRET": "planted-webhook-secret",
        "DATABASE_URL": "postgresql://gate:planted-password@127.0.0.1:1/gate?sslmode=disable",
    }
    done = await plan_gate(tmp_path, *command, APP_ID="1", LOG_LEVEL="DEBUG", **planted)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "planted" not in done.err
    assert not [line for line in private_key.splitlines() if line in done.err]
