"""The pages on which a person makes an App of a manifest, and installs it."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.stage import Stage

MANIFEST = {
    "name": "Gate <b>",
    "url": "https://example.org",
    "redirect_url": "http://127.0.0.1:9/created",
    "setup_url": "http://127.0.0.1:9/setup",
    "hook_attributes": {"url": "http://127.0.0.1:9/webhook"},
    "default_permissions": {"checks": "write"},
    "default_events": ["push"],
}
BROWSER = {"Accept": "text/html"}


async def post(stage: Stage, path: str, **form: str) -> tuple[int, str]:
    """Send a form as a browser does; return the status, and the text or where it leads."""
    async with stage.session.post(
        stage.sandbox.url + path, data=form, headers=BROWSER, allow_redirects=False
    ) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def test_a_person_is_asked_first_and_may_change_the_name(stage: Stage) -> None:
    page = "/organizations/acme/settings/apps/new?state=s"
    status, text = await post(stage, page, manifest=json.dumps(MANIFEST))
    assert status == 200
    assert "Create GitHub App for acme" in text
    assert "value='Gate &lt;b&gt;'" in text
    assert stage.sandbox.deliveries == []
    form = {"manifest": json.dumps(MANIFEST), "confirmed": "yes"}
    for name, refusal in {
        "": "Name can&#x27;t be blank",
        "x" * 35: "Name is too long",
        "plan GATE": "Name is already taken",
    }.items():
        status, text = await post(stage, page, **form, name=name)
        assert (status, refusal in text) == (200, True)
    status, place = await post(stage, page, **form, name="Gate of Acme!")
    query = parse_qs(urlsplit(place).query)
    assert (status, query["state"]) == (302, ["s"])
    made = await stage.client.post(
        f"/app-manifests/{query['code'][0]}/conversions", Authorization=None
    )
    assert (made.body["slug"], made.body["owner"]["login"]) == ("gate-of-acme", "acme")


async def test_a_program_is_not_asked(stage: Stage) -> None:
    page = f"{stage.sandbox.url}/settings/apps/new"
    taken = {"manifest": json.dumps({**MANIFEST, "name": "Plan Gate"})}
    async with stage.session.post(page, data=taken, allow_redirects=False) as answer:
        assert answer.status == 422


@pytest.mark.parametrize("organization", ["nobody", "alice"])
async def test_an_organisation_that_is_none_owns_no_app(stage: Stage, organization: str) -> None:
    page = f"/organizations/{organization}/settings/apps/new"
    assert (await post(stage, page, manifest=json.dumps(MANIFEST)))[0] == 404


async def test_the_owner_installs_an_app_with_a_button(stage: Stage) -> None:
    form = {"manifest": json.dumps(MANIFEST), "confirmed": "yes", "name": "Gate"}
    await post(stage, "/organizations/acme/settings/apps/new", **form)
    page = f"{stage.sandbox.url}/apps/gate/installations/new"
    async with stage.session.get(page) as answer:
        assert "On all repositories of <strong>acme</strong>" in await answer.text()
    status, place = await post(stage, "/github-apps/gate/installations/new")
    assert status == 302
    assert place.startswith("http://127.0.0.1:9/setup?installation_id=")
    assert place.endswith("&setup_action=install")
    again = await post(stage, "/apps/gate/installations/new")  # there is one already
    assert again == (status, place)
    assert (await post(stage, "/apps/nothing/installations/new"))[0] == 404


async def test_an_app_without_a_set_up_page_leads_home(stage: Stage) -> None:
    _, place = await post(stage, f"/apps/{stage.app.slug}/installations/new")
    assert place.startswith(f"{stage.sandbox.url}/?installation_id=")
