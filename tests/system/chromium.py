"""A real browser, driven by its DevTools protocol: for what only a browser can show."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START = 60.0  # seconds
PATIENCE = 20.0


class Tab:
    """One tab: it goes to pages, fills fields, presses what people press, and keeps complaints."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.complaints: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}

    async def ask(self, method: str, **parameters: object) -> Any:
        """Send one command of the protocol."""
        number = next(self._numbers)
        self._answers[number] = answer = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(answer, PATIENCE)

    async def listen(self) -> None:
        """Take answers and events, for as long as the tab is there."""
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                answer = self._answers.pop(told["id"])
                if not answer.done():
                    answer.set_result(told.get("result", told.get("error")))
            elif told["method"] == "Log.entryAdded":
                entry = told["params"]["entry"]
                if entry["level"] == "error":
                    self.complaints.append(entry["text"])

    async def run(self, script: str) -> Any:
        """Evaluate *script* in the page, which the page's own policy does not hinder."""
        done = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return done.get("result", {}).get("value")

    async def go(self, url: str) -> None:
        """Open *url*."""
        await self.ask("Page.navigate", url=url)

    async def fill(self, name: str, value: str) -> None:
        """Type into a field, in the place of what is there."""
        field = f"document.querySelector('[name={name}]')"
        await self.run(f"{field}.value = ''; {field}.focus()")
        await self.ask("Input.insertText", text=value)

    async def press(self, words: str) -> None:
        """Click the button or the link that says *words*."""
        script = (
            "(() => { const found = [...document.querySelectorAll('button, a')]"
            f".filter(one => one.textContent.trim() === {json.dumps(words)});"
            "if (found.length) found[0].click(); return found.length })()"
        )
        assert await self.run(script) == 1, await self.text()

    async def text(self) -> str:
        """What the page says."""
        return str(await self.run("document.body ? document.body.innerText : ''"))

    async def sees(self, words: str) -> str:
        """Wait until the page says *words*; return all that it says."""
        seen = ""
        for _ in range(int(PATIENCE / 0.05)):
            seen = await self.text()
            ready = await self.run("document.readyState")
            if words in seen and ready == "complete":
                return seen
            await asyncio.sleep(0.05)
        raise AssertionError(f"{words!r} is not on the page: {seen}")

    async def address(self) -> str:
        """Where the tab is."""
        return str(await self.run("location.href"))

    async def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be a window of this size."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            await self.run(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    async def shoot(self) -> bytes:
        """Take a picture of the whole page, as PNG."""
        shot = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Tab]:
    """Start a browser with a new *profile*, and end it."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",  # a container gives it no namespaces of its own
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as session:
            url = await _debugger(session, profile / "DevToolsActivePort")
            async with session.ws_connect(url, max_msg_size=0) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                for domain in ("Page", "Runtime", "Log"):
                    await tab.ask(f"{domain}.enable")
                yield tab
                listening.cancel()
    finally:
        process.kill()
        await process.wait()


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


async def _debugger(session: aiohttp.ClientSession, file: Path) -> str:
    for _ in range(int(START / 0.1)):
        if lines := _lines(file):
            async with session.get(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        await asyncio.sleep(0.1)
    raise AssertionError("the browser does not start")
