"""Group A, the API changes: versioned paths, safe retries, and what an endpoint takes and gives."""

import re
from collections.abc import Iterator

from bot.plan.diagnostics import Note
from bot.plan.endpoints import METHODS
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind
from bot.plan.model import Endpoint, Plan
from bot.plan.rules.registry import E, Finding, I, W, rule
from bot.plan.words import MAX_HINTS, closest, quoted

_VERSION = re.compile(r"/v\d+(?:(?:alpha|beta|p)\d*|(?:\.\d+){1,3})?(?![\w.-])", re.ASCII)
_PARAMETER = re.compile(r"\{[^{}]*\}|(?<=/):\w+")
_KEY_HEADER = "Headers: Idempotency-Key (required)"

# What machines ask for by an agreed path, which no version belongs to.
_AGREED = re.compile(
    r"""(?:/[\w-]+)? / (?:health(?:z|check|-check)?|heartbeat|ready|readyz|readiness|live|livez
                       |liveness|startup|metrics|ping) (?![\w-])
      | / (?:\.well-known|actuator|favicon\.ico|graphql|info|openapi\.\w+|robots\.txt|status
          |version) (?![\w-])""",
    re.VERBOSE | re.ASCII,
)
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})


@rule("A001", "endpoint-unversioned", draft=W, approved=E)
def check_endpoint_unversioned(plan: Plan) -> Iterator[Finding]:
    """A path has no version, such as `/v1/…`.

    Without one the next change breaks whoever calls it. Paths by which machines look after a
    service (`/healthz`, `/ready`, `/metrics`, `/.well-known/…` and the like) need none.

    Bad:
        ## API Changes

        ```http
        GET /invoices/{id}
        Response: { data: { id, status } }
        Errors:   {NOT_FOUND: no such invoice}
        ```
    Good:
        ## API Changes

        ```http
        GET /v1/invoices/{id}
        Response: { data: { id, status } }
        Errors:   {NOT_FOUND: no such invoice}

        GET /healthz
        Response: 204
        Errors:   503 while starting
        ```
    """
    for endpoint in plan.endpoints:
        path = endpoint.path.text
        if not (_VERSION.search(path) or _AGREED.match(path)):
            yield Finding(
                endpoint.path.span,
                f"{quoted(path)} has no version: begin the path with one, such as `/v1/`",
            )


@rule("A002", "idempotency-key-missing", draft=W, approved=E)
def check_idempotency_key_missing(plan: Plan) -> Iterator[Finding]:
    """A POST says nothing of the header `Idempotency-Key`.

    A client that got no answer sends it again, and what it creates is then there twice. The header
    may be named at the endpoint, in a sentence before the first one, or in one that speaks of all.

    Bad:
        ## API Changes

        ```http
        POST /v1/invoices
        Request:  { amount }
        Response: { data: { id, status } }
        Errors:   {INVALID_AMOUNT: not above zero}
        ```
    Good:
        ## API Changes

        ```http
        POST /v1/invoices
        Headers: Idempotency-Key (required)
        Request:  { amount }
        Response: { data: { id, status } }
        Errors:   {INVALID_AMOUNT: not above zero}
        ```
    """
    for endpoint, alike in _grouped(plan):
        if _verb(endpoint) == "POST" and not any(each.idempotency_key for each in alike):
            yield Finding(
                endpoint.path.span,
                f"The POST to {quoted(endpoint.path.text)} has no `Idempotency-Key`: "
                f"add `{_KEY_HEADER}`",
                fix=_add_key(plan, endpoint),
            )


@rule("A003", "method-unknown", draft=W, approved=E)
def check_method_unknown(plan: Plan) -> Iterator[Finding]:
    """A path follows a word that is no HTTP method.

    Bad:
        ## API Changes

        ```http
        PSOT /v1/invoices
        Headers: Idempotency-Key (required)
        Request:  { amount }
        Response: { data: { id, status } }
        Errors:   {INVALID_AMOUNT: not above zero}
        ```
    Good:
        ## API Changes

        ```http
        POST /v1/invoices
        Headers: Idempotency-Key (required)
        Request:  { amount }
        Response: { data: { id, status } }
        Errors:   {INVALID_AMOUNT: not above zero}
        ```
    """
    unknown = [each for each in plan.endpoints if _verb(each) not in METHODS]
    for index, endpoint in enumerate(unknown):
        method = endpoint.method
        close = closest(method.text, METHODS) if index < MAX_HINTS else None
        hint = f"; did you mean {close}?" if close else ": write GET, POST, PUT, PATCH or DELETE"
        yield Finding(
            method.span,
            f"{quoted(method.text)} is no HTTP method{hint}",
            fix=Fix(f"Write {close}", (Edit(method.span, close),)) if close else None,
        )


