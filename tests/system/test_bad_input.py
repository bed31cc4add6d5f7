"""Whatever is sent to the webhook gets one clear answer, and nothing is lost or run by it."""

import hashlib
import hmac
import io
import json

import aiohttp
import pytest

from bot.cli.process import listening
from bot.web.bodies import MAX_BODY
from bot.web.server import make_web
from bot.web.webhook import Webhook
from bot.work.kept_store import KeptStore
from bot.work.model import Delivery, Outcome
from bot.work.visit import visit_database
from tests.plan_text import plan_text
from tests.system.world import SECRET, World

OPENED = {
    "action": "opened",
    "pull_request": {"number": 1},
    "repository": {"full_name": "acme/shop"},
    "installation": {"id": 1},
}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": "7f9c24e8-3b12-4fef-91e0-56a2d5a0c1c3",
        "X-Hub-Signature-256": f"sha256={digest}",
        "Content-Type": "application/json",
    }


async def post(address: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    url = f"{address}/webhook"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def kept(world: World) -> list[tuple[Outcome, str]]:
    receipts = await world.parts.store.deliveries()
    return [(receipt.delivery.outcome, receipt.delivery.reason) for receipt in receipts]


async def test_a_good_delivery_is_accepted_and_kept(world: World) -> None:
    body = json.dumps(OPENED).encode()
    assert await post(world.url, body, signed(body)) == (202, "accepted\n")
    (receipt,) = await world.parts.store.deliveries()
    assert receipt.delivery == Delivery(
        "7f9c24e8-3b12-4fef-91e0-56a2d5a0c1c3",
        "pull_request",
        "opened",
        Outcome.ACCEPTED,
        installation=1,
        subject="pull acme/shop#1",
    )


@pytest.mark.parametrize("bodies", [True, False])
async def test_a_body_is_kept_where_that_is_asked_for(world: World, bodies: bool) -> None:
    async with visit_database(world.settings.database) as database:
        store = KeptStore(database)
        server = make_web(Webhook(store, [SECRET], bodies=bodies), store, lambda: "")
        body = json.dumps(OPENED).encode()
        async with listening(server, "127.0.0.1", 0) as url:
            assert await post(url, body, signed(body)) == (202, "accepted\n")
        assert await store.body(signed(body)["X-GitHub-Delivery"]) == (body if bodies else None)


async def test_a_bad_signature_is_401_and_leaves_no_trace(world: World) -> None:
    body = json.dumps(OPENED).encode()
    status, text = await post(world.url, body, signed(body, "guess"))
    assert status == 401
    assert "secret" in text
    assert await kept(world) == []


@pytest.mark.parametrize("name", ["X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256"])
async def test_a_missing_header_is_400_and_named(world: World, name: str) -> None:
    body = json.dumps(OPENED).encode()
    headers = signed(body)
    del headers[name]
    status, text = await post(world.url, body, headers)
    assert status == 400
    assert name in text
    assert await kept(world) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-GitHub-Event", "pull request", 400),
        ("X-GitHub-Event", "é", 400),
        ("X-GitHub-Event", "", 400),
        ("X-GitHub-Delivery", "a b", 400),
        ("X-GitHub-Delivery", "x" * 200, 400),
        ("X-Hub-Signature-256", "é", 401),
        ("X-Hub-Signature-256", "sha1=0", 401),
        ("Content-Type", "application/x-www-form-urlencoded", 400),
        ("Content-Type", "text/plain", 400),
    ],
)
async def test_an_odd_header_is_never_a_500(
    world: World, name: str, value: str, expected: int
) -> None:
    body = json.dumps(OPENED).encode()
    status, _ = await post(world.url, body, {**signed(body), name: value})
    assert status == expected
    assert await kept(world) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
async def test_broken_json_is_400(world: World, body: bytes) -> None:
    status, text = await post(world.url, body, signed(body))
    assert (status, text) == (400, "The body is not a JSON object\n")
    assert await kept(world) == []


async def test_a_body_over_25_mb_is_413(world: World) -> None:
    body = b" " * (MAX_BODY + 1)
    status, _ = await post(world.url, body, signed(body))
    assert status == 413


async def test_an_unknown_event_is_taken_and_ignored(world: World) -> None:
    body = json.dumps({"action": "created"}).encode()
    status, text = await post(world.url, body, {**signed(body), "X-GitHub-Event": "star"})
    assert (status, text) == (202, "ignored\n")
    assert await kept(world) == [(Outcome.IGNORED, "star.created changes no verdict")]


async def test_missing_fields_are_taken_and_recorded_with_the_reason(world: World) -> None:
    body = json.dumps({"action": "opened", "repository": {}}).encode()
    assert await post(world.url, body, signed(body)) == (202, "rejected\n")
    ((outcome, reason),) = await kept(world)
    assert outcome is Outcome.REJECTED
    assert reason.startswith("pull_request: Object missing required field")
    assert [row.key for row in await world.parts.store.rows() if row.tenant] == []


async def test_a_store_that_is_away_is_503(world: World) -> None:
    await world.parts.store.close()
    body = json.dumps(OPENED).encode()
    status, _ = await post(world.url, body, signed(body))
    assert status == 503
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{world.url}/readyz") as answer:
            assert answer.status == 503
        async with session.get(f"{world.url}/healthz") as answer:
            assert answer.status == 200


async def test_health_and_readiness(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{world.url}/healthz") as answer:
            assert (await answer.json())["status"] == "ok"
        async with session.get(f"{world.url}/readyz") as answer:
            assert (await answer.json()) == {"status": "ready"}
        async with session.get(f"{world.url}/") as answer:
            assert "/webhook" in await answer.text()


HOSTILE_PLANS = {
    "10 MB": plan_text() + "x" * (10 << 20),
    "binary": "\0\x01\x02" * 1000,
    "100,000 table rows": plan_text() + "\n| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 100_000,
    "50,000 nested quotes": plan_text() + "\n" + "> " * 50_000 + "deep\n",
}


@pytest.mark.parametrize("kind", HOSTILE_PLANS)
async def test_a_hostile_plan_gets_a_diagnostic(world: World, kind: str) -> None:
    pull = await world.pull({"plans/FEAT-12.md": HOSTILE_PLANS[kind]})
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert run.annotations


async def test_bytes_that_are_no_text_get_a_diagnostic(world: World) -> None:
    await world.shop.commit("patch-1", {"plans/FEAT-12.md": b"# Plan\xff\n"}, from_="main")
    pull = await world.shop.open_pull_request("patch-1", title="Not UTF-8")
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert [a.title for a in run.annotations] == ["D002 invalid-utf8"]
