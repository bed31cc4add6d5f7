"""Whatever GitHub answers to a code is sorted by what is to be done about it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.cli.process import listening
from bot.github import errors
from bot.setup.conversion import Incomplete, convert
from bot.setup.credentials import Credentials
from tests.sandbox.stage import Stage, set_stage

GITHUB = "https://github.example.com"


@pytest.fixture
async def stage(private_key: str) -> AsyncIterator[Stage]:
    async with set_stage(private_key) as stage:
        yield stage
        stage.contract.assert_kept()


@asynccontextmanager
async def answering(status: int, body: bytes) -> AsyncIterator[Callable[[str], Any]]:
    """A GitHub that gives one answer to everything."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=status, body=body, headers={"x-github-request-id": "AB:1"})

    async with (
        listening(web.Server(answer), "127.0.0.1", 0) as url,
        aiohttp.ClientSession() as session,
    ):
        yield lambda code: convert(session, url, GITHUB, code)


def made(private_key: str, **other: object) -> bytes:
    given: dict[str, object] = {
        "id": 7,
        "slug": "gate",
        "html_url": f"{GITHUB}/github-apps/gate",
        "pem": private_key,
        "webhook_secret": "s3cret",
    }
    return json.dumps({**given, **other}).encode()


async def test_a_code_becomes_credentials_once(stage: Stage) -> None:
    manifest = {
        "name": "Gate",
        "url": "https://x.org",
        "redirect_url": "http://127.0.0.1:9/",
        "hook_attributes": {"url": "http://127.0.0.1:9/webhook"},
    }
    form = {"manifest": json.dumps(manifest)}
    page = f"{stage.sandbox.url}/settings/apps/new"
    async with stage.session.post(page, data=form, allow_redirects=False) as answer:
        code = answer.headers["Location"].split("code=")[1].split("&")[0]

    def ask() -> Any:
        return convert(stage.session, stage.sandbox.api_url, stage.sandbox.url, code)

    credentials = await ask()
    assert credentials.install_url == f"{stage.sandbox.url}/github-apps/gate/installations/new"
    assert credentials.missing() == ()
    with pytest.raises(errors.NotFound):
        await ask()


@pytest.mark.parametrize("code", ["", "../app", "a b", "a/b", "x" * 201, "ä"])
async def test_what_is_no_code_is_not_sent(code: str) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(errors.NotFound):
            await convert(session, "http://127.0.0.1:1", GITHUB, code)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (404, errors.NotFound),
        (410, errors.NotFound),
        (403, errors.RateLimited),
        (429, errors.RateLimited),
        (500, errors.GitHubUnavailable),
        (502, errors.GitHubUnavailable),
        (422, errors.Refused),
        (200, errors.Refused),
        (302, errors.Refused),
    ],
)
async def test_other_answers_are_sorted(status: int, fault: type[errors.GitHubError]) -> None:
    async with answering(status, b'{"message": "secret"}') as ask:
        with pytest.raises(fault, match=f"GitHub answered {status}") as raised:
            await ask("code")
    assert raised.value.request_id == "AB:1"


async def test_nobody_there_may_be_tried_again() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(errors.GitHubUnavailable, match=r"127\.0\.0\.1 cannot be reached"):
            await convert(session, "http://127.0.0.1:1", GITHUB, "code")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": 1, "pem": "hush"}', b"{" * 2**21])
async def test_an_unreadable_answer_is_not_quoted(body: bytes) -> None:
    async with answering(201, body) as ask:
        with pytest.raises(errors.Unexpected, match="not readable") as raised:
            await ask("code")
    assert "hush" not in str(raised.value)


async def test_without_a_webhook_secret_the_app_is_named(private_key: str) -> None:
    async with answering(201, made(private_key, webhook_secret=None)) as ask:
        with pytest.raises(Incomplete, match="GitHub gave no usable webhook secret") as raised:
            await ask("code")
    assert raised.value.page == f"{GITHUB}/github-apps/gate"


async def test_a_page_elsewhere_is_not_linked(private_key: str) -> None:
    async with answering(201, made(private_key, html_url="https://evil.example.com/x")) as ask:
        credentials: Credentials = await ask("code")
    assert credentials.install_url == f"{GITHUB}/apps/gate/installations/new"
