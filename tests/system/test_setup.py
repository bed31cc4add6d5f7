"""From an empty folder to the first check run, in one process; and what a kill leaves behind."""

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.cli.subserver import ServerProcess
from bot.sandbox import Sandbox
from bot.sandbox.repository import Repository
from tests.contracts.contract import Contract
from tests.system.commands import plan_gate
from tests.system.setting_up import FORM, Browser, SetUpProcess, browser

Start = Callable[..., Awaitable[SetUpProcess]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    contract = Contract()
    sandbox.observers.append(contract)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()
    assert not contract.violations, "\n".join(map(str, contract.violations))


@pytest.fixture
def shop(sandbox: Sandbox) -> Repository:
    return sandbox.create_repository("acme/shop", {"README.md": "# Hello\n"})


@pytest.fixture
def environment(sandbox: Sandbox) -> Mapping[str, str]:
    return {
        "GITHUB_API_URL": sandbox.api_url,
        "GITHUB_URL": sandbox.url,
        "PORT": "0",
        "LOG_FORMAT": "json",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture
async def start(environment: Mapping[str, str], folder: Path) -> AsyncIterator[Start]:
    """Starts `plan-gate serve`; its own log lies beside the folder that it runs in."""
    async with AsyncExitStack() as started:

        async def start(*arguments: str) -> SetUpProcess:
            process = SetUpProcess(environment, folder, "serve", *arguments, log="../server.log")
            started.push_async_callback(process.stop)
            await process.start()
            return process

        yield start


@pytest.fixture
async def anna() -> AsyncIterator[Browser]:
    async with browser() as anna:
        yield anna


async def test_from_nothing_to_the_first_check_run(
    sandbox: Sandbox, shop: Repository, start: Start, folder: Path, anna: Browser
) -> None:
    (folder / ".env").write_text("KEEP_BODIES=yes")
    process = await start()
    assert "token=" in process.url
    here = process.url.partition("/setup")[0]
    assert await healthy(here) == (200, 503)
    form = await anna.open(process.url)
    review = await anna.submit(form, **{**FORM, "address": here})
    done = await anna.submit(await anna.submit(review), confirmed="yes")
    assert "takes its webhooks from now on" in done.text
    assert await healthy(here) == (200, 200)

    kept = (folder / ".env").read_text()
    assert kept.startswith("KEEP_BODIES=yes\n# The GitHub App gate-of-acme")
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    back = await anna.submit(await anna.open(install_link(done.text)))
    assert back.url.startswith(f"{here}/setup?installation_id=")
    assert "Back from GitHub" in back.text
    await judged(shop)

    said = process.said()
    [secret] = [line for line in kept.splitlines() if line.startswith("WEBHOOK_SECRET=")]
    assert secret.partition("=")[2] not in said
    assert "PRIVATE KEY" not in said
    await process.stop()


async def test_the_next_start_finds_its_app(
    environment: Mapping[str, str],
    sandbox: Sandbox,
    shop: Repository,
    start: Start,
    folder: Path,
    anna: Browser,
) -> None:
    first = await start()
    await created(anna, first)
    await first.stop()
    second = ServerProcess(environment, folder, log="../second.log")
    here = await second.start()
    try:
        page = await anna.open(f"{here}/setup")
        assert "Plan Gate is set up" in page.text
        assert "/github-apps/gate-of-acme/installations/new" in page.text
        sandbox.faults.disconnect(path="/app")  # nobody needs it twice
        assert "installations/new" in (await anna.open(f"{here}/setup")).text
        assert (await anna.open(f"{here}/setup/created?code=c&state=s")).status == 404
        assert (await anna.post(f"{here}/setup", **FORM)).status == 405
    finally:
        sandbox.faults.clear()
        await second.stop()


async def test_where_github_is_away_the_page_says_what_it_can(
    environment: Mapping[str, str], sandbox: Sandbox, start: Start, folder: Path, anna: Browser
) -> None:
    sandbox.create_repository("acme/shop")
    first = await start()
    await created(anna, first)
    await first.stop()
    second = ServerProcess(environment, folder, log="../second.log")
    here = await second.start()
    try:
        sandbox.faults.fail("GET", "/app$", 404, times=10)
        page = await anna.open(f"{here}/setup")
        assert (page.status, "Plan Gate is set up" in page.text) == (200, True)
        assert "installations/new" not in page.text
    finally:
        sandbox.faults.clear()
        await second.stop()


async def test_credentials_are_printed_where_that_is_asked_for(
    shop: Repository, start: Start, folder: Path, anna: Browser
) -> None:
    process = await start("--setup-print")
    done = await created(anna, process)
    assert "put them in your secret store" in done
    assert not (folder / ".env").exists()
    said = process.said()
    for name in ("APP_ID=", "PRIVATE_KEY=-----BEGIN RSA PRIVATE KEY-----\\n", "WEBHOOK_SECRET="):
        assert said.count(f"\n{name}") == 1


async def test_a_kill_before_anything_is_kept_leaves_an_app_that_nobody_has(
    sandbox: Sandbox, shop: Repository, start: Start, folder: Path, anna: Browser
) -> None:
    """GitHub gives the credentials once. Who has lost them begins again, or makes new ones."""
    first = await start()
    review = await anna.submit(await anna.open(first.url), **FORM)
    back = await anna.led(await anna.submit(review), confirmed="yes")
    sandbox.faults.disconnect(path="/app-manifests", applied=True)
    assert (await anna.open(back)).status == 503
    await first.kill()
    assert not (folder / ".env").exists()
    second = await start()
    assert second.url != first.url
    here = second.url.partition("/setup")[0]
    assert (await anna.open(f"{here}/setup")).status == 403  # another token, another cookie
    review = await anna.submit(await anna.open(second.url), **{**FORM, "name": "Gate 2"})
    await anna.submit(await anna.submit(review), confirmed="yes")
    assert "The GitHub App gate-2" in (folder / ".env").read_text()


async def test_a_server_without_a_worker_is_set_up_as_well(
    environment: Mapping[str, str], shop: Repository, folder: Path, anna: Browser, postgres: str
) -> None:
    variables = {**environment, "DATABASE_URL": postgres}
    process = SetUpProcess(variables, folder, "serve", "--no-worker", log="../web.log")
    await process.start()
    worker = ServerProcess(variables, folder, "worker", log="../worker.log")
    try:
        await created(anna, process)
        here = process.url.partition("/setup")[0]
        assert await healthy(here) == (200, 200)
        await worker.start()  # it finds the credentials where the other has put them
        await anna.submit(await anna.open(install_link((await anna.open(f"{here}/setup")).text)))
        await judged(shop)
    finally:
        await worker.stop()
        await process.stop()


async def test_it_stops_in_peace_before_it_is_set_up(start: Start, folder: Path) -> None:
    process = await start()
    await process.stop()
    assert process._process is not None
    assert process._process.returncode == 0
    assert not (folder / ".env").exists()


async def test_a_database_that_is_taken_meanwhile_is_told_of(
    environment: Mapping[str, str], shop: Repository, start: Start, folder: Path, anna: Browser
) -> None:
    process = await start()
    review = await anna.submit(await anna.open(process.url), **FORM)
    confirmation = await anna.submit(review)
    other = {"APP_ID": "1", "WEBHOOK_SECRET": "s", "PRIVATE_KEY": a_key()}
    thief = ServerProcess({**environment, **other}, folder, log="../thief.log")
    await thief.start()
    try:
        done = await anna.submit(confirmation, confirmed="yes")
        assert "But the server does not start" in done.text
        assert "The GitHub App gate-of-acme" in (folder / ".env").read_text()
        assert process._process is not None
        assert await asyncio.wait_for(process._process.wait(), 20) == 2
    finally:
        await thief.stop()


async def test_what_is_empty_in_the_environment_would_hide_what_is_kept(tmp_path: Path) -> None:
    done = await plan_gate(tmp_path, "serve", APP_ID="", PORT="0")
    assert done.status == 2
    assert done.err.startswith("plan-gate: error: APP_ID is set in the environment, but empty")
    assert done.err.count("\n") == 1


async def test_other_settings_are_checked_before(tmp_path: Path) -> None:
    for name, value in {"PORT": "x", "DATABASE_URL": "nonsense", "PUBLIC_URL": "x"}.items():
        done = await plan_gate(tmp_path, "serve", **{name: value})
        assert (done.status, done.err.count("\n")) == (2, 1)
        assert done.err.startswith(f"plan-gate: error: {name}")
    done = await plan_gate(tmp_path, "serve", DATABASE_URL="sqlite:////nowhere/gate.db")
    assert (done.status, done.out) == (2, "")
    done = await plan_gate(tmp_path, "serve", "--no-worker")
    assert done.status == 2
    assert "shares the database" in done.err


async def test_a_folder_where_nothing_can_be_kept_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "gone" / ".env")
    done = await plan_gate(tmp_path, "serve", PORT="0")
    assert done.status == 2
    assert done.err.startswith("plan-gate: error: .env cannot be written here")
    assert "--setup-print" in done.err
    assert done.err.count("\n") == 1


async def created(who: Browser, process: SetUpProcess) -> str:
    """Set the App up; return what the last page says."""
    here = process.url.partition("/setup")[0]
    review = await who.submit(await who.open(process.url), **{**FORM, "address": here})
    done = await who.submit(await who.submit(review), confirmed="yes")
    assert "Install the App" in done.text
    return done.text


async def healthy(url: str) -> tuple[int, int]:
    """The status of `/healthz` and of `/readyz`."""
    async with aiohttp.ClientSession(url) as session:
        found = []
        for path in ("/healthz", "/readyz"):
            async with session.get(path) as answer:
                found.append(answer.status)
    return found[0], found[1]


async def judged(shop: Repository) -> None:
    """A pull request gets its check run."""
    await shop.commit("patch-1", {"src/shop.py": "1\n"}, author="alice", from_="main")
    pull = await shop.open_pull_request("patch-1", "main", title="Change it", author="alice")
    for _ in range(1_000):
        runs = pull.check_runs("Plan gate")
        if runs and runs[0].status == "completed":
            assert (runs[0].conclusion, runs[0].title) == ("failure", "No plan linked")
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no check run came")


def install_link(text: str) -> str:
    return text.partition('class="button" href="')[2].partition('"')[0]


def a_key() -> str:
    from tests.private_key import make_private_key

    return make_private_key()
