"""The real server as a process of its own, for the demo."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.errors import PlanGateError

START = 20.0  # seconds until it must listen
STOP = 10.0


class ServerProcess:
    """`plan-gate serve` with its own environment; its log goes to a file in *folder*."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.url = ""
        self._environment = {**os.environ, **environment}
        self._folder = folder
        self._log = folder / "server.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it, and return its address once it listens."""
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "serve",
                env=self._environment,
                cwd=self._folder,  # so that no .env of the working directory is read
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which then stops the server
            )
        for _ in range(int(START / 0.05)):
            if self._process.returncode is not None:
                break
            if url := self._listening():
                self.url = url
                return url
            await asyncio.sleep(0.05)
        raise PlanGateError(f"the server did not start: {self.last_words()}")

    async def stop(self) -> None:
        """End it, in peace if it goes by itself."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _listening(self) -> str | None:
        for line in self._log.read_text(errors="replace").splitlines():
            if '"listening"' in line:
                return str(json.loads(line)["url"])
        return None
