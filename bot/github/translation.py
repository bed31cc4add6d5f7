"""What aiohttp and gidgethub raise, and untyped answers, as ours. It decides nothing of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
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
        kind, advice = _sorted(fault)
        raise kind(
            f"{_words(fault)}{advice}",
            request_id=_request_id(fault),
            status=int(fault.status_code),
            said=str(fault),
        ) from fault
    except (LookupError, TypeError, AttributeError, ValueError) as fault:
        # An error page in place of JSON, an unknown charset, a limit that is no number.
        raise errors.Unexpected(f"GitHub's answer is not readable: {fault}") from fault


def unanswered(fault: aiohttp.ClientError | TimeoutError, url: str) -> errors.GitHubUnavailable:
    """What to raise where no answer came from *url*.

    It says no more than the kind and the host: aiohttp's own words may hold credentials.
    """
    host = urlsplit(url).hostname
    match fault:
        case aiohttp.ClientConnectorDNSError():
            why = f"the name {host} is not found; see GITHUB_API_URL and this machine's DNS"
        case aiohttp.ClientSSLError():
            why = f"the certificate of {host} is not trusted; see GITHUB_API_URL"
        case aiohttp.ClientConnectorError():
            why = f"{host} cannot be reached; see the network, and GitHub's status page"
        case TimeoutError():
            why = f"{host} took too long; see GitHub's status page"
        case _:
            why = f"{host} broke off; see GitHub's status page"
    return errors.GitHubUnavailable(f"No answer from GitHub ({type(fault).__name__}): {why}")


def typed(answer: Any, type_: type[T]) -> T:
    """*answer* as *type_*; raises `Unexpected` where it lacks what we need."""
    try:
        return msgspec.convert(answer, type_)
    except msgspec.ValidationError as fault:
        raise errors.Unexpected(f"GitHub's answer lacks what we need: {fault}") from fault


def _sorted(fault: gidgethub.HTTPException) -> tuple[type[errors.GitHubError], str]:
    """Which error of ours it is, and what to do where GitHub's words do not say it."""
    match int(fault.status_code):
        case 404 | 410:
            return errors.NotFound, ": it is gone, or the installation does not reach it"
        case 401:
            return errors.Refused, ": see APP_ID, PRIVATE_KEY and this machine's clock"
        case 403 if "suspended" in str(fault):
            return errors.Suspended, ": an owner can unsuspend it under “Installed GitHub Apps”"
        case _:
            return errors.Refused, ""


def _words(fault: gidgethub.HTTPException) -> str:
    return f"GitHub answered {int(fault.status_code)}: {fault}"


def _request_id(fault: gidgethub.HTTPException) -> str:
    return fault.headers.get("x-github-request-id", "")
