"""Rulesets over REST: who may see and change them, and which repositories they hold for."""

from typing import Any

import pytest

from tests.sandbox.stage import Client, Stage

GATE = "Plan gate"


def body(app_id: int, **changed: Any) -> dict[str, Any]:
    parameters = {
        "required_status_checks": [{"context": GATE, "integration_id": app_id}],
        "strict_required_status_checks_policy": False,
    }
    usual = {
        "name": "Gate",
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [{"actor_id": 5, "actor_type": "Team", "bypass_mode": "always"}],
        "conditions": {
            "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
            "repository_name": {"include": ["shop*"], "exclude": []},
        },
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }
    return usual | changed


@pytest.fixture
def owner(stage: Stage) -> Client:
    """An owner of acme, by a classic token."""
    stage.sandbox.add_owner("acme", "olga")
    return stage.speak(stage.sandbox.user_token("olga"))


async def required(stage: Stage, repository: str) -> list[str]:
    """The types of rules that main has."""
    found = await stage.client.get(f"/repos/{repository}/rules/branches/main")
    return [rule["type"] for rule in found.body]


async def test_a_ruleset_of_an_organisation_is_made_changed_and_deleted(
    stage: Stage, owner: Client
) -> None:
    stage.sandbox.create_repository("acme/docs")
    made = (await owner.post("/orgs/acme/rulesets", body(stage.app.id))).body
    assert made["bypass_actors"] == body(1)["bypass_actors"]
    assert await required(stage, "acme/shop") == ["required_status_checks"]
    assert await required(stage, "acme/docs") == []

    path = f"/orgs/acme/rulesets/{made['id']}"
    stage.clock.now += 60
    changed = (await owner("PUT", path, {"bypass_actors": [], "enforcement": "disabled"})).body
    assert (changed["bypass_actors"], changed["rules"]) == ([], made["rules"])
    assert changed["updated_at"] > made["updated_at"]
    assert await required(stage, "acme/shop") == []

    assert (await owner("DELETE", path)).status == 204
    assert (await owner("DELETE", path)).status == 404
    assert (await owner.get("/orgs/acme/rulesets")).body == []


async def test_a_ruleset_of_a_repository_is_made_changed_and_deleted(
    stage: Stage, owner: Client
) -> None:
    ref = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    await owner.post("/orgs/acme/rulesets", body(stage.app.id, name="Of all"))
    wanted = body(stage.app.id, conditions=ref)
    made = (await owner.post("/repos/acme/shop/rulesets", wanted)).body
    path = f"/repos/acme/shop/rulesets/{made['id']}"
    assert (await owner.get(path)).body == made
    assert (await owner("PUT", path, {"name": "Own"})).body["name"] == "Own"

    def names(reply: Any) -> list[tuple[str, str]]:
        return [(each["name"], each["source_type"]) for each in reply.body]

    both = await owner.get("/repos/acme/shop/rulesets")
    assert names(both) == [("Own", "Repository"), ("Of all", "Organization")]
    own = await owner.get("/repos/acme/shop/rulesets?includes_parents=false")
    assert names(own) == [("Own", "Repository")]
    assert (await owner("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404


async def test_who_bypasses_is_shown_to_those_who_may_change_it(
    stage: Stage, owner: Client
) -> None:
    ref = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    wanted = body(stage.app.id, conditions=ref)
    made = (await owner.post("/repos/acme/shop/rulesets", wanted)).body
    path = f"/repos/acme/shop/rulesets/{made['id']}"
    reader = stage.speak(stage.sandbox.user_token("olga", {"administration": "read"}))
    stranger = stage.speak(stage.sandbox.user_token("zoe"))
    for client in (stage.client, reader, stranger):
        assert "bypass_actors" not in (await client.get(path)).body
    for client in (stage.client, reader, stranger):
        assert (await client("DELETE", path)).status == 403


async def test_rulesets_of_an_organisation_are_its_owners(stage: Stage, owner: Client) -> None:
    stranger = stage.speak(stage.sandbox.user_token("zoe"))
    weak = stage.speak(stage.sandbox.user_token("olga", {"organization_administration": "read"}))
    for path in ("/orgs/acme/rulesets", "/orgs/acme/installations"):
        assert (await stranger.get(path)).status == 404
    refused = await weak.get("/orgs/acme/rulesets")
    assert (refused.status, refused.body["message"]) == (
        403,
        "Resource not accessible by personal access token",
    )
    listed = (await weak.get("/orgs/acme/installations")).body["installations"]
    assert [(each["app_id"], each["app_slug"]) for each in listed] == [(stage.app.id, "plan-gate")]


async def test_not_every_plan_has_rulesets_of_an_organisation(stage: Stage, owner: Client) -> None:
    stage.sandbox.limits.organization_rulesets = False
    refused = await owner.get("/orgs/acme/rulesets")
    assert (refused.status, refused.body["message"]) == (
        403,
        "Upgrade to GitHub Team to enable this feature.",
    )


async def test_repositories_are_selected_in_one_way(stage: Stage, owner: Client) -> None:
    docs = stage.sandbox.create_repository("acme/docs")
    ref = {"ref_name": {"include": ["~ALL"], "exclude": []}}
    by_id: dict[str, Any] = {"repository_id": {"repository_ids": [docs.id]}}
    spec = {"name": "team", "property_values": ["a"]}
    by_property: dict[str, Any] = {"repository_property": {"include": [spec], "exclude": []}}
    by_name: dict[str, Any] = {"repository_name": {"include": ["~ALL"], "exclude": ["sh?p"]}}
    for selection in (by_id, by_property, by_name):
        made = await owner.post(
            "/orgs/acme/rulesets", body(stage.app.id, conditions=ref | selection)
        )
        assert await required(stage, "acme/shop") == []
        expected = [] if selection is by_property else ["required_status_checks"]
        assert await required(stage, "acme/docs") == expected
        await owner("DELETE", f"/orgs/acme/rulesets/{made.body['id']}")
    for selection in ({}, by_id | by_name):
        refused = await owner.post(
            "/orgs/acme/rulesets", body(stage.app.id, conditions=ref | selection)
        )
        assert refused.status == 422
    stage.contract.take("request")


async def test_a_name_is_given_once_and_tags_are_no_branches(stage: Stage, owner: Client) -> None:
    await owner.post("/orgs/acme/rulesets", body(stage.app.id, target="tag"))
    assert await required(stage, "acme/shop") == []
    assert (await owner.post("/orgs/acme/rulesets", body(stage.app.id))).status == 422
