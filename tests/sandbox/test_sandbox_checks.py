"""Check runs: what GitHub takes, what it refuses, and what the contract says of the latter."""

from typing import Any

import pytest

from bot.sandbox import PullRequest
from tests.sandbox.stage import Stage

RUNS = "/repos/acme/shop/check-runs"
OUTPUT = {"title": "T", "summary": "S"}
# 65,535 bytes are allowed; this is 65,536 of them in half as many characters.
TOO_MANY_BYTES = "é" * 32_768


async def pull_request(stage: Stage) -> PullRequest:
    await stage.shop.commit("feat", {"src/b.py": "b\n"}, from_="main")
    return await stage.shop.open_pull_request("feat", title="Add b")


def annotation(**changed: Any) -> dict[str, Any]:
    return {
        "path": "src/b.py",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "failure",
        "message": "M",
    } | changed


def action(**changed: str) -> dict[str, str]:
    return {"label": "Re-check", "description": "Look again", "identifier": "re"} | changed


def output(**changed: Any) -> dict[str, Any]:
    return {"output": OUTPUT | changed}


BAD: dict[str, dict[str, Any]] = {
    "51 annotations": output(annotations=[annotation()] * 51),
    "a summary of too many bytes": output(summary=TOO_MANY_BYTES),
    "a text of too many bytes": output(text=TOO_MANY_BYTES),
    "an output title of 256": output(title="x" * 256),
    "an output without a summary": {"output": {"title": "T"}},
    "an annotation title of 256": output(annotations=[annotation(title="x" * 256)]),
    "an annotation message over 64 KB": output(annotations=[annotation(message="x" * 65_537)]),
    "an annotation without a message": output(
        annotations=[{k: v for k, v in annotation().items() if k != "message"}]
    ),
    "an unknown level": output(annotations=[annotation(annotation_level="error")]),
    "a long raw detail": output(annotations=[annotation(raw_details="x" * 65_537)]),
    "an annotation of no file": output(annotations=[annotation(path="")]),
    "an end before its start": output(annotations=[annotation(start_line=2)]),
    "columns across lines": output(annotations=[annotation(end_line=2, start_column=1)]),
    "an end column across lines": output(annotations=[annotation(end_line=2, end_column=1)]),
    "a line in words": output(annotations=[annotation(start_line="one")]),
    "4 actions": {"actions": [action()] * 4},
    "a label of 21": {"actions": [action(label="x" * 21)]},
    "an identifier of 21": {"actions": [action(identifier="x" * 21)]},
    "a description of 41": {"actions": [action(description="x" * 41)]},
    "an action without a description": {"actions": [{"label": "a", "identifier": "b"}]},
    "completed without a conclusion": {"status": "completed"},
    "an unknown conclusion": {"conclusion": "passed"},
    "a conclusion that only GitHub sets": {"conclusion": "stale"},
    "an unknown status": {"status": "done"},
    "a name of 256": {"name": "x" * 256},
    "an external id of 256": {"external_id": "x" * 256},
    "a moment without a zone": {"started_at": "2026-01-01T00:00:00"},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
async def test_github_refuses_and_the_contract_notices(
    stage: Stage, change: dict[str, Any]
) -> None:
    sha = stage.shop.head("main")
    good = {"name": "Plan gate", "head_sha": sha, "status": "in_progress"}
    run = (await stage.client.post(RUNS, good)).body
    for method, path, body in (
        ("POST", RUNS, good | change),
        ("PATCH", f"{RUNS}/{run['id']}", change),
    ):
        reply = await stage.client(method, path, body)
        assert reply.status == 422, reply
        assert reply.body["message"].startswith("Invalid request.")
        assert stage.contract.take("request")
    assert len(stage.shop.check_runs(sha)) == 1
    assert stage.shop.check_runs(sha)[0].status == "in_progress"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"head_sha": "SHA"}, id="no name"),
        pytest.param({"name": "x"}, id="no SHA"),
        pytest.param({"name": "x", "head_sha": "SHA", "output": {"summary": "S"}}, id="no title"),
        pytest.param({"name": 1, "head_sha": "SHA"}, id="a number for a name"),
    ],
)
async def test_a_new_run_needs_what_the_description_requires(
    stage: Stage, body: dict[str, Any]
) -> None:
    if body.get("head_sha"):
        body = body | {"head_sha": stage.shop.head("main")}
    assert (await stage.client.post(RUNS, body)).status == 422
    assert stage.contract.take("request")


async def test_an_unknown_key_is_noticed_by_the_contract_alone(stage: Stage) -> None:
    body = {"name": "x", "head_sha": stage.shop.head("main"), "conclusions": "success"}
    assert (await stage.client.post(RUNS, body)).status == 201
    assert stage.contract.take("request") == ["body.conclusions is not described"]


async def test_a_commit_that_nobody_has_is_refused(stage: Stage) -> None:
    reply = await stage.client.post(RUNS, {"name": "x", "head_sha": "0" * 40})
    assert (reply.status, reply.body["message"]) == (422, f"No commit found for SHA: {'0' * 40}")


async def test_what_is_not_json_is_refused(stage: Stage) -> None:
    async with stage.session.post(
        stage.sandbox.api_url + RUNS,
        data="{",
        headers={"Authorization": f"Bearer {stage.client.credentials}", "User-Agent": "stage"},
    ) as answer:
        assert answer.status == 400
    assert stage.contract.take("request")


