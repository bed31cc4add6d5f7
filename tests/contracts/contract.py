"""The contract: an observer that holds client and sandbox to GitHub's description of its API."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from bot.sandbox import Delivery, Exchange
from bot.sandbox.api.graphql import PATH
from tests.contracts import graphql, unwritten
from tests.contracts.description import (
    Operation,
    fast_validator,
    find_operation,
    lookup,
    schema_validator,
    validator,
    webhook_place,
)

Side = Literal["request", "answer", "webhook"]

# What GitHub may answer to anything, described or not.
_GENERIC: Final = {301, 304, 307, 400, 401, 403, 404, 422, 429}
_WEBHOOK_HEADERS: Final = (
    "User-Agent",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
    "X-GitHub-Hook-ID",
    "X-GitHub-Hook-Installation-Target-ID",
    "X-GitHub-Hook-Installation-Target-Type",
    "X-Hub-Signature-256",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A breach of the contract: by whom, in which call, and what."""

    side: Side
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.side}: {self.problem}"


@dataclass(slots=True)
class Contract:
    """Collects violations; plug it into `sandbox.observers`."""

    violations: list[Violation] = field(default_factory=list)

    def __call__(self, seen: Exchange | Delivery) -> None:
        if isinstance(seen, Exchange):
            self.violations += exchange_violations(seen)
        else:
            self.violations += delivery_violations(seen)

    def take(self, side: Side) -> list[str]:
        """Return the problems of one side and forget them: the test has provoked them."""
        taken = [each.problem for each in self.violations if each.side == side]
        self.violations = [each for each in self.violations if each.side != side]
        return taken

    def assert_kept(self) -> None:
        """Fail with every violation in a readable list."""
        listed = "\n".join(f"- {violation}" for violation in self.violations)
        assert not self.violations, f"GitHub's contract was broken:\n{listed}"


def exchange_violations(exchange: Exchange) -> Iterator[Violation]:
    """Check one request and its answer."""
    where = f"{exchange.method} {exchange.path} → {exchange.status}"
    if exchange.path == PATH:
        for side, problem in graphql.problems(exchange):
            yield Violation(side, where, problem)
        return
    # Where a redirect leads: not described, and the same as by name.
    path_by_name = re.sub(r"^/repositories/\d+", "/repos/x/x", exchange.path)
    found = find_operation(exchange.method, path_by_name)
    if found is None:
        yield Violation("request", where, "no such endpoint in the description")
        return
    operation, path = found
    for problem in _request_problems(exchange, operation, path):
        yield Violation("request", where, problem)
    if exchange.status == 0:
        return
    for problem in _answer_problems(exchange, operation):
        yield Violation("answer", where, problem)


def delivery_violations(delivery: Delivery) -> Iterator[Violation]:
    """Check one webhook: its headers and its payload."""
    name = f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event
    place = webhook_place(delivery.event, delivery.action)
    if place is None:
        yield Violation("webhook", name, "no such event in the description")
        return
    for header in _WEBHOOK_HEADERS:
        if header not in delivery.headers:
            yield Violation("webhook", name, f"header {header} is missing")
    for problem in _schema_problems(place, delivery.payload):
        yield Violation("webhook", name, problem)
    run = delivery.payload.get("check_run")
    if isinstance(run, dict):
        for problem in unwritten.check_run_problems(run):
            yield Violation("webhook", name, f"check_run: {problem}")


def _request_problems(
    exchange: Exchange, operation: Operation, path: dict[str, str]
) -> Iterator[str]:
    yield from unwritten.header_problems(operation.template, exchange.request_headers)
    for name, value in path.items():
        yield from _parameter_problems(operation, "path", name, value)
    for name, value in exchange.query.items():
        yield from _parameter_problems(operation, "query", name, value)
    for (place, name), parameter in operation.parameters.items():
        if place == "query" and parameter.get("required") and name not in exchange.query:
            yield f"query {name} is missing"
    body = exchange.request_body
    if operation.request is None:
        if body is not None:
            yield "a body where none is described"
        return
    if body is not None or lookup(operation.request.partition("/content/")[0]).get("required"):
        yield from _schema_problems(operation.request, {} if body is None else body)
        yield from _unknown_keys(lookup(operation.request), body, "body")
        yield from unwritten.request_problems(operation.method, operation.template, body)


