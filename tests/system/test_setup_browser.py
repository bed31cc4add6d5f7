"""Setting up in a real browser: its policy holds nothing up, its cookie comes back from afar."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.system.chromium import CHROMIUM, Tab, browsing
from tests.system.setting_up import SetUpProcess

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    async with browsing(tmp_path / "profile") as tab:
        yield tab


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox()
    await sandbox.start()
    sandbox.create_repository("acme/shop", {"README.md": "# Hello\n"})
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def process(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[SetUpProcess]:
    environment = {"GITHUB_API_URL": sandbox.api_url, "GITHUB_URL": sandbox.url, "PORT": "0"}
    process = SetUpProcess(environment, tmp_path)
    await process.start()
    yield process
    await process.stop()


async def test_from_the_printed_address_to_the_installed_app(
    sandbox: Sandbox, process: SetUpProcess, tab: Tab, tmp_path: Path
) -> None:
    # Another site than GitHub's, as in life: only so does the browser look at SameSite.
    opened = process.url.replace("127.0.0.1", "localhost")
    here = opened.partition("/setup")[0]
    for width, dark in ((1_100, False), (390, True)):
        await tab.resize(width, 900, dark=dark)
        await tab.go(f"{here}/setup")
        await tab.sees("This door is closed")
        assert await tab.overflow() == 0
    await tab.go(opened)
    await tab.sees("Set Plan Gate up")
    assert await tab.address() == f"{here}/setup"
    assert await tab.run("document.cookie") == ""
    assert await tab.run("getComputedStyle(document.body).margin") == "0px"  # it has its style
    await tab.fill("owner", "https://github.com/acme")
    await tab.press("Continue")
    await tab.sees("without the address")
    assert await tab.run("document.activeElement.name") == "owner"
    assert await tab.overflow() == 0
    await tab.fill("owner", "acme")
    await tab.fill("name", "Gate of Acme")
    await tab.press("Continue")
    await tab.sees("It may write")
    assert await tab.overflow() == 0
    await tab.press("Create it at GitHub")
    await tab.sees("Create GitHub App for acme")
    await tab.press("Create GitHub App for acme")
    await tab.sees("takes its webhooks from now on")
    assert await tab.address() == f"{here}/setup"
    assert await tab.overflow() == 0
    assert "APP_ID=" in (tmp_path / ".env").read_text()
    await tab.press("Install it")
    await tab.sees("On all repositories of acme")
    await tab.press("Install")
    await tab.sees("Back from GitHub")
    assert await tab.overflow() == 0
    assert [text for text in tab.complaints if "Failed to load" not in text] == []


async def test_no_script_runs_and_no_other_site_shows_it(process: SetUpProcess, tab: Tab) -> None:
    await tab.go(process.url)
    await tab.sees("Set Plan Gate up")
    await tab.run(
        "document.body.append(Object.assign(document.createElement('script'),"
        "{textContent: 'document.title = \"it ran\"'}))"
    )
    assert await tab.run("document.title") == "Set it up – Plan Gate"
    assert any("Content Security Policy" in text for text in tab.complaints)
