"""The contract is itself under test: whatever is tampered with, it must notice."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox import Delivery, Exchange
from tests.contracts.contract import Contract, delivery_violations, exchange_violations
from tests.contracts.description import find_operation, operations, validator, webhook_place
from tests.sandbox.stage import Stage

RUNS = "/repos/acme/shop/check-runs"
Tamper = Callable[[Any], Any]


async def an_exchange(stage: Stage) -> Exchange:
    """A good one: a check run is created."""
    body = {
        "name": "Plan gate",
        "head_sha": stage.shop.head("main"),
        "conclusion": "success",
        "output": {
            "title": "T",
            "summary": "S",
            "annotations": [
                {
                    "path": "a",
                    "start_line": 1,
                    "end_line": 1,
                    "annotation_level": "notice",
                    "message": "M",
                }
            ],
        },
    }
    assert (await stage.client.post(RUNS, body)).status == 201
    return stage.sandbox.requests[-1]


async def a_delivery(stage: Stage) -> Delivery:
    """A good one: a check run is completed."""
    await an_exchange(stage)
    await stage.sandbox.settled()
    return stage.sandbox.deliveries[-1]


def without(name: str) -> Tamper:
    return lambda body: {key: value for key, value in body.items() if key != name}


def with_(**changed: Any) -> Tamper:
    return lambda body: body | changed


def in_output(**changed: Any) -> Tamper:
    return lambda body: body | {"output": body["output"] | changed}


def annotated(**changed: Any) -> Tamper:
    def tamper(body: Any) -> Any:
        annotation = body["output"]["annotations"][0] | changed
        return in_output(annotations=[annotation])(body)

    return tamper


REQUESTS: dict[str, Tamper] = {
    "no body": lambda _: None,
    "a list": lambda body: [body],
    "no name": without("name"),
    "a number for a name": with_(name=1),
    "an unknown conclusion": with_(conclusion="passed"),
    "an unknown key": with_(titel="x"),
    "an unknown key inside": in_output(titel="x"),
    "an unknown key deep inside": annotated(level="notice"),
    "a date that is none": with_(started_at="yesterday"),
    "completed without a conclusion": lambda body: (
        without("conclusion")(body) | {"status": "completed"}
    ),
    "51 annotations": lambda body: in_output(annotations=body["output"]["annotations"] * 51)(body),
    "too many bytes": in_output(summary="é" * 32_768),
    "too many bytes of text": in_output(text="é" * 32_768),
    "a long title": in_output(title="x" * 256),
    "a long name": with_(name="x" * 256),
    "columns across lines": annotated(end_line=2, start_column=1),
    "lines the wrong way round": annotated(start_line=2),
    "a line before the first": annotated(start_line=0),
    "a long annotation title": annotated(title="x" * 256),
    "a long message": annotated(message="x" * 65_537),
    "an annotation that is none": in_output(annotations=["x"]),
    "an output that is none": with_(output="x"),
}


@pytest.mark.parametrize("tamper", REQUESTS.values(), ids=REQUESTS.keys())
async def test_a_bad_request_is_noticed(stage: Stage, tamper: Tamper) -> None:
    good = await an_exchange(stage)
    assert list(exchange_violations(good)) == []
    found = exchange_violations(replace(good, request_body=tamper(good.request_body)))
    assert {each.side for each in found} == {"request"}


ANSWERS: dict[str, Tamper] = {
    "no body": lambda _: None,
    "no id": without("id"),
    "a text for an id": with_(id="1"),
    "an unknown status": with_(status="done"),
    "completed without a conclusion": with_(conclusion=None),
    "completed at no time": with_(completed_at=None),
    "a conclusion before it is completed": with_(status="in_progress"),
    "no app": with_(app={}),
    "a date that is none": with_(started_at="yesterday"),
    "a URL that is none": in_output(annotations_url="nowhere"),
}


@pytest.mark.parametrize("tamper", ANSWERS.values(), ids=ANSWERS.keys())
async def test_a_bad_answer_is_noticed(stage: Stage, tamper: Tamper) -> None:
    good = await an_exchange(stage)
    found = exchange_violations(replace(good, response_body=tamper(good.response_body)))
    assert {each.side for each in found} == {"answer"}


EXCHANGES: dict[str, dict[str, Any]] = {
    "an unknown path": {"path": "/repos/acme/shop/checks"},
    "an unknown method": {"method": "DELETE"},
    "an unknown parameter": {"query": {"page": "1"}},
    "no version": {"request_headers": {"User-Agent": "x", "Authorization": "y"}},
}


@pytest.mark.parametrize("change", EXCHANGES.values(), ids=EXCHANGES.keys())
async def test_a_bad_call_is_noticed(stage: Stage, change: dict[str, Any]) -> None:
    found = exchange_violations(replace(await an_exchange(stage), **change))
    assert {each.side for each in found} == {"request"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"status": 204}, id="a status that is not described"),
        pytest.param({"status": 404}, id="an error without a message"),
        pytest.param({"status": 502, "response_body": {"message": "M"}}, id="without a link"),
        pytest.param({"response_headers": {}}, id="no request id"),
    ],
)
async def test_a_bad_status_or_header_is_noticed(stage: Stage, change: dict[str, Any]) -> None:
    found = exchange_violations(replace(await an_exchange(stage), **change))
    assert {each.side for each in found} == {"answer"}


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/repos/a/b/pulls?state=merged", "query state"),
        ("/repos/a/b/pulls?per_page=0", "query per_page"),
        ("/repos/a/b/pulls?page=two", "query page"),
        ("/repos/a/b/pulls/one", "path pull_number"),
        ("/search/issues", "query q is missing"),
        ("/repos/a/b/rulesets?includes_parents=maybe", "query includes_parents"),
    ],
)
def test_bad_parameters_are_noticed(path: str, problem: str) -> None:
    place, _, query = path.partition("?")
    exchange = Exchange(
        method="GET",
        path=place,
        query=dict([query.split("=")]) if query else {},
        request_headers={"User-Agent": "x", "Authorization": "y", "X-GitHub-Api-Version": "z"},
        request_body=None,
        status=304,
        response_headers={"x-github-request-id": "1"},
        response_body=None,
        counted=False,
    )
    assert [each.problem.partition(":")[0] for each in exchange_violations(exchange)] == [problem]


DELIVERIES: dict[str, Tamper] = {
    "no action": without("action"),
    "another action": with_(action="created"),
    "no repository": without("repository"),
    "no sender": with_(sender={}),
    "a check run without a head": lambda body: (
        body | {"check_run": without("head_sha")(body["check_run"])}
    ),
    "a check run without a conclusion": lambda body: (
        body | {"check_run": body["check_run"] | {"conclusion": None}}
    ),
    "an installation without an id": with_(installation={"node_id": "x"}),
}


@pytest.mark.parametrize("tamper", DELIVERIES.values(), ids=DELIVERIES.keys())
async def test_a_bad_webhook_is_noticed(stage: Stage, tamper: Tamper) -> None:
    good = await a_delivery(stage)
    assert list(delivery_violations(good)) == []
    found = delivery_violations(replace(good, payload=tamper(deepcopy(good.payload))))
    assert {each.side for each in found} == {"webhook"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"event": "check_walk"}, id="an unknown event"),
        pytest.param({"action": "finished"}, id="an unknown action"),
        pytest.param({"headers": {}}, id="no headers"),
    ],
)
async def test_a_webhook_that_is_not_described_is_noticed(
    stage: Stage, change: dict[str, Any]
) -> None:
    found = delivery_violations(replace(await a_delivery(stage), **change))
    assert {each.side for each in found} == {"webhook"}


async def test_a_comment_that_is_too_long_is_noticed(stage: Stage) -> None:
    await stage.shop.open_issue("One")
    path = "/repos/acme/shop/issues/1/comments"
    assert (await stage.client.post(path, {"body": "x"})).status == 201
    good = stage.sandbox.requests[-1]
    found = exchange_violations(replace(good, request_body={"body": "x" * 65_537}))
    assert [each.problem for each in found] == ["body: more than 65536 characters"]


def test_violations_are_told_and_taken() -> None:
    contract = Contract()
    contract.assert_kept()
    contract(
        Exchange(
            method="GET",
            path="/nowhere",
            query={},
            request_headers={},
            request_body=None,
            status=404,
            response_headers={},
            response_body=None,
            counted=True,
        )
    )
    with pytest.raises(AssertionError, match="- GET /nowhere → 404: request: no such endpoint"):
        contract.assert_kept()
    assert contract.take("answer") == []
    assert contract.take("request") == ["no such endpoint in the description"]
    contract.assert_kept()


def test_every_schema_of_the_description_can_be_used() -> None:
    places = [
        place
        for each in operations()
        for place in (each.request, *each.responses.values())
        if place
    ]
    assert len(operations()) == 68
    for place in places:
        assert list(validator(place).iter_errors(0)), f"{place} takes anything"


def test_names_with_slashes_are_one_parameter() -> None:
    found = find_operation("GET", "/repos/a/b/commits/feat/x/check-runs")
    assert found is not None
    assert (found[0].template, found[1]["ref"]) == (
        "/repos/{owner}/{repo}/commits/{ref}/check-runs",
        "feat/x",
    )
    assert webhook_place("pull_request_review", "submitted") is not None
    assert webhook_place("pull_request_review", "read") is None