def _parameter_problems(operation: Operation, place: str, name: str, value: str) -> Iterator[str]:
    parameter = operation.parameters.get((place, name))
    if parameter is None:
        yield f"{place} {name} is not described"
        return
    schema = parameter["schema"]
    typed: Any = value
    if schema["type"] == "integer" and value.lstrip("-").isdecimal():
        typed = int(value)
    elif schema["type"] == "boolean" and value in ("true", "false"):
        typed = value == "true"
    for error in schema_validator(json.dumps(schema)).iter_errors(typed):
        yield f"{place} {name}: {error.message}"
    if name == "per_page" and isinstance(typed, int) and not 1 <= typed <= 100:
        yield "query per_page: 1 to 100"


def _answer_problems(exchange: Exchange, operation: Operation) -> Iterator[str]:
    status, body = exchange.status, exchange.response_body
    headers = {name.lower() for name in exchange.response_headers}
    if "x-github-request-id" not in headers:
        yield "header x-github-request-id is missing"
    if str(status) not in operation.responses and status not in _GENERIC and status < 500:
        yield f"status {status} is not described"
    elif status >= 400 or status in (301, 307):
        yield from _error_problems(body)
    elif "raw" not in exchange.response_headers.get("Content-Type", ""):
        yield from _body_problems(operation.responses.get(str(status)), body)


def _body_problems(place: str | None, body: Any) -> Iterator[str]:
    if place is None:
        if body is not None:
            yield "a body where none is described"
        return
    yield from _schema_problems(place, body)
    runs = body.get("check_runs", [body]) if isinstance(body, dict) else []
    for run in runs:
        if isinstance(run, dict) and {"head_sha", "check_suite", "conclusion"} <= run.keys():
            yield from unwritten.check_run_problems(run)


def _error_problems(body: Any) -> Iterator[str]:
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        yield "an error without a message"
    elif not isinstance(body.get("documentation_url"), str):
        yield "an error without a documentation_url"


def _schema_problems(place: str, value: Any) -> Iterator[str]:
    # What is not JSON has come as bytes.
    if isinstance(value, bytes) or not fast_validator(place).is_valid(value):
        yield from (_told(error) for error in validator(place).iter_errors(value))


def _told(error: ValidationError) -> str:
    """Tell an error by the deepest cause that helps; a long value is cut out of its middle."""
    cause = best_match([error]) or error
    message = cause.message
    if len(message) > 300:
        message = f"{message[:100]} … {message[-150:]}"
    return f"{cause.json_path}: {message}"


def _unknown_keys(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    """Name the keys that the description does not know; it seldom forbids them itself."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unknown_keys(_items(schema), item, f"{path}[{number}]")
    elif isinstance(value, dict):
        known = _properties(schema)
        for key, inner in value.items():
            if known and key not in known:
                yield f"{path}.{key} is not described"
            elif known:
                yield from _unknown_keys(known[key], inner, f"{path}.{key}")


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    """Return every property that a schema or its branches describe, as any of them does."""
    known: dict[str, Any] = {}
    for properties in (schema.get("properties", {}), *map(_properties, _branches(schema))):
        for name, described in properties.items():
            known.setdefault(name, {"anyOf": []})["anyOf"].append(described)
    return known


def _items(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema or one of its branches says of a list's items."""
    found: dict[str, Any] = schema.get("items", {})
    return found or next(filter(None, map(_items, _branches(schema))), {})


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in schema:
        yield lookup(f"urn:rest{schema['$ref']}")
    for word in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(word, [])
