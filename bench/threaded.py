"""`plan-gate serve` with a thread for what the child process does: what it is measured beside."""

import asyncio

from bot.app import running
from bot.cli.environment import log_as, read_environment
from bot.cli.process import listening, log, run_process, stopped
from bot.offload import Offload
from bot.offloaded import answer
from bot.settings import Settings, read_settings


class Threads(Offload):
    """Plans are read by this process, while its event loop waits for the interpreter's lock."""

    async def call(self, request: bytes) -> bytes:
        """Answer in a thread."""
        return await asyncio.to_thread(answer, request)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until told to stop."""
    async with (
        running(settings, offloading=Threads) as parts,
        listening(parts.web, settings.host, settings.port) as url,
    ):
        log.info("listening", url=url)
        await stopped(stop, parts.working)


if __name__ == "__main__":
    given = read_settings(read_environment())
    log_as(given)
    run_process(lambda stop: serve(given, stop), {})
