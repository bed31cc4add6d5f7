"""Who may come in: JWTs, installation tokens, their scope and their permissions."""

import json
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.stage import NOON, Stage

NOW = int(NOON)


async def test_an_app_sees_itself_with_its_jwt(stage: Stage) -> None:
    reply = await stage.speak(stage.jwt()).get("/app")
    assert (reply.status, reply.body["slug"]) == (200, "plan-gate")
    assert reply.body["permissions"]["checks"] == "write"


async def test_every_answer_tells_the_time(stage: Stage) -> None:
    for credentials in (stage.jwt(), "wrong"):
        reply = await stage.speak(credentials).get("/app")
        assert parsedate_to_datetime(reply.headers["Date"]).timestamp() == NOW


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        pytest.param({"iat": NOW + 1}, "'Issued at' claim", id="issued in the future"),
        pytest.param({"iat": "now"}, "'Issued at' claim", id="issued at no time"),
        pytest.param({"exp": NOW}, "must be a numeric value", id="expired"),
        pytest.param({"exp": NOW + 601, "iat": NOW}, "too far in the future", id="too long"),
        pytest.param(
            {"exp": NOW + 541, "iat": NOW - 60}, "too far in the future", id="61 s too long"
        ),
    ],
)
async def test_a_jwt_with_bad_times_is_refused(
    stage: Stage, claims: dict[str, Any], said: str
) -> None:
    reply = await stage.speak(stage.jwt(**claims)).get("/app")
    assert reply.status == 401
    assert said in reply.body["message"]


async def test_a_jwt_of_an_unknown_app_is_refused(stage: Stage) -> None:
    assert (await stage.speak(stage.jwt(iss="1")).get("/app")).status == 404


async def test_a_jwt_signed_by_another_key_is_refused(stage: Stage) -> None:
    other = stage.sandbox.register_app("other", permissions={}, events=[])
    reply = await stage.speak(stage.jwt(other, iss=str(stage.app.id))).get("/app")
    assert (reply.status, reply.body["message"]) == (
        401,
        "A JSON web token could not be decoded",
    )


async def test_the_client_id_names_an_app_too(stage: Stage) -> None:
    assert (await stage.speak(stage.jwt(iss=stage.app.client_id)).get("/app")).status == 200


async def test_a_token_lives_for_an_hour(stage: Stage) -> None:
    stage.clock.now += 3599
    assert (await stage.client.get("/repos/acme/shop")).status == 200
    stage.clock.now += 1
    reply = await stage.client.get("/repos/acme/shop")
    assert (reply.status, reply.body["message"]) == (401, "Bad credentials")


async def test_a_token_dies_with_its_installation(stage: Stage) -> None:
    stage.sandbox.uninstall(stage.installation)
    assert (await stage.client.get("/repos/acme/shop")).status == 401


async def test_a_suspended_installation_is_shut(stage: Stage) -> None:
    stage.sandbox.suspend(stage.installation)
    assert (await stage.client.get("/repos/acme/shop")).status == 403
    path = f"/app/installations/{stage.installation.id}/access_tokens"
    assert (await stage.speak(stage.jwt()).post(path)).status == 403
    stage.sandbox.unsuspend(stage.installation)
    assert (await stage.client.get("/repos/acme/shop")).status == 200


@pytest.mark.parametrize("credentials", ["ghs_unknown", "a.b.c"])
async def test_unknown_credentials_are_refused(stage: Stage, credentials: str) -> None:
    assert (await stage.speak(credentials).get("/repos/acme/shop")).status == 401


async def test_no_credentials_are_refused(stage: Stage) -> None:
    reply = await stage.client.get("/repos/acme/shop", Authorization=None)
    assert (reply.status, reply.body["message"]) == (401, "Requires authentication")
    assert stage.contract.take("request") == ["header Authorization is missing"]


async def test_a_request_without_a_user_agent_is_refused(stage: Stage) -> None:
    assert (await stage.client.get("/repos/acme/shop", User_Agent=None)).status == 403
    assert stage.contract.take("request") == ["header User-Agent is missing"]


async def test_an_unknown_api_version_is_refused(stage: Stage) -> None:
    reply = await stage.client.get("/repos/acme/shop", X_GitHub_Api_Version="1999-01-01")
    assert reply.status == 400


async def test_a_jwt_opens_no_repository_and_a_token_no_app(stage: Stage) -> None:
    assert (await stage.speak(stage.jwt()).get("/repos/acme/shop")).status == 403
    assert (await stage.client.get("/app")).status == 401
    person = stage.speak(stage.sandbox.user_token("acme"))
    assert (await person.get("/app")).status == 401
    assert (await person.get("/installation/repositories")).status == 403


async def test_a_repository_out_of_reach_is_not_found(stage: Stage) -> None:
    stage.sandbox.create_repository("other/shop")
    assert (await stage.client.get("/repos/other/shop")).status == 404
    assert (await stage.client.get("/repos/acme/none")).status == 404


async def test_a_token_narrowed_to_a_repository_opens_no_other(stage: Stage) -> None:
    docs = stage.sandbox.create_repository("acme/docs")
    for narrowed in ({"repositories": ["docs"]}, {"repository_ids": [docs.id]}):
        client = await stage.token(**narrowed)
        assert (await client.get("/repos/acme/docs")).status == 200
        assert (await client.get("/repos/acme/shop")).status == 404
        listed = await client.get("/installation/repositories")
        assert [each["name"] for each in listed.body["repositories"]] == ["docs"]


