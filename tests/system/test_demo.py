"""The demo, as a newcomer runs it."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import yaml

from bot.cli.demo import EVENTS, PERMISSIONS

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "bot", "demo"]


def test_the_demo_ends_by_itself_with_every_step_seen() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FEAT-12 is Draft: merging is blocked" in done.stdout
    assert "Every step was seen at GitHub's side." in done.stdout
    assert done.stderr == ""


async def test_with_serve_it_stays_up_and_shows_its_pages() -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--serve", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    text = ""
    while "Ctrl-C ends it" not in text:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, text
        text += line.decode()
    url = re.findall(r"http://\S+/pull/2", text)[0]
    page = (await asyncio.to_thread(urllib.request.urlopen, url)).read().decode()
    assert "FEAT-12 is Approved" in page
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0


def test_a_port_that_cannot_be_used_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for port in (str(taken.getsockname()[1]), "70000"):
            done = subprocess.run(
                [*COMMAND, "--port", port], capture_output=True, text=True, check=False
            )
            assert done.returncode == 2
            assert done.stderr.startswith("plan-gate: error: --port")
            assert done.stderr.count("\n") == 1


def test_the_demo_asks_for_what_the_manifest_asks_for() -> None:
    manifest = yaml.safe_load((ROOT / "app.yml").read_text())
    assert manifest["default_permissions"] == PERMISSIONS
    assert manifest["default_events"] == EVENTS
