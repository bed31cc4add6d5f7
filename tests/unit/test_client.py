"""The client against a server on loopback that answers as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.github import answers
from bot.github.client import Client
from bot.github.errors import (
    GitHubError,
    GitHubUnavailable,
    NotFound,
    RateLimited,
    Refused,
    Unexpected,
)
from bot.github.sender import API_VERSION
from bot.github.tally import tallying

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers every request with the next answer, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answers: Sequence[web.Response | Answer] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer, *self.answers = self.answers
        return answer if isinstance(answer, web.StreamResponse) else await answer(request)


class Line:
    """A client of the server, with what it slept and which credentials it gave up."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = "t0ken") -> None:
        self.slept: list[float] = []
        self.forgotten: list[str] = []
        self.client = Client(
            session,
            url,
            authorize=lambda: self._give(token),
            forget=self._forget,
            clock=lambda: 1_000.0,
            sleep=self._sleep,
        )

    async def _give(self, token: str) -> str:
        return token

    async def _forget(self, token: str) -> None:
        self.forgotten.append(token)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str, aiohttp.ClientSession]]:
    """The server, its address, and a session."""
    told = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told.answer)
    async with TestServer(app) as running, aiohttp.ClientSession() as session:
        yield told, str(running.make_url("/api/v3")), session


Told = tuple[Server, str, aiohttp.ClientSession]


def named(name: str, **headers: str) -> web.Response:
    body = {"name": name, "commit": {"sha": "a", "commit": {"tree": {"sha": "b"}}}}
    return web.json_response(body, headers=headers)


async def read(client: Client, branch: str = "main") -> answers.Branch:
    return await client.read(answers.Branch, "/repos/{o}/{b}", o="acme", b=branch)


async def test_a_request_says_who_asks_and_for_which_version(server: Told) -> None:
    told, url, session = server
    told.answers = [named("a/b#c")]
    assert (await read(Line(session, url).client, "a/b#c?d")).name == "a/b#c"
    (asked,) = told.asked
    assert asked.raw_path == "/api/v3/repos/acme/a%2Fb%23c%3Fd"
    assert asked.headers["Authorization"] == "Bearer t0ken"
    assert asked.headers["X-GitHub-Api-Version"] == API_VERSION
    assert asked.headers["User-Agent"].startswith("plan-gate/")


async def test_an_unchanged_answer_is_kept_for_this_client_alone(server: Told) -> None:
    told, url, session = server
    first, second = Line(session, url), Line(session, url, token="other")
    told.answers = [named("main", etag='"1"'), web.Response(status=304), named("main")]
    assert await read(first.client) == await read(first.client)
    await read(second.client)
    assert [asked.headers.get("If-None-Match") for asked in told.asked] == [None, '"1"', None]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (web.json_response({"message": "Not Found"}, status=404), NotFound, "404: Not Found"),
        (web.json_response({"message": "Gone"}, status=410), NotFound, "410: Gone"),
        (web.json_response({"message": "No"}, status=403), Refused, "403: No"),
        (web.json_response({"message": "Bad"}, status=422), Refused, "422"),
        (web.json_response({"nothing": 1}, status=422), Unexpected, "not readable"),
        (web.Response(text="<html>", content_type="text/html"), Unexpected, "lacks"),
        (web.Response(text="{", content_type="application/json"), Unexpected, "not readable"),
        (web.json_response({"name": 3}), Unexpected, "lacks what we need"),
        (web.json_response(["list"]), Unexpected, "lacks what we need"),
        (
            web.Response(body=b"{}", headers={"Content-Type": "application/json; charset=x-odd"}),
            Unexpected,
            "not readable",
        ),
    ],
)
async def test_an_answer_that_is_none_is_sorted_by_who_must_act(
    server: Told, answer: web.Response, kind: type[GitHubError], words: str
) -> None:
    told, url, session = server
    answer.headers["X-GitHub-Request-Id"] = "AB:12"
    told.answers = [answer]
    with pytest.raises(kind, match=words) as caught:
        await read(Line(session, url).client)
    if kind in {NotFound, Refused}:
        assert caught.value.request_id == "AB:12"


