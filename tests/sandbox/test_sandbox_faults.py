"""Faults on demand: errors, delays, limits and broken lines, before or after the work is done."""

from time import monotonic

import aiohttp
import pytest

from tests.sandbox.stage import NOON, Stage

SHOP = "/repos/acme/shop"


async def test_a_request_fails_so_many_times(stage: Stage) -> None:
    stage.sandbox.faults.fail("GET", "/branches/", status=502, times=2)
    statuses = [(await stage.client.get(f"{SHOP}/branches/main")).status for _ in range(3)]
    assert statuses == [502, 502, 200]
    assert [each.injected for each in stage.sandbox.requests[-3:]] == [True, True, False]


async def test_a_fault_meets_its_method_and_path_alone(stage: Stage) -> None:
    stage.sandbox.faults.fail("POST", "/check-runs$")
    body = {"name": "x", "head_sha": stage.shop.head("main")}
    assert (await stage.client.get(f"{SHOP}/commits/main/check-runs")).status == 200
    assert (await stage.client.post(f"{SHOP}/check-runs", body)).status == 502
    assert stage.shop.check_runs(stage.shop.head("main")) == []


async def test_a_write_may_have_worked_before_it_failed(stage: Stage) -> None:
    stage.sandbox.faults.fail("POST", "/check-runs$", status=500, applied=True)
    body = {"name": "x", "head_sha": stage.shop.head("main")}
    assert (await stage.client.post(f"{SHOP}/check-runs", body)).status == 500
    assert len(stage.shop.check_runs(stage.shop.head("main"))) == 1


@pytest.mark.parametrize("applied", [False, True])
async def test_the_line_breaks(stage: Stage, applied: bool) -> None:
    stage.sandbox.faults.disconnect("POST", "/check-runs$", applied=applied)
    body = {"name": "x", "head_sha": stage.shop.head("main")}
    with pytest.raises(aiohttp.ClientConnectionError):
        await stage.client.post(f"{SHOP}/check-runs", body)
    assert len(stage.shop.check_runs(stage.shop.head("main"))) == applied
    assert (stage.sandbox.requests[-1].status, stage.sandbox.requests[-1].injected) == (0, True)
    assert (await stage.client.post(f"{SHOP}/check-runs", body)).status == 201


async def test_an_answer_comes_late(stage: Stage) -> None:
    stage.sandbox.faults.slow("/branches/", seconds=0.05)
    start = monotonic()
    assert (await stage.client.get(f"{SHOP}/branches/main")).status == 200
    assert monotonic() - start >= 0.05


async def test_the_primary_limit_says_when_to_come_back(stage: Stage) -> None:
    stage.sandbox.faults.rate_limit("primary", retry_after=90)
    reply = await stage.client.get(SHOP)
    assert reply.status == 403
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert reply.headers["x-ratelimit-reset"] == str(int(NOON) + 90)
    assert "Retry-After" not in reply.headers
    assert (await stage.client.get(SHOP)).status == 200


@pytest.mark.parametrize("status", [403, 429])
async def test_the_secondary_limit_says_how_long_to_wait(stage: Stage, status: int) -> None:
    kind: int = status
    stage.sandbox.faults.rate_limit(
        "secondary", retry_after=7, status=429 if kind == 429 else 403, path="/repos/"
    )
    assert (await stage.client.get("/rate_limit")).status == 200
    reply = await stage.client.get(SHOP)
    assert (reply.status, reply.headers["Retry-After"]) == (status, "7")
    assert "secondary rate limit" in reply.body["message"]


async def test_faults_can_be_called_off(stage: Stage) -> None:
    stage.sandbox.faults.fail("*", "")
    stage.sandbox.faults.clear()
    assert (await stage.client.get(SHOP)).status == 200