async def test_everything_at_its_limit_is_taken(stage: Stage) -> None:
    body = {
        "name": "x" * 255,
        "head_sha": stage.shop.head("main"),
        "conclusion": "failure",
        "output": {
            "title": "T" * 255,
            "summary": "x" + "é" * 32_767,
            "annotations": [annotation(message="x" * 65_536), *[annotation(title="x" * 255)] * 49],
        },
        "actions": [action(label="x" * 20, identifier="x" * 20, description="x" * 40)] * 3,
    }
    assert (await stage.client.post(RUNS, body)).status == 201


async def test_a_run_says_when_it_began_and_ended_and_may_be_renamed(stage: Stage) -> None:
    sha = stage.shop.head("main")
    body = {"name": "x", "head_sha": sha, "started_at": "2026-01-01T00:00:00Z"}
    run = (await stage.client.post(RUNS, body)).body
    assert (run["started_at"], run["status"]) == ("2026-01-01T00:00:00Z", "queued")
    ended = {"conclusion": "success", "completed_at": "2026-01-01T01:00:00+01:00", "name": "y"}
    run = (await stage.client.patch(f"{RUNS}/{run['id']}", ended)).body
    assert (run["completed_at"], run["name"]) == ("2026-01-01T00:00:00Z", "y")


async def test_a_conclusion_completes(stage: Stage) -> None:
    pull = await pull_request(stage)
    body = {"name": "Plan gate", "head_sha": pull.head_sha, "conclusion": "success"}
    run = (await stage.client.post(RUNS, body)).body
    assert (run["status"], run["completed_at"]) == ("completed", "2026-02-02T02:40:00Z")
    assert [each["number"] for each in run["pull_requests"]] == [1]


async def test_annotations_are_appended(stage: Stage) -> None:
    body = {"name": "x", "head_sha": stage.shop.head("main"), "status": "in_progress"}
    run = (await stage.client.post(RUNS, body | output(annotations=[annotation()] * 50))).body
    more = output(annotations=[annotation(message="the last")])
    path = f"{RUNS}/{run['id']}"
    updated = (await stage.client.patch(path, more | {"conclusion": "failure"})).body
    assert updated["output"]["annotations_count"] == 51
    last = (await stage.client.get(f"{path}/annotations?per_page=50&page=2")).body
    assert [each["message"] for each in last] == ["the last"]


async def test_a_completed_run_does_not_go_back(stage: Stage) -> None:
    body = {"name": "x", "head_sha": stage.shop.head("main"), "conclusion": "failure"}
    run = (await stage.client.post(RUNS, body)).body
    path = f"{RUNS}/{run['id']}"
    for status in ("queued", "in_progress"):
        assert (await stage.client.patch(path, {"status": status})).status == 422
    changed = await stage.client.patch(path, {"status": "completed", "conclusion": "success"})
    assert changed.body["conclusion"] == "success"


async def test_only_its_own_app_changes_a_run(stage: Stage) -> None:
    other = stage.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    stage.sandbox.install(other, "acme")
    run = await stage.shop.create_check_run(other, stage.shop.head("main"), "Plan gate", "failure")
    reply = await stage.client.patch(f"{RUNS}/{run.id}", {"conclusion": "success"})
    assert reply.status == 403
    assert run.conclusion == "failure"
    person = stage.speak(stage.sandbox.user_token("acme"))
    body = {"name": "x", "head_sha": stage.shop.head("main")}
    assert (await person.post(RUNS, body)).status == 403


async def test_lists_show_the_newest_of_a_name_unless_all_are_asked_for(stage: Stage) -> None:
    sha = stage.shop.head("main")
    other = stage.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    await stage.shop.create_check_run(stage.app, sha, "Plan gate", "failure")
    await stage.shop.create_check_run(stage.app, sha, "Plan gate", "success")
    await stage.shop.create_check_run(other, sha, "Plan gate", "neutral")
    await stage.shop.create_check_run(other, sha, "Lint")

    async def conclusions(query: str) -> list[str | None]:
        reply = await stage.client.get(f"/repos/acme/shop/commits/main/check-runs{query}")
        assert reply.body["total_count"] == len(reply.body["check_runs"])
        return [each["conclusion"] for each in reply.body["check_runs"]]

    assert await conclusions("") == [None, "neutral", "success"]
    assert await conclusions("?check_name=Lint") == [None]
    assert await conclusions(f"?app_id={stage.app.id}") == ["success"]
    assert await conclusions(f"?app_id={stage.app.id}&filter=all") == ["success", "failure"]
    assert await conclusions("?status=completed") == ["neutral", "success"]
    suites = (await stage.client.get(f"/repos/acme/shop/commits/{sha}/check-suites")).body
    ids = [each["id"] for each in suites["check_suites"] if each["app"]["id"] == stage.app.id]
    path = f"/repos/acme/shop/check-suites/{ids[0]}/check-runs?filter=all"
    assert (await stage.client.get(path)).body["total_count"] == 2
    assert (await stage.client.get("/repos/acme/shop/check-suites/1/check-runs")).status == 404
    assert (await stage.client.get("/repos/acme/shop/commits/none/check-runs")).status == 422
    assert (await stage.client.get(f"{RUNS}/1")).status == 404


async def test_a_fork_s_pull_request_is_not_named(stage: Stage) -> None:
    fork = stage.shop.fork("mallory")
    await fork.commit("evil", {"x": "y"}, author="mallory", from_="main")
    pull = await stage.shop.open_pull_request("mallory:evil", title="Hi", author="mallory")
    body = {"name": "Plan gate", "head_sha": pull.head_sha, "conclusion": "failure"}
    run = (await stage.client.post(RUNS, body)).body
    assert run["pull_requests"] == []
    assert run["check_suite"]["head_branch"] is None
    assert pull.check_runs("Plan gate")[0].id == run["id"]
