"""What GitHub says when the App introduces itself, and what a starting process makes of it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.doctor.at_start import PAUSE, Introducing
from bot.github.errors import GitHubError, GitHubUnavailable, Unexpected
from bot.github.introduction import Introduction, read_introduction
from bot.github.request import Answer
from tests.unit.doctor.test_judging import APP

DATE = {"date": "Mon, 02 Nov 2026 10:00:00 GMT"}
TEN = 1_793_613_600.0
BODY = {
    "id": 7,
    "slug": "plan-gate",
    "owner": {"login": "acme", "type": "Organization"},
    "permissions": {},
    "events": [],
}


def said(status: int, body: Any, headers: dict[str, str] = DATE) -> Introduction:
    return read_introduction(Answer(status, headers, json.dumps(body).encode()), TEN + 10.5)


def test_an_app_that_is_known() -> None:
    found = said(200, BODY)
    assert (found.status, found.ahead) == (200, 10.0)
    assert found.app is not None
    assert found.app.owner.login == "acme"


@pytest.mark.parametrize("headers", [{}, {"date": "tomorrow"}, {"date": ""}])
def test_an_answer_without_a_time(headers: dict[str, str]) -> None:
    assert said(200, BODY, headers).ahead is None


def test_a_refusal_is_an_answer() -> None:
    assert said(401, {"message": "x" * 500}) == Introduction(401, "x" * 200, 10.0)
    assert said(404, {}) == Introduction(404, "", 10.0)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"{}", GitHubUnavailable),
        (200, b"{}", Unexpected),
        (200, b"<html>", Unexpected),
        (404, b"Not found", Unexpected),
        (401, b"\xff", Unexpected),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, kind: type[GitHubError]) -> None:
    with pytest.raises(kind):
        read_introduction(Answer(status, DATE, body), TEN)


# ── at a start ───────────────────────────────────────────────────────────────
MANIFEST = {"default_permissions": {"checks": "write"}, "default_events": ["push"]}
KNOWN = Introduction(200, ahead=0.0, app=APP)
REFUSED = Introduction(401, "A JSON web token could not be decoded", 0.0)
AWAY = GitHubUnavailable("No answer from GitHub")


class Github:
    """Answers as it is told; notes what was thought of it after each answer."""

    app_id = "7"

    def __init__(self, *answers: Introduction | GitHubError) -> None:
        self._answers: Iterator[Introduction | GitHubError] = iter(answers)
        self.refusals: list[str] = []
        self.introducing = Introducing(
            self,  # type: ignore[arg-type]  # no more of it is asked
            MANIFEST,
            "https://github.test",
            pause=self._pause,
        )

    async def introduce(self) -> Introduction:
        answer = next(self._answers)
        if isinstance(answer, GitHubError):
            raise answer
        return answer

    async def _pause(self, seconds: float) -> None:
        assert seconds == PAUSE
        self.refusals.append(self.introducing.refusal)
        await asyncio.sleep(0)


async def test_who_is_known_at_once_says_nothing() -> None:
    github = Github(KNOWN)
    with capture_logs() as logs:
        await github.introducing.run()
    assert (github.refusals, github.introducing.refusal, logs) == ([], "", [])


async def test_no_answer_is_no_refusal() -> None:
    github = Github(AWAY, AWAY, KNOWN)
    with capture_logs() as logs:
        await github.introducing.run()
    assert github.refusals == ["", ""]
    assert [one["event"] for one in logs] == ["github does not answer"] * 2


async def test_a_refusal_stands_until_github_knows_us_and_is_told_once() -> None:
    github = Github(REFUSED, REFUSED, AWAY, KNOWN)
    with capture_logs() as logs:
        await github.introducing.run()
    assert len(github.refusals) == 3
    assert all(one.startswith("The private key is not one of") for one in github.refusals)
    assert github.introducing.refusal == ""
    told = [one for one in logs if one["event"] == "set-up"]
    assert [one["check"] for one in told] == ["key"]


async def test_a_clock_that_explains_the_refusal_is_its_reason() -> None:
    github = Github(Introduction(401, "'Issued at' claim", 90.0), KNOWN)
    await github.introducing.run()
    assert github.refusals == ["This machine's clock is 90 s ahead of GitHub's"]


async def test_what_the_registration_lacks_is_told_and_refuses_nothing() -> None:
    lacking = Introduction(200, ahead=45.0, app=type(APP)(7, "plan-gate", APP.owner, {}, ()))
    github = Github(lacking)
    with capture_logs() as logs:
        await github.introducing.run()
    assert github.refusals == []
    assert [one["check"] for one in logs] == ["clock", "permissions", "events"]
    assert {one["log_level"] for one in logs} == {"warning"}


async def test_an_app_that_is_not_ours_is_refused() -> None:
    other = Introduction(200, ahead=0.0, app=type(APP)(8, "other", APP.owner, {}, ()))
    github = Github(other, KNOWN)
    await github.introducing.run()
    assert github.refusals == ["The private key belongs to App 8, and APP_ID is 7"]