async def test_a_read_is_tried_three_times(server: Told) -> None:
    told, url, session = server
    line = Line(session, url)
    told.answers = [web.Response(status=502), web.Response(status=502), named("main")]
    with tallying() as tally:
        assert (await read(line.client)).name == "main"
        told.answers = [web.json_response({"message": "Oops"}, status=500) for _ in range(3)]
        with pytest.raises(GitHubUnavailable, match="500: Oops"):
            await read(line.client)
    assert line.slept == [0.25, 1.0, 0.25, 1.0]
    assert tally.requests == 6


async def test_a_write_is_sent_once(server: Told) -> None:
    told, url, session = server
    line = Line(session, url)
    for status, kind in ((502, GitHubUnavailable), (301, Refused)):
        told.answers = [web.Response(status=status, headers={"Location": "/elsewhere"})]
        with pytest.raises(kind):
            await line.client.create(answers.Comment, "/x", {"body": "hello"})
    assert len(told.asked) == 2


async def test_a_read_follows_a_renamed_repository(server: Told) -> None:
    told, url, session = server
    told.answers = [web.Response(status=301, headers={"Location": "/api/v3/new"}), named("new")]
    assert (await read(Line(session, url).client)).name == "new"


async def test_our_token_follows_no_redirect_to_another_host(server: Told) -> None:
    told, url, session = server
    elsewhere = Server()
    elsewhere.answers = [named("main")]
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere.answer)
    async with TestServer(app) as other:
        location = str(other.make_url("/x"))
        told.answers = [web.Response(status=301, headers={"Location": location})]
        await read(Line(session, url).client)
    assert "authorization" in told.asked[0].headers
    assert "authorization" not in elsewhere.asked[0].headers


async def test_a_refused_token_is_given_up_once(server: Told) -> None:
    told, url, session = server
    line = Line(session, url)
    told.answers = [web.Response(status=401), named("main")]
    assert (await read(line.client)).name == "main"
    told.answers = [web.json_response({"message": "Bad credentials"}, status=401) for _ in "12"]
    with pytest.raises(Refused, match="401: Bad credentials"):
        await read(line.client)
    assert line.forgotten == ["t0ken", "t0ken"]


async def test_a_long_limit_is_for_the_worker_to_wait_out(server: Told) -> None:
    told, url, session = server
    told.answers = [web.Response(status=429, headers={"Retry-After": "90"})]
    with pytest.raises(RateLimited) as caught:
        await read(Line(session, url).client)
    assert caught.value.delay == 90


async def test_a_connection_that_breaks_is_no_traceback(server: Told) -> None:
    told, url, session = server

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    told.answers = [hang_up] * 6  # aiohttp itself tries an old connection once more
    with pytest.raises(GitHubUnavailable, match="No answer from GitHub"):
        await read(Line(session, url).client)


async def test_a_large_blob_is_read_to_its_limit(server: Told) -> None:
    told, url, session = server
    client = Line(session, url).client
    told.answers = [web.Response(body=b"x" * 1_000_000), web.Response(body=b"small")]
    assert await client.read_bytes("/blob", 1_001) == b"x" * 1_001
    assert await client.read_bytes("/blob", 1_001) == b"small"
    assert told.asked[0].headers["Accept"] == "application/vnd.github.raw+json"
    told.answers = [web.json_response({"message": "Not Found"}, status=404)]
    with pytest.raises(NotFound):
        await client.read_bytes("/blob", 1_001)


async def test_a_list_is_read_to_its_end(server: Told) -> None:
    told, url, session = server
    client = Line(session, url).client
    commits = [{"sha": str(n), "commit": {"tree": {"sha": "t"}}} for n in range(200)]
    told.answers = [web.json_response({"commits": commits[:100]})]
    told.answers += [
        web.json_response({"commits": commits[100:]}),
        web.json_response({"commits": []}),
    ]
    found = await client.read_all(answers.Commit, "/compare", key="commits")
    assert [commit.sha for commit in found] == [str(n) for n in range(200)]
    assert [asked.query_string for asked in told.asked] == [
        "per_page=100",
        "per_page=100&page=2",
        "per_page=100&page=3",
    ]
    told.answers = [web.json_response({"commits": commits[:100]})]
    await client.read_all(answers.Commit, "/compare?a=b", key="commits", limit=100)
    assert told.asked[-1].query_string == "a=b&per_page=100"
