"""The endpoints of *API Changes*, and what is said near each."""

import pytest

from bot.plan.diagnostics import Diagnostic
from bot.plan.lint import lint
from bot.plan.mend import mend
from bot.plan.model import Endpoint, Plan
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n## API Changes\n\n"


def read(body: str) -> Plan:
    return parse_plan(HEAD + body)


def endpoints(body: str) -> list[tuple[str, str]]:
    return [(each.method.text, each.path.text) for each in read(body).endpoints]


def said(endpoint: Endpoint) -> str:
    """Return the initials of what is said of an endpoint: key, request, response, errors."""
    flags = endpoint[-4:]
    return "".join(letter for letter, flag in zip("kqse", flags, strict=True) if flag)


def all_said(body: str) -> list[str]:
    return [said(endpoint) for endpoint in read(body).endpoints]


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1/a",
        "`GET /v1/a`",
        "`GET` `/v1/a`",
        "- **GET /v1/a**",
        "* `GET /v1/a` — a page",
        "1. GET /v1/a.",
        "- [ ] GET /v1/a",
        "### GET /v1/a",
        "#### 1.2 New endpoint: `GET /v1/a`",
        "Add `GET /v1/a`",
        "- New: GET /v1/a (a page)",
        "GET: /v1/a",
        "GET\t/v1/a",
        "    GET /v1/a",
        "```\nGET /v1/a\n```",
        "~~~http\n  GET   /v1/a HTTP/1.1\n~~~",
        "[GET /v1/a](#a)",
        "| Endpoint |\n|---|\n| `GET /v1/a` |",
        "| What | Route |\n|---|---|\n| a page | GET /v1/a |",
        "| Path | Method |\n|---|---|\n| `/v1/a` | `GET` |",
        "| a \\| b | c |\n|---|---|\n| \\| | GET /v1/a |",
        "We add GET /v1/a, a page.",
        "There is a new `GET /v1/a`; it is slow.",
        "GET https://api.example/v1/a",
    ],
)
def test_an_endpoint_is_read_in_every_form(line: str) -> None:
    plan = read(line + "\n")
    [endpoint] = plan.endpoints
    assert (endpoint.method.text, endpoint.path.text) == ("GET", "/v1/a")
    for value in (endpoint.method, endpoint.path):
        at = value.span
        assert plan.text.line(at.line)[at.column - 1 : at.end_column - 1] == value.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("get, HEAD /v1/a\n", [("get", "/v1/a"), ("HEAD", "/v1/a")]),
        ("```\nPOST|PUT /v1/a\n```\n", [("POST", "/v1/a"), ("PUT", "/v1/a")]),
        (
            "| Method | Path |\n|---|---|\n| GET / PUT | /v1/a |\n",
            [("GET", "/v1/a"), ("PUT", "/v1/a")],
        ),
        ("`GET /v1/{id}/a:run?x={y}&z`\n", [("GET", "/v1/{id}/a:run?x={y}&z")]),
        ("GET /v1/a(b)\nGET /v1/c).\n", [("GET", "/v1/a(b)"), ("GET", "/v1/c")]),
        ("PSOT /v1/a\n", [("PSOT", "/v1/a")]),
        ("- `GET /v1/a` — 200\n\nIt replaces `GET /a`.\n", [("GET", "/v1/a")]),
    ],
)
def test_endpoints(body: str, expected: list[tuple[str, str]]) -> None:
    assert endpoints(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "POST /v{n}/{resource}",
        "> GET /v1/a",
        "<!-- GET /v1/a -->",
        "<!--\nGET /v1/a\n-->",
        "See /v1/a and/or /v1/b",
        "GET it at /",
        "- `GET /a` — removed",
        "- GET /a: will be deprecated",
        "### Removed\n\n- GET /a",
        "| Endpoint | Change |\n|---|---|\n| GET /a | unchanged |",
        "| Method | Path |\n|---|---|\n| N/A | /a |",
        "| Method | Path |\n|---|---|\n| GET | a page |",
        "Base URL /v1/\n\nWSS /v1/a\n\nhttps://api.example/a",
        "Unlike GET /a it is fast",
        "We remove `GET /a`.",
        "N/A\n\nGET /a",
        "forGET /v1/a",
    ],
)
def test_what_is_no_endpoint(body: str) -> None:
    assert endpoints(body + "\n") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "```\nPOST /v1/a\nHeaders: Idempotency-Key\nRequest: x\nResponse: x\nErrors: x\n```",
            ["kqse"],
        ),
        ("```\nPOST /v1/a\n# one\nRequest: x\nPOST /v1/b\nErrors: x\n```", ["q", "e"]),
        ("```\nPOST /v1/a\nPOST /v1/b\nErrors: x\n```", ["e", "e"]),
        ("- POST /v1/a → 201\n- POST /v1/b → 409", ["s", "se"]),
        ("- POST /v1/a\n  - errors: x\n- POST /v1/b", ["e", ""]),
        ("- POST /v1/a\n- POST /v1/b\n\nErrors: x", ["e", "e"]),
        ("Errors: x\n\n```\nPOST /v1/a\n```\n```\nPOST /v1/b\n```", ["e", "e"]),
        ("POST /v1/a\n\nPOST /v1/b\n\nEvery error: x", ["e", "e"]),
        ("### POST /v1/a\n\n#### Errors\n\n- x\n\n### POST /v1/b", ["e", ""]),
        ("### POST /v1/a\n\n### POST /v1/b\n\n### Errors\n\n- x", ["e", "e"]),
        ("| Endpoint | Errors |\n|---|---|\n| POST /v1/a | x |\n| POST /v1/b | |\n", ["e", ""]),
        ("| Endpoint |\n|---|\n| POST /v1/a |\n\n| Error | When |\n|---|---|\n| x | y |\n", ["e"]),
        ("POST /v1/errors/requests/answers/404", [""]),
        ("POST /v1/a\n\nErrors:\n", [""]),
        ("POST /v1/a: <!-- Errors: x -->", [""]),
        ("POST /v1/a needs an idempotency key, takes a body and returns 2xx or 5xx", ["kqse"]),
    ],
)
def test_what_is_said(body: str, expected: list[str]) -> None:
    assert all_said(body + "\n") == expected


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/a",
        "/v12/a",
        "/api/v1/a",
        "/v1beta1/a",
        "/v1.2/a",
        "/healthz",
        "/health",
        "/metrics",
        "/readyz",
        "/.well-known/x",
        "/actuator/info",
        "/a/health",
        "/status",
    ],
)
def test_versioned_or_agreed(path: str) -> None:
    assert not list(RULES["A001"].check(read(f"GET {path}\n")))


