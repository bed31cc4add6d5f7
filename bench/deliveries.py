"""Signed deliveries, sent one by one as GitHub sends them, and how long each answer took."""

import hashlib
import hmac
import json
import time
import uuid

import aiohttp

from bench.hub import SECRET


def headers(body: bytes) -> dict[str, str]:
    """Return what GitHub sends with a `pull_request` delivery; its GUID is a new one."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()}",
    }


def ignored(payload: bytes) -> bytes:
    """Return the payload with an action after which nothing has to be evaluated."""
    return json.dumps(json.loads(payload) | {"action": "locked"}).encode()


async def deliver(session: aiohttp.ClientSession, url: str, body: bytes) -> float:
    """Send one, and return the seconds until its 202."""
    sent = headers(body)
    began = time.perf_counter()
    async with session.post(f"{url}/webhook", data=body, headers=sent) as answer:
        text = await answer.text()
    took = time.perf_counter() - began
    if answer.status != 202:
        raise RuntimeError(f"{answer.status}: {text}")
    return took
