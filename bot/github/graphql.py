"""GraphQL over HTTP: where to ask, and what an answer means. It sends nothing itself.

GitHub answers 200 whatever happened, and may answer a part of what was asked for. A part is taken
for nothing: what is missing might be what closes the gate.
https://docs.github.com/en/graphql/guides/using-graphql-clients
"""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct

from bot.github import errors
from bot.github.retry import is_secondary, pause

# The documented name, and one that GitHub sends as well.
_LIMITS = {"RATE_LIMITED", "RATE_LIMIT"}
_REFUSALS = {"FORBIDDEN", "INSUFFICIENT_SCOPES"}

T = TypeVar("T")


class _Fault(Struct):
    """An entry of an answer's `errors`; a document that breaks the schema has no `type`."""

    message: str = ""
    type: str = ""


class _Answer(Struct):
    """The envelope of every answer."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple[_Fault, ...] = ()


def endpoint(api_url: str) -> str:
    """Where GraphQL is asked, beside REST at *api_url*: an Enterprise Server has a path for each.

    https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql
    """
    return re.sub(r"/api/v3$", "/api", api_url.rstrip("/")) + "/graphql"


def name_of(document: str) -> str:
    """The name that a query was given, to count it by."""
    found = re.search(r"\bquery\s+(\w+)", document)
    return found[1] if found else "unnamed"


def encode_query(document: str, variables: Mapping[str, object]) -> bytes:
    """The body of a request."""
    return msgspec.json.encode({"query": document, "variables": variables})


def decode_answer(type_: type[T], headers: Mapping[str, str], content: bytes, now: float) -> T:
    """The whole `data` of an answer as *type_*; raises what stands in its way, sorted."""
    request_id = headers.get("x-github-request-id", "")
    try:
        answer = msgspec.json.decode(content, type=_Answer)
        if answer.errors:
            raise _sorted(answer.errors, headers, now)
        return msgspec.json.decode(answer.data, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        text = f"GitHub's answer lacks what we need: {fault}"
        raise errors.Unexpected(text, request_id=request_id) from fault


def _sorted(
    faults: tuple[_Fault, ...], headers: Mapping[str, str], now: float
) -> errors.GitHubError:
    """The error of ours that *faults* amount to; of several kinds, they are in doubt."""
    request_id = headers.get("x-github-request-id", "")
    kinds = {fault.type for fault in faults}
    said = "; ".join(fault.message or fault.type for fault in faults[:3])
    if kinds & _LIMITS or is_secondary(said):
        delay = pause(headers, now)
        text = f"GitHub asks for {delay:.0f} s of silence"
        return errors.RateLimited(text, delay=delay, request_id=request_id)
    if kinds == {"NOT_FOUND"}:
        return errors.NotFound(f"GitHub answered: {said}", request_id=request_id)
    if kinds <= _REFUSALS:
        return errors.Refused(f"GitHub answered: {said}", request_id=request_id)
    return errors.Unexpected(f"GitHub answered a part at most: {said}", request_id=request_id)
