"""What comes back does not repeat what we are known by."""

import pytest

from bot.github.request import Answer, without

TOKEN = "ghs_0123456789"


@pytest.mark.parametrize(
    ("status", "sent", "kept"),
    [
        (401, f"no such token: {TOKEN}, {TOKEN}", "no such token: [credentials], [credentials]"),
        (500, "an error", "an error"),
        (200, TOKEN, TOKEN),  # an answer that is used, and not shown
    ],
)
def test_an_error_that_repeats_our_credentials_is_cleaned(
    status: int, sent: str, kept: str
) -> None:
    answer = without(TOKEN, Answer(status, {"x-kind": "json"}, sent.encode()))
    assert answer == Answer(status, {"x-kind": "json"}, kept.encode())


def test_so_is_a_header_and_it_is_found_by_its_name_as_before() -> None:
    headers = {"X-GitHub-Request-Id": f"1 {TOKEN}", "etag": '"a"'}
    answer = without(TOKEN, Answer(200, headers, b""))
    assert answer.headers["x-github-request-id"] == "1 [credentials]"
    assert answer.headers["etag"] == '"a"'