async def test_a_token_is_not_narrowed_to_what_is_not_there(stage: Stage) -> None:
    path = f"/app/installations/{stage.installation.id}/access_tokens"
    client = stage.speak(stage.jwt())
    assert (await client.post(path, {"repositories": ["shop", "none"]})).status == 422
    assert (await client.post(path, {"permissions": {"administration": "write"}})).status == 422
    assert (await client.post(path, {"permissions": {"checks": "write"}})).status == 201


async def test_a_repository_taken_away_is_closed_to_old_tokens(stage: Stage) -> None:
    client = await stage.token(repositories=["shop"])
    stage.sandbox.select(stage.installation, [])
    assert (await client.get("/repos/acme/shop")).status == 404


async def test_a_missing_permission_is_said(stage: Stage) -> None:
    client = await stage.token(permissions={"checks": "read", "contents": "read"})
    sha = stage.shop.head("main")
    assert (await client.get(f"/repos/acme/shop/commits/{sha}/check-runs")).status == 200
    for reply in (
        await client.post("/repos/acme/shop/check-runs", {"name": "x", "head_sha": sha}),
        await client.get("/repos/acme/shop/pulls"),
    ):
        assert reply.status == 403
        assert reply.body["message"] == "Resource not accessible by integration"


async def test_an_installation_on_selected_repositories(stage: Stage) -> None:
    docs = stage.sandbox.create_repository("acme/docs")
    stage.sandbox.select(stage.installation, [docs])
    await stage.sandbox.settled()
    assert stage.inbox.names == ["installation_repositories.removed"], (
        "docs was within reach before"
    )
    assert (await stage.client.get("/repos/acme/shop")).status == 404
    app = stage.speak(stage.jwt())
    assert (await app.get("/repos/acme/docs/installation")).status == 200
    assert (await app.get("/repos/acme/shop/installation")).status == 404
    assert (await app.get("/orgs/acme/installation")).body["repository_selection"] == "selected"
    assert (await app.get("/app/installations")).body[0]["id"] == stage.installation.id
    path = f"/app/installations/{stage.installation.id}"
    assert (await app.get(path)).body["account"]["login"] == "acme"
    assert (await app.get("/app/installations/1")).status == 404
    assert (await app.get("/orgs/none/installation")).status == 404


async def test_a_user_acts_by_their_role(stage: Stage) -> None:
    stage.shop.grant("bob", "write")
    bob, owner = (stage.speak(stage.sandbox.user_token(who)) for who in ("bob", "acme"))
    ruleset = {"name": "Nothing", "enforcement": "disabled"}
    assert (await bob.get("/user")).body["login"] == "bob"
    assert (await bob.get("/repos/acme/shop/pulls")).status == 200
    assert (await bob.post("/repos/acme/shop/rulesets", ruleset)).status == 403
    assert (await owner.post("/repos/acme/shop/rulesets", ruleset)).status == 201
    assert (await stage.client.get("/user")).status == 403


async def test_a_person_sees_the_installations_on_their_repositories(stage: Stage) -> None:
    stage.sandbox.create_repository("acme/secret", private=True)
    stage.shop.grant("bob", "write")
    bob, carol = (stage.speak(stage.sandbox.user_token(who)) for who in ("bob", "carol"))
    assert (await bob.get("/user/installations")).body["total_count"] == 1
    assert (await carol.get("/user/installations")).body["total_count"] == 0
    path = f"/user/installations/{stage.installation.id}/repositories"
    assert [each["name"] for each in (await bob.get(path)).body["repositories"]] == ["shop"]
    assert (await bob.get("/user/installations/1/repositories")).status == 404
    assert (await bob.get("/repos/acme/secret")).status == 404


async def test_a_manifest_becomes_an_app(stage: Stage) -> None:
    manifest = {
        "name": "Plan Gate Two",
        "url": "https://example.org",
        "redirect_url": "http://127.0.0.1:9/setup?a=b",
        "hook_attributes": {"url": "http://127.0.0.1:9/webhook"},
        "default_permissions": {"checks": "write"},
        "default_events": ["push"],
    }
    page = f"{stage.sandbox.url}/organizations/acme/settings/apps/new?state=s"
    form = {"manifest": json.dumps(manifest)}
    async with stage.session.post(page, data=form, allow_redirects=False) as answer:
        assert answer.status == 302
        place = urlsplit(answer.headers["Location"])
    query = dict(parse_qsl(place.query))
    assert (place.path, query["a"], query["state"]) == ("/setup", "b", "s")
    path = f"/app-manifests/{query['code']}/conversions"
    app = (await stage.client.post(path, Authorization=None)).body
    assert (app["slug"], app["owner"]["login"], app["events"]) == (
        "plan-gate-two",
        "acme",
        ["push"],
    )
    assert app["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert (await stage.client.post(path, Authorization=None)).status == 404


async def test_a_manifest_s_code_is_good_for_an_hour(stage: Stage) -> None:
    manifest = {"name": "x", "url": "https://x.org", "redirect_url": "http://127.0.0.1:9/"}
    page = f"{stage.sandbox.url}/settings/apps/new"
    form = {"manifest": json.dumps(manifest)}
    async with stage.session.post(page, data=form, allow_redirects=False) as answer:
        code = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["code"]
    stage.clock.now += 3600
    path = f"/app-manifests/{code}/conversions"
    assert (await stage.client.post(path, Authorization=None)).status == 404
    async with stage.session.post(page, data={"manifest": "{}"}) as answer:
        assert answer.status == 422


async def test_an_archived_repository_is_read_only(stage: Stage) -> None:
    await stage.shop.archive()
    body = {"name": "x", "head_sha": stage.shop.head("main")}
    assert (await stage.client.post("/repos/acme/shop/check-runs", body)).status == 403
    assert (await stage.client.get("/repos/acme/shop")).body["archived"] is True