@pytest.mark.parametrize(
    "path",
    ["/a", "/vx/a", "/version1/a", "/av1/a", "/a/b/health", "/healthy", "/a?x=/v", "/a/status"],
)
def test_unversioned(path: str) -> None:
    assert len(list(RULES["A001"].check(read(f"GET {path}\n")))) == 1


@pytest.mark.parametrize(
    "bait",
    [
        "```\n" + "POST /a\n" * 9_000,
        "".join(f"- POST /a{n}\n" for n in range(9_000)),
        "```\n" + "GET, " * 60_000 + "/a",
        "```\n" + ("new" + " " * 90_000) * 3 + "/a",
        "x GET /a " * 40_000,
        "```\nGET /v" + "{" * 300_000,
        "```\nGET " + "/:a{b" * 60_000,
        "```\nGET /a\nerrors" + " " * 300_000,
        "```\nGET /a\n" + "errors (" * 40_000,
        "```\nGET " + "/v1.1" * 60_000 + "x",
        "x GET https://" + "a" * 300_000,
        "```\nGET /a " + "is " * 90_000,
        "GET /a <!--\n" * 9_000,
        "```\nGET " + "`" * 300_000 + "/a",
        "| Method | Path | x |\n|---|---|---|\n| "
        + "GET, " * 30_000
        + "| /a |"
        + "y " * 90_000
        + "|\n",
    ],
)
def test_bait_is_read_to_its_end(bait: str) -> None:
    plan = read(bait)
    assert plan.refusal is None
    assert all(list(RULES[code].check(plan)) is not None for code in RULES if code[0] == "A")


@pytest.mark.parametrize(
    ("code", "body", "fixed"),
    [
        ("A002", "```\nPOST /v1/a\n```\n",
         "```\nPOST /v1/a\nHeaders: Idempotency-Key (required)\n```\n"),
        ("A002", "- a\n  ```\n  POST /v1/a",
         "- a\n  ```\n  POST /v1/a\n  Headers: Idempotency-Key (required)"),
        ("A002", "- POST /v1/a\n", "- POST /v1/a\n"),
        ("A003", "`PSOT /v1/a`\n", "`POST /v1/a`\n"),
        ("A003", "FETCH /v1/a\n", "FETCH /v1/a\n"),
    ],
)  # fmt: skip
def test_what_can_be_mended_is(code: str, body: str, fixed: str) -> None:
    def find(plan: Plan) -> tuple[Diagnostic, ...]:
        return tuple(each for each in lint(plan) if each.code == code)

    assert mend(HEAD + body, parse_plan, find, unsafe=True) == HEAD + fixed
