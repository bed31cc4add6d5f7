"""Setting up, and what comes between: strangers, old codes, GitHub away, full disks."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import Sandbox
from tests.contracts.contract import Contract
from tests.system.setting_up import (
    FORM,
    SESSION,
    TOKEN,
    Browser,
    Desked,
    browser,
    setting_up,
)
from tests.system.world import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(clock)
    contract = Contract()
    sandbox.observers.append(contract)
    await sandbox.start()
    sandbox.create_repository("acme/shop", {"README.md": "# Hello\n"})
    yield sandbox
    await sandbox.stop()
    assert not contract.violations, "\n".join(map(str, contract.violations))


@pytest.fixture
async def at(sandbox: Sandbox) -> AsyncIterator[Desked]:
    async with setting_up(sandbox) as desked:
        yield desked


@pytest.fixture
async def anna() -> AsyncIterator[Browser]:
    """Who reads the terminal."""
    async with browser() as anna:
        yield anna


@pytest.fixture
async def mallory() -> AsyncIterator[Browser]:
    """Who does not."""
    async with browser() as mallory:
        yield mallory


async def test_the_whole_way(at: Desked, anna: Browser) -> None:
    form = await at.admitted(anna)
    assert form.url == f"{at.url}/setup"  # without the token
    assert form.form.fields == {"owner": "", "name": "Plan Gate", "address": at.url}
    review = await anna.submit(form, owner="acme", name="Gate of Acme")
    manifest = json.loads(review.form.fields["manifest"])
    assert manifest["redirect_url"] == f"{at.url}/setup/created"
    assert manifest["hook_attributes"]["url"] == f"{at.url}/webhook"
    assert review.form.action.startswith(f"{at.sandbox.url}/organizations/acme/settings/apps/new?")
    done = await anna.submit(await anna.submit(review), name="Gate of Acme 2", confirmed="yes")
    at.desk.settle()
    assert done.url == f"{at.url}/setup"  # without the code
    assert "kept in memory" in done.text
    [credentials] = at.keeper.kept
    assert credentials.slug == "gate-of-acme-2"
    assert credentials.install_url in done.text
    for secret in (credentials.webhook_secret, credentials.private_key[40:80]):
        assert secret not in done.text
        assert secret not in str(done.headers)


async def test_an_app_of_ones_own_account(at: Desked, anna: Browser) -> None:
    review = await anna.submit(await at.admitted(anna), name="Mine")
    assert review.form.action.startswith(f"{at.sandbox.url}/settings/apps/new?")
    assert "your own account" in review.text


async def test_the_cookie_is_for_this_browser_and_no_script(at: Desked, anna: Browser) -> None:
    page = await anna.open(f"{at.url}/setup?token={TOKEN}", follow=False)
    assert (page.status, page.headers["Location"]) == (303, "setup")
    assert page.headers["Set-Cookie"] == f"plan_gate_setup={SESSION}; HttpOnly; SameSite=Lax"
    assert page.headers["Referrer-Policy"] == "no-referrer"


async def test_behind_a_proxy_that_ends_tls(sandbox: Sandbox) -> None:
    public = "https://gate.example.com/plans"
    seen = {"Host": "gate.example.com", "Accept": "text/html"}
    async with setting_up(sandbox, public) as at, aiohttp.ClientSession() as session:
        async with session.get(
            f"{at.url}/setup?token={TOKEN}", headers=seen, allow_redirects=False
        ) as answer:
            assert "Secure" in answer.headers["Set-Cookie"]
        seen["Cookie"] = f"plan_gate_setup={SESSION}"
        async with session.get(f"{at.url}/setup", headers=seen) as answer:
            assert f'value="{public}"' in await answer.text()
        async with session.post(f"{at.url}/setup", headers=seen, data=FORM) as answer:
            assert "https://gate.example.com/plans/setup/created" in await answer.text()
        elsewhere = {**seen, "Host": "10.0.0.1:8080", "X-Forwarded-Proto": "HTTPS, http"}
        async with session.post(f"{at.url}/setup", headers=elsewhere, data=FORM) as answer:
            assert "https://10.0.0.1:8080/setup/created" in await answer.text()
        strange = {**seen, "Host": 'x"y'}
        async with session.post(f"{at.url}/setup", headers=strange, data=FORM) as answer:
            assert "https://gate.example.com/plans/setup/created" in await answer.text()


async def test_a_strange_host_is_refused(at: Desked, anna: Browser) -> None:
    strange = {"Host": "x<y", "Cookie": f"plan_gate_setup={SESSION}"}
    async with aiohttp.ClientSession() as session:
        for query in (f"?token={TOKEN}", ""):
            async with session.get(f"{at.url}/setup{query}", headers=strange) as answer:
                assert answer.status == 400
            assert (await at.admitted(anna)).status == 200  # the token was not used up


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%ff", "?token=t&token="])
async def test_without_the_token_the_door_is_closed(
    at: Desked, mallory: Browser, query: str
) -> None:
    page = await mallory.open(f"{at.url}/setup{query}")
    assert page.status == 403
    assert "is printed where <code>plan-gate serve</code> runs" in page.text
    assert "Set-Cookie" not in page.headers
    for path in ("/setup", "/setup/keep"):
        assert (await mallory.post(at.url + path, **FORM)).status == 403
    assert (await mallory.open(f"{at.url}/setup/created?code=c&state=s")).status == 403


async def test_the_token_lets_in_one_browser(at: Desked, anna: Browser, mallory: Browser) -> None:
    async with (  # who only looks takes nothing away
        aiohttp.ClientSession() as session,
        session.head(f"{at.url}/setup?token={TOKEN}") as answer,
    ):
        assert answer.status == 405
    await at.admitted(anna)
    late = await at.admitted(mallory)
    assert late.status == 403
    assert "lets in no other" in late.text
    again = await at.admitted(anna)  # a tab more
    assert (again.status, again.url) == (200, f"{at.url}/setup")


async def test_a_cookie_guessed_before_the_token_came_opens_nothing(at: Desked) -> None:
    async with (
        aiohttp.ClientSession(cookies={"plan_gate_setup": ""}) as session,
        session.get(f"{at.url}/setup") as answer,
    ):
        assert answer.status == 403


@pytest.mark.parametrize("owner", ['"><script>alert(1)</script>', "../../evil", "acme?x=y", "☃"])
async def test_a_hostile_owner_is_shown_and_goes_nowhere(
    at: Desked, anna: Browser, owner: str
) -> None:
    page = await anna.submit(await at.admitted(anna), owner=owner)
    assert page.status == 422
    assert 'aria-invalid="true" autofocus' in page.text
    assert page.form.fields["owner"] == owner  # as it was typed, to be mended
    assert "<script" not in page.text
    assert page.form.action == "setup"


async def test_what_was_filled_in_is_there_when_something_is_to_be_changed(
    at: Desked, anna: Browser
) -> None:
    await anna.submit(await at.admitted(anna), **FORM)
    assert (await anna.open(f"{at.url}/setup")).form.fields == FORM


@pytest.mark.parametrize("body", [b"\xff", b"&".join([b"a=b"] * 21)])
async def test_an_unreadable_form_is_refused(at: Desked, anna: Browser, body: bytes) -> None:
    await at.admitted(anna)
    cookie = {"plan_gate_setup": SESSION}
    async with (
        aiohttp.ClientSession(cookies=cookie) as session,
        session.post(f"{at.url}/setup", data=body) as answer,
    ):
        assert answer.status == 400


async def test_an_answer_of_github_s_without_our_state_is_not_taken(
    at: Desked, anna: Browser
) -> None:
    back = await at.sent_back(anna)
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in (f"code={code}", f"code={code}&state=wrong", f"state={state_of(back)}", ""):
        page = await anna.open(f"{at.url}/setup/created?{query}")
        assert page.status == 403
        assert "not your App’s answer" in page.text
    assert conversions(at) == []  # nothing was asked for
    await taken(at, anna, back)  # and nothing is lost


async def test_a_code_counts_once(at: Desked, anna: Browser) -> None:
    back = await at.sent_back(anna)
    await taken(at, anna, back)
    at.desk.settle()
    again = await anna.open(back)
    assert (again.status, again.url) == (200, f"{at.url}/setup")
    assert conversions(at) == [201]
    assert len(at.keeper.kept) == 1


async def test_a_code_that_comes_twice_at_once_counts_once(at: Desked, anna: Browser) -> None:
    back = await at.sent_back(anna)
    at.sandbox.faults.slow("/app-manifests", seconds=0.2)
    pages = await asyncio.gather(*(anna.open(back, follow=False) for _ in range(3)))
    assert [page.status for page in pages] == [303, 303, 303]
    assert conversions(at) == [201]
    assert len(at.keeper.kept) == 1


async def test_a_code_that_is_too_old_says_how_to_go_on(
    at: Desked, anna: Browser, clock: Clock
) -> None:
    back = await at.sent_back(anna)
    clock.now += 3_600
    page = await anna.open(back)
    assert page.status == 410
    assert "within an hour" in page.text
    assert "Begin again" in page.text
    assert "generate a private key" in page.text
    assert (await anna.open(back)).status == 403  # its state is used up
    await taken(at, anna, await at.sent_back(anna, name="Another Gate"))


async def test_while_github_is_away_nothing_is_lost(at: Desked, anna: Browser) -> None:
    back = await at.sent_back(anna)
    at.sandbox.faults.disconnect(path="/app-manifests")
    page = await anna.open(back)
    assert page.status == 503
    assert "Reload this page" in page.text
    at.sandbox.faults.rate_limit(path="/app-manifests")
    assert (await anna.open(back)).status == 503
    await taken(at, anna, back)


async def test_credentials_that_got_lost_on_the_way_are_told_of(at: Desked, anna: Browser) -> None:
    back = await at.sent_back(anna)
    at.sandbox.faults.disconnect(path="/app-manifests", applied=True)
    assert (await anna.open(back)).status == 503
    page = await anna.open(back)
    assert page.status == 410
    assert "The App exists at GitHub" in page.text


async def test_what_cannot_be_kept_waits_until_it_can(
    at: Desked, anna: Browser, mallory: Browser
) -> None:
    at.keeper.full = True
    page = await anna.open(await at.sent_back(anna))
    assert page.status == 500
    assert "No space left on device" in page.text
    assert "Do not stop the server" in page.text
    assert (await anna.submit(page, how="again")).status == 500
    assert (await mallory.post(f"{at.url}/setup/keep", how="print")).status == 403
    elsewhere = await anna.post(f"{at.url}/setup", **FORM)  # no second App
    assert elsewhere.status == 500
    assert (await anna.open(f"{at.url}/setup/created?code=x&state=y")).status == 500
    assert not at.desk.kept.done()
    at.keeper.full = False
    at.desk.settle()
    assert (await anna.submit(page, how="again")).status == 200
    assert (at.desk.kept.done(), len(at.keeper.kept), at.printer.kept) == (True, 1, [])
    await anna.submit(page, how="print")  # it is too late for that
    assert at.printer.kept == []


async def test_what_cannot_be_kept_is_printed_if_that_is_wanted(at: Desked, anna: Browser) -> None:
    at.keeper.full = True
    page = await anna.open(await at.sent_back(anna))
    at.desk.settle()
    assert (await anna.submit(page, how="print")).status == 200
    assert (at.keeper.kept, len(at.printer.kept)) == ([], 1)


async def test_afterwards_anybody_is_told_and_nobody_may_begin_again(
    at: Desked, anna: Browser, mallory: Browser
) -> None:
    back = await at.sent_back(anna)
    await taken(at, anna, back)
    assert at.desk.settle()
    assert not at.desk.settle("too late to be told")
    page = await mallory.open(f"{at.url}/setup")
    assert page.status == 200
    assert "Plan Gate is set up" in page.text
    assert at.keeper.kept[0].install_url in page.text
    assert "in memory" not in page.text  # where the credentials are
    assert (await mallory.post(f"{at.url}/setup", **FORM)).status == 403
    assert "Plan Gate is set up" in (await mallory.open(back)).text
    assert "Back from GitHub" in (await anna.open(f"{at.url}/setup?setup_action=install")).text
    assert (await anna.post(f"{at.url}/setup", **FORM)).url == f"{at.url}/setup"
    assert len(at.keeper.kept) == 1


async def test_a_server_that_does_not_start_is_told_of(at: Desked, anna: Browser) -> None:
    await taken(at, anna, await at.sent_back(anna))
    at.desk.settle("gate.db is <open> elsewhere")
    page = await anna.open(f"{at.url}/setup")
    assert "the server does not start: gate.db is &lt;open&gt; elsewhere" in page.text
    assert "takes its webhooks from now on" not in page.text


async def test_every_page_keeps_itself_to_itself(at: Desked, anna: Browser) -> None:
    pages = [await anna.open(f"{at.url}/setup"), await at.admitted(anna)]
    review = await anna.submit(pages[-1], **FORM)
    pages += [await anna.submit(pages[-1], owner="/"), await anna.open(f"{at.url}/setup/created")]
    for page in [review, *pages]:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        forms_to = re.findall(r"form-action ([^;]*)", policy)
        assert forms_to == ["'self'" + (f" {at.sandbox.url}" if page is review else "")]
        for name, value in {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }.items():
            assert page.headers[name] == value
        assert "<script" not in page.text
        assert " src=" not in page.text
        assert '<html lang="en">' in page.text


async def test_meanwhile_the_process_is_well_and_takes_no_webhooks(at: Desked) -> None:
    async with aiohttp.ClientSession(at.url) as session:
        for path, status, words in [
            ("/healthz", 200, "ok"),
            ("/readyz", 503, "set-up: open the address"),
            ("/", 200, "is being set up"),
            ("/metrics", 404, ""),
        ]:
            async with session.get(path) as answer:
                assert answer.status == status
                assert words in await answer.text()
        async with session.post("/webhook", data=b"{}") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


async def test_then_another_server_answers_all_but_the_set_up(at: Desked) -> None:
    async def other(_: web.BaseRequest) -> web.Response:
        return web.Response(text="another")

    at.front.open(web.Server(other))
    async with aiohttp.ClientSession(at.url) as session:
        async with session.get("/healthz") as answer:
            assert await answer.text() == "another"
        async with session.get("/setup") as answer:
            assert answer.status == 403


async def taken(at: Desked, who: Browser, back: str) -> None:
    page = await who.open(back, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "../setup")
    assert at.desk.kept.done()


def conversions(at: Desked) -> list[int]:
    return [one.status for one in at.sandbox.requests if one.path.startswith("/app-manifests/")]


def state_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["state"][0]
