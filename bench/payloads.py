"""Webhook payloads of real size: GitHub's own description of them, filled in."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parents[1] / "tests/contracts/webhooks.json"
SECRET = "a secret for measuring"
SIZE = 25_000  # bytes, as a `pull_request` payload has


def pull_requests(count: int, repositories: int = 20) -> list[bytes]:
    """Return `pull_request` payloads of as many pull requests, spread over repositories."""
    places = [(number % repositories, number) for number in range(1, count + 1)]
    return payloads_of(
        (f"acme-{place % 5}/service-{place}", 1 + place % 5, number) for place, number in places
    )


def payloads_of(pulls: Iterable[tuple[str, int, int]]) -> list[bytes]:
    """Return a `pull_request` payload for each repository, installation and number."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    described = contract["webhooks"]["pull-request-synchronize"]["post"]["requestBody"]
    payload = _example(contract, described["content"]["application/json"]["schema"])
    return [_numbered(payload, *pull) for pull in pulls]


def _numbered(payload: dict[str, Any], repository: str, installation: int, number: int) -> bytes:
    payload |= {"number": number, "installation": {"id": installation, "node_id": "MDIz"}}
    payload["repository"]["full_name"] = repository
    payload["pull_request"] |= {"number": number, "body": ""}
    missing = SIZE - len(json.dumps(payload))
    payload["pull_request"]["body"] = ("What it does, and why. " * (SIZE // 20))[:missing]
    return json.dumps(payload).encode()


def request(body: bytes, host: str) -> tuple[bytes, bytes]:
    """Return a delivery as HTTP, before and after its GUID."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    before = (
        "POST /webhook HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "User-Agent: GitHub-Hookshot/5a4db0c\r\n"
        "Accept: */*\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Content-Type: application/json\r\n"
        "X-GitHub-Event: pull_request\r\n"
        "X-GitHub-Hook-ID: 1\r\n"
        "X-GitHub-Hook-Installation-Target-ID: 1\r\n"
        "X-GitHub-Hook-Installation-Target-Type: integration\r\n"
        f"X-Hub-Signature-256: sha256={digest}\r\n"
        "X-GitHub-Delivery: "
    )
    return before.encode(), b"\r\n\r\n" + body


def _example(contract: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    """Return a value that *schema* describes, with the fields that must be there."""
    match schema:
        case {"$ref": str(path)}:
            found: Any = contract
            for part in path.removeprefix("#/").split("/"):
                found = found[part]
            return _example(contract, found, name)
        case {"const": value} | {"enum": [value, *_]}:
            return value
        case {"oneOf": [first, *_]} | {"anyOf": [first, *_]}:
            return _example(contract, first, name)
        case {"properties": dict(fields)}:
            needed = schema.get("required", ())
            return {key: _example(contract, fields[key], key) for key in needed}
        case {"format": "uri" | "uri-template"}:
            return f"https://api.github.com/repos/acme-0/service-0/{name}"
        case {"format": "date-time"}:
            return "2026-11-24T09:41:07Z"
        case {"type": "string" | ["string", *_]}:
            return name
        case {"type": "integer" | ["integer", *_]}:
            return 1_234_567_890
        case {"type": "boolean"}:
            return False
        case {"type": "array"}:
            return []
        case _:
            return None