@rule("A004", "errors-missing", draft=I, approved=W)
def check_errors_missing(plan: Plan) -> Iterator[Finding]:
    """An endpoint lists no errors.

    Callers handle what they know of. Names, status codes and a common list for all count.

    Bad:
        ## API Changes

        ```http
        GET /v1/invoices/{id}
        Response: { data: { id, status } }
        ```
    Good:
        ## API Changes

        - `GET /v1/invoices/{id}` → 200 with the invoice, 404
        - `GET /v1/invoices` → 200 with a page of them; errors: none
    """
    for endpoint, alike in _grouped(plan):
        if not any(each.errors for each in alike):
            yield Finding(
                endpoint.path.span,
                f"{quoted(endpoint.path.text)} lists no errors: add `Errors: …`, or `Errors: none`",
            )


@rule("A005", "request-response-missing", draft=I, approved=W)
def check_request_response_missing(plan: Plan) -> Iterator[Finding]:
    """An endpoint does not say what it takes, or what it answers.

    GET, HEAD, DELETE and OPTIONS take no request.

    Bad:
        ## API Changes

        ```http
        PUT /v1/invoices/{id}
        Request:  { amount }
        Errors:   {NOT_FOUND: no such invoice}
        ```
    Good:
        ## API Changes

        ```http
        PUT /v1/invoices/{id}
        Request:  { amount }
        Response: { data: { id, status } }
        Errors:   {NOT_FOUND: no such invoice}
        ```
    """
    for endpoint, alike in _grouped(plan):
        bodiless = _verb(endpoint) in _BODILESS
        missing = [] if bodiless or any(each.request for each in alike) else ["Request"]
        missing += [] if any(each.response for each in alike) else ["Response"]
        if missing:
            lines = " and ".join(f"`{name}: …`" for name in missing)
            yield Finding(
                endpoint.path.span,
                f"{quoted(endpoint.path.text)} has no {' and no '.join(missing)}: add {lines}",
            )


@rule("A006", "endpoint-repeated", draft=W, approved=W)
def check_endpoint_repeated(plan: Plan) -> Iterator[Finding]:
    """An endpoint is described twice.

    Names of parameters play no part. A table or a heading may name what a block below describes.

    Bad:
        ## API Changes

        - `GET /v1/invoices/{id}` → 200, 404
        - `GET /v1/invoices/{number}` → 200, 404
    Good:
        ## API Changes

        ### GET /v1/invoices/{id}

        ```http
        GET /v1/invoices/{id}
        Response: { data: { id, status } }
        Errors:   {NOT_FOUND: no such invoice}
        ```
    """
    for first, alike in _grouped(plan):
        seen = {first.form: first}
        for endpoint in alike[1:]:
            other = seen.setdefault(endpoint.form, endpoint)
            if other is not endpoint:
                place = other.path.span
                yield Finding(
                    endpoint.path.span,
                    f"{quoted(endpoint.path.text)} stands twice with {_verb(endpoint)}, "
                    f"first on line {place.line}: merge the two",
                    (Note(place, "the first is here"),),
                )


def _verb(endpoint: Endpoint) -> str:
    return endpoint.method.text.upper()


def _grouped(plan: Plan) -> Iterator[tuple[Endpoint, list[Endpoint]]]:
    """Yield the first of each endpoint, and all that are the same one."""
    groups: dict[tuple[str, str], list[Endpoint]] = {}
    for endpoint in plan.endpoints:
        path = _PARAMETER.sub("{}", endpoint.path.text.split("?")[0].rstrip("/"))
        groups.setdefault((_verb(endpoint), path), []).append(endpoint)
    for alike in groups.values():
        yield alike[0], alike


def _add_key(plan: Plan, endpoint: Endpoint) -> Fix | None:
    """Name the header below an endpoint of a fence; elsewhere nobody knows where it belongs."""
    if endpoint.form is not Kind.FENCE:
        return None
    line = plan.text.line(endpoint.path.span.line)
    indent = line[: len(line) - len(line.lstrip())]
    edit = Edit.insert(endpoint.path.span.line, len(line) + 1, f"\n{indent}{_KEY_HEADER}")
    return Fix("Require an Idempotency-Key", (edit,))
