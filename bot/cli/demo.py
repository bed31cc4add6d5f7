"""`plan-gate demo`: a GitHub in memory, the real server beside it, and a story between them."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli.story import Story, StoryFailed
from bot.cli.subserver import ServerProcess
from bot.errors import UsageError
from bot.sandbox import App, Sandbox

SECRET = "the demo's webhook secret"
# What app.yml asks for; a test holds the two together.
PERMISSIONS = {
    "checks": "write",
    "pull_requests": "write",
    "issues": "write",
    "contents": "read",
    "members": "read",
    "metadata": "read",
    "merge_queues": "read",
}
EVENTS = [
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--serve", action="store_true", help="stay up afterwards, to look at the pages"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="of the sandbox's pages (default: any free one)"
    )


def run(options: argparse.Namespace) -> int:
    """Tell the story; 0 only if every step was seen at the sandbox."""
    if not 0 <= options.port < 65536:
        raise UsageError(f"--port must be from 0 to 65535, not {options.port}")
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without “–”
    with TemporaryDirectory(prefix="plan-gate-demo-") as folder:
        return asyncio.run(_demo(Path(folder), options.port, serve=options.serve))


def environment_of(sandbox: Sandbox, app: App) -> dict[str, str]:
    """What a process must be told to act as *app*."""
    return {
        "APP_ID": str(app.id),
        "PRIVATE_KEY": app.private_key_pem,
        "WEBHOOK_SECRET": app.webhook_secret,
        "GITHUB_API_URL": sandbox.api_url,
        "GITHUB_URL": sandbox.url,
    }


async def _demo(folder: Path, port: int, *, serve: bool) -> int:
    sandbox = Sandbox()
    try:
        await sandbox.start(port=port)
    except OSError as fault:
        raise UsageError(f"--port {port} cannot be used: {fault.strerror or fault}") from None
    app = sandbox.register_app(
        "plan-gate", webhook_secret=SECRET, permissions=PERMISSIONS, events=EVENTS
    )
    environment = {
        **environment_of(sandbox, app),
        "DATABASE_URL": f"sqlite:///{folder / 'plan-gate.db'}",
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }
    server = ServerProcess(environment, folder)
    try:
        app.webhook_url = f"{await server.start()}/webhook"
        print(f"A GitHub in memory: {sandbox.url}\nThe real server:    {server.url}")
        try:
            await Story(sandbox, app).tell()
        except StoryFailed as fault:
            print(f"\nThe demo failed: {fault}\n\nThe server's last words:\n{server.last_words()}")
            return 1
        print("\nEvery step was seen at GitHub's side.")
        if serve:
            ended = _ended()
            print(f"Look around at {sandbox.url} – Ctrl-C ends it.", flush=True)
            await ended.wait()
        return 0
    finally:
        await server.stop()
        await sandbox.stop()


def _ended() -> asyncio.Event:
    """Set by Ctrl-C or a kind kill, even where a shell has started us with SIGINT ignored."""
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    return ended
