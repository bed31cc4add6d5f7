"""gidgethub's exceptions and untyped answers as ours. It decides nothing of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import gidgethub
import msgspec

from bot.github import errors

T = TypeVar("T")


@contextmanager
def translated() -> Iterator[None]:
    """Raise gidgethub's exceptions as ours, sorted by who must act."""
    try:
        yield
    except gidgethub.GitHubBroken as fault:
        raise errors.GitHubUnavailable(_words(fault), request_id=_request_id(fault)) from fault
    except gidgethub.HTTPException as fault:
        kind = errors.NotFound if fault.status_code in {404, 410} else errors.Refused
        raise kind(_words(fault), request_id=_request_id(fault)) from fault
    except (LookupError, TypeError, AttributeError, ValueError) as fault:
        # An error page in place of JSON, an unknown charset, a limit that is no number.
        raise errors.Unexpected(f"GitHub's answer is not readable: {fault}") from fault


def typed(answer: Any, type_: type[T]) -> T:
    """*answer* as *type_*; raises `Unexpected` where it lacks what we need."""
    try:
        return msgspec.convert(answer, type_)
    except msgspec.ValidationError as fault:
        raise errors.Unexpected(f"GitHub's answer lacks what we need: {fault}") from fault


def _words(fault: gidgethub.HTTPException) -> str:
    return f"GitHub answered {int(fault.status_code)}: {fault}"


def _request_id(fault: gidgethub.HTTPException) -> str:
    return fault.headers.get("x-github-request-id", "")
