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
    reads: bool, tries: int, status: int, headers: Mapping[str, str], body: bytes, now: float
) -> TryAgain | Limited | None:
    """Decide on an answer to the *tries*-th try; `None`: take it as it is.

    A write (*reads* is false) is tried again only where GitHub says that it did nothing (a rate
    limit): a 502 may hide a comment that was made, and the next evaluation will look before it
    writes.
    """
    delay = _limit_delay(status, headers, body, now)
    if delay is not None:
        short = delay <= LONGEST_WAIT and tries < TRIES
        return TryAgain(delay) if short else Limited(bounded(delay))
    if status >= 500:
        return after_fault(reads, tries)
    return None


def after_fault(reads: bool, tries: int) -> TryAgain | None:
    """Decide after a time-out, a lost connection or a 5xx."""
    if not reads or tries >= TRIES:
        return None
    return TryAgain(0.25 * 4 ** (tries - 1))


def pause(headers: Mapping[str, str], now: float) -> float:
    """Seconds of silence after an answer that is known to be a limit's.

    `x-ratelimit-remaining` is not asked: GraphQL's limit may leave some.
    """
    after = number(headers.get("retry-after"))
    return bounded(after or _until_reset(headers, now) or SECONDARY_WAIT)


def is_secondary(text: str) -> bool:
    """Whether GitHub's words are those of a secondary limit, which has no code of its own."""
    return "secondary rate limit" in text


def _limit_delay(status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
    """Seconds that a primary or secondary rate limit asks for; `None` where it is no limit."""
    if status not in {403, 429}:
        return None
    if (after := number(headers.get("retry-after"))) is not None:
        return after
    reset = _until_reset(headers, now)
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return reset
    if status == 429 or is_secondary(body.decode(errors="replace")):
        return SECONDARY_WAIT
    return None


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until the primary limit begins anew, and one more for the clocks."""
    reset = number(headers.get("x-ratelimit-reset"))
    return None if reset is None else max(reset - now, 0.0) + 1.0


def bounded(delay: float) -> float:
    """*delay* as a pause that is worth making, and no longer than a limit lasts."""
    return min(max(delay, SHORTEST_PAUSE), LONGEST_PAUSE)


def number(text: str | None) -> float | None:
    """A header's whole number; anything else counts as absent."""
    return float(text) if text and re.fullmatch("[0-9]{1,12}", text) else None
