"""GraphQL through the client: a server on loopback answers as it is told."""

from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web
from msgspec import Struct

from bot.github.errors import (
    GitHubError,
    GitHubUnavailable,
    NotFound,
    RateLimited,
    Refused,
    Unexpected,
)
from bot.github.graphql import endpoint
from bot.github.tally import tallying
from tests.unit.test_client import Line, Told, server

__all__ = ["server"]  # the fixture

DOCUMENT = "query Ask($login: String!) { user(login: $login) { name } }"


class User(Struct):
    name: str


class Found(Struct):
    user: User


def answered(**body: object) -> web.Response:
    """GitHub's answer of 200, as the clock of the tests stands at 1,000 s."""
    return web.json_response(body, headers={"X-GitHub-Request-Id": "AB:12"})


def failed(*kinds: str, data: object = None, **headers: str) -> web.Response:
    """An answer with one error of each kind; `""` has no type."""
    errors = [{"message": f"about {kind}", **({"type": kind} if kind else {})} for kind in kinds]
    answer = answered(data=data, errors=errors)
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


async def ask(line: Line) -> Found:
    return await line.client.query(Found, DOCUMENT, {"login": "ann"})


async def test_a_query_is_posted_beside_the_rest_api(server: Told) -> None:
    told, url, session = server
    bodies: list[Mapping[str, Any]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.json())
        return answered(data={"user": {"name": "Ann", "more": 1}})

    told.answers = [answer]
    line = Line(session, url)
    with tallying() as tally:
        assert await ask(line) == Found(User("Ann"))
    (asked,) = told.asked
    assert (asked.method, asked.path) == ("POST", "/api/graphql")
    assert asked.headers["Authorization"] == "Bearer t0ken"
    assert asked.content_type == "application/json"
    assert bodies == [{"query": DOCUMENT, "variables": {"login": "ann"}}]
    assert (tally.requests, tally.free) == (1, 0)


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://ghes.example/api/v3", "https://ghes.example/api/graphql"),
        ("https://ghes.example/api/v3/", "https://ghes.example/api/graphql"),
        ("http://127.0.0.1:8/api/v3x", "http://127.0.0.1:8/api/v3x/graphql"),
    ],
)
def test_the_endpoint_follows_from_the_api_s_address(api_url: str, expected: str) -> None:
    assert endpoint(api_url) == expected


ANN = {"user": {"name": "Ann"}}


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        # what GitHub says, sorted by who must act
        (failed("NOT_FOUND", data={"user": None}), NotFound, "about NOT_FOUND"),
        (failed("NOT_FOUND", "NOT_FOUND"), NotFound, "about NOT_FOUND; about NOT_FOUND"),
        (failed("FORBIDDEN"), Refused, "about FORBIDDEN"),
        (failed("INSUFFICIENT_SCOPES", "FORBIDDEN"), Refused, "about INSUFFICIENT_SCOPES"),
        # doubt: more is wrong than one thing, or something that we do not know
        (failed("NOT_FOUND", "FORBIDDEN"), Unexpected, "a part at most"),
        (failed("NOT_FOUND", ""), Unexpected, "a part at most"),
        (failed(""), Unexpected, "a part at most: about"),
        (failed("SOMETHING_NEW"), Unexpected, "about SOMETHING_NEW"),
        # a part of the answer is no answer, however whole it looks
        (failed("SOMETHING_NEW", data=ANN), Unexpected, "a part at most"),
        (failed("", data=ANN), Unexpected, "a part at most"),
        # no answer at all
        (answered(data=None), Unexpected, "lacks what we need"),
        (answered(), Unexpected, "lacks what we need"),
        (answered(data={"user": None}), Unexpected, "lacks what we need"),
        (answered(data=ANN, errors=None), Unexpected, "lacks what we need"),
        (answered(data=ANN, errors="many"), Unexpected, "lacks what we need"),
        (web.Response(text="<html>", content_type="text/html"), Unexpected, "lacks"),
        (web.Response(body=b'{"data": {"user": {"name": "\xff"}}}'), Unexpected, "lacks"),
        (web.Response(status=204), Unexpected, "lacks"),
        # refused before it was read
        (web.json_response({"message": "Not Found"}, status=404), NotFound, "404: Not Found"),
        (web.json_response({"message": "No"}, status=403), Refused, "403: No"),
        (web.Response(status=301, headers={"Location": "/elsewhere"}), Refused, "301"),
    ],
)
async def test_an_answer_that_is_none_is_sorted_by_who_must_act(
    server: Told, answer: web.Response, kind: type[GitHubError], words: str
) -> None:
    told, url, session = server
    answer.headers["X-GitHub-Request-Id"] = "AB:12"
    told.answers = [answer]
    with pytest.raises(kind, match=words) as caught:
        await ask(Line(session, url))
    assert type(caught.value) is kind
    assert caught.value.request_id == "AB:12"


@pytest.mark.parametrize(
    ("answer", "delay"),
    [
        (failed("RATE_LIMITED", x_ratelimit_remaining="0", x_ratelimit_reset="1600"), 601.0),
        (failed("RATE_LIMIT", x_ratelimit_remaining="3", x_ratelimit_reset="1600"), 601.0),
        (failed("RATE_LIMITED", "NOT_FOUND", data=ANN, x_ratelimit_reset="1030"), 31.0),
        (failed("RATE_LIMITED", retry_after="90", x_ratelimit_reset="1600"), 90.0),
        (failed("RATE_LIMITED", x_ratelimit_reset="1000"), 10.0),
        (failed("RATE_LIMITED", x_ratelimit_reset="99999999"), 3_600.0),
        (failed("RATE_LIMITED"), 60.0),
        (answered(errors=[{"message": "You have exceeded a secondary rate limit."}]), 60.0),
        (web.Response(status=403, headers={"Retry-After": "75"}), 75.0),
    ],
)
async def test_a_limit_is_for_the_worker_to_wait_out(
    server: Told, answer: web.Response, delay: float
) -> None:
    told, url, session = server
    told.answers = [answer]
    line = Line(session, url)
    with pytest.raises(RateLimited) as caught:
        await ask(line)
    assert caught.value.delay == delay
    assert line.slept == []


async def test_an_exhausted_limit_spoils_no_whole_answer(server: Told) -> None:
    """The last request of the hour leaves none, and is answered like any other."""
    told, url, session = server
    last = answered(data=ANN)
    last.headers["X-RateLimit-Remaining"] = "0"
    told.answers = [last]
    assert (await ask(Line(session, url))).user.name == "Ann"


async def test_a_query_is_asked_again_like_a_read(server: Told) -> None:
    told, url, session = server
    line = Line(session, url)
    told.answers = [web.Response(status=502), web.Response(status=401), answered(data=ANN)]
    assert (await ask(line)).user.name == "Ann"
    told.answers = [web.json_response({"message": "Oops"}, status=500) for _ in range(3)]
    with pytest.raises(GitHubUnavailable, match="500: Oops"):
        await ask(line)
    assert line.slept == [0.25, 1.0, 0.25, 1.0]
    assert len(told.asked) == 6


async def test_a_query_survives_a_lost_connection(server: Told) -> None:
    told, url, session = server

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    told.answers = [hang_up, answered(data=ANN)]
    line = Line(session, url)
    assert (await ask(line)).user.name == "Ann"
    assert line.slept == [0.25]
