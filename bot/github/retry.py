"""What to do after an answer from GitHub: take it, try again, or wait longer than a request should.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TRIES = 3
LONGEST_WAIT = 3.0
SECONDARY_WAIT = 60.0
SHORTEST_PAUSE = 10.0
LONGEST_PAUSE = 3_600.0  # the primary limit is an hourly one


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Ask again after *delay* seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class Limited:
    """GitHub wants *delay* seconds of silence: longer than one request may wait."""

    delay: float


def after_answer(
    method: str, tries: int, status: int, headers: Mapping[str, str], body: bytes, now: float
) -> TryAgain | Limited | None:
    """Decide on an answer to the *tries*-th try; `None`: take it as it is.

    A write is tried again only where GitHub says that it did nothing (a rate limit): a 502 may
    hide a comment that was made, and the next evaluation will look before it writes.
    """
    delay = _limit_delay(status, headers, body, now)
    if delay is not None:
        short = delay <= LONGEST_WAIT and tries < TRIES
        if short:
            return TryAgain(delay)
        return Limited(min(max(delay, SHORTEST_PAUSE), LONGEST_PAUSE))
    if status >= 500:
        return after_fault(method, tries)
    return None


def after_fault(method: str, tries: int) -> TryAgain | None:
    """Decide after a time-out, a lost connection or a 5xx."""
    if method != "GET" or tries >= TRIES:
        return None
    return TryAgain(0.25 * 4 ** (tries - 1))


def _limit_delay(status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
    """Seconds that a primary or secondary rate limit asks for; `None` where it is no limit."""
    if status not in {403, 429}:
        return None
    if (after := _number(headers.get("retry-after"))) is not None:
        return after
    reset = _number(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(reset - now, 0.0) + 1.0
    if status == 429 or b"secondary rate limit" in body:
        return SECONDARY_WAIT
    return None


def _number(text: str | None) -> float | None:
    """A header's whole number of seconds; anything else counts as absent."""
    return float(text) if text and re.fullmatch("[0-9]{1,12}", text) else None
