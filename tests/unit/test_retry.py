"""What follows from an answer of GitHub's, as a table."""

import pytest

from bot.github.retry import Limited, TryAgain, after_answer, after_fault

NOW = 1_000.0
SECONDARY = b'{"message": "You have exceeded a secondary rate limit."}'


@pytest.mark.parametrize(
    ("reads", "tries", "status", "headers", "body", "expected"),
    [
        # taken as they are
        (True, 1, 200, {}, b"", None),
        (True, 1, 304, {}, b"", None),
        (True, 1, 404, {}, b"", None),
        (False, 1, 422, {}, b"", None),
        (True, 1, 403, {}, b"Resource not accessible by integration", None),
        (True, 1, 403, {"x-ratelimit-remaining": "17"}, b"", None),
        # a read is tried again after a fault of GitHub's, a write never: it may have happened
        (True, 1, 500, {}, b"", TryAgain(0.25)),
        (True, 2, 502, {}, b"", TryAgain(1.0)),
        (True, 3, 503, {}, b"", None),
        (False, 1, 502, {}, b"", None),
        (False, 1, 500, {}, b"", None),
        # limits: a short wait here, a long one for the whole installation
        (True, 1, 429, {"retry-after": "2"}, b"", TryAgain(2.0)),
        (False, 1, 429, {"retry-after": "2"}, b"", TryAgain(2.0)),
        (True, 3, 429, {"retry-after": "2"}, b"", Limited(10.0)),
        (True, 3, 429, {"retry-after": "0"}, b"", Limited(10.0)),
        (True, 1, 429, {"retry-after": "9" * 11}, b"", Limited(3_600.0)),
        (True, 1, 429, {"retry-after": "9" * 400}, b"", Limited(60.0)),
        (True, 1, 429, {"retry-after": "120"}, b"", Limited(120.0)),
        (True, 1, 429, {}, b"", Limited(60.0)),
        (True, 1, 429, {"retry-after": "soon"}, b"", Limited(60.0)),
        (False, 1, 403, {}, SECONDARY, Limited(60.0)),
        (True, 1, 403, {"retry-after": "30"}, SECONDARY, Limited(30.0)),
        (
            True,
            1,
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1600"},
            b"",
            Limited(601.0),
        ),
        (
            True,
            1,
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"},
            b"",
            TryAgain(1.0),
        ),
    ],
)
def test_after_an_answer(
    reads: bool,
    tries: int,
    status: int,
    headers: dict[str, str],
    body: bytes,
    expected: TryAgain | Limited | None,
) -> None:
    assert after_answer(reads, tries, status, headers, body, NOW) == expected


def test_after_a_lost_connection_only_reads_are_tried_again() -> None:
    assert after_fault(True, 1) == TryAgain(0.25)
    assert after_fault(True, 3) is None
    assert after_fault(False, 1) is None
