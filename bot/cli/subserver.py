"""A real process of the server, beside whoever needs one."""

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
    """`plan-gate serve`, or what *arguments* say, with its own environment.

    Its log goes to the file *log* in *folder*.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        folder: Path,
        *arguments: str,
        log: str = "server.log",
    ) -> None:
        self.url = ""
        self._arguments = arguments or ("serve",)
        self._environment = {**os.environ, **environment}
        self._folder = folder
        self._log = folder / log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it, and return its address, if it has one, once it is up."""
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *self._arguments,
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
            if (url := self._address()) is not None:
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
            await self.kill()

    async def kill(self) -> None:
        """End it without a word of warning."""
        assert self._process is not None, "it was not started"
        self._process.kill()
        await self._process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _address(self) -> str | None:
        """What it said of itself when it was up: an address, or that it has none."""
        for line in self._log.read_text(errors="replace").splitlines():
            if '"listening"' in line or '"working"' in line:
                return str(json.loads(line)["url"] or "")
        return None
