"""A process introduces itself to GitHub when it starts, and says in the log what is wrong.

`/readyz` believes a refusal only until GitHub has known the process once: a key that is not right
shows where it was put in, and nothing that happens later takes processes out of service that can
still keep deliveries. No answer is no refusal: GitHub being away is not our not being ready.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.doctor.model import Check, Level, Topic
from bot.doctor.pages import Pages
from bot.doctor.registration import Needs, judge_introduction
from bot.github.errors import GitHubError
from bot.github.installations import Installations
from bot.github.sender import Sleep

PAUSE = 60.0  # seconds to the next try, where GitHub refused or did not answer
_BAD = {Level.WARNING, Level.ERROR}
_IDENTITY = {Topic.KEY, Topic.CLOCK}

_log = structlog.get_logger()


class Introducing:
    """Goes on until GitHub has known us; then there is nothing more to do."""

    def __init__(
        self,
        installations: Installations,
        manifest: Mapping[str, Any],
        github_url: str,
        *,
        pause: Sleep = asyncio.sleep,  # the machine's time: no work waits for it
    ) -> None:
        self.refusal = ""  # why GitHub does not know us, as far as it has said so
        self._installations = installations
        self._needs = Needs.of(manifest)
        self._pages = Pages(github_url)
        self._pause = pause
        self._told: list[Check] = []

    async def run(self) -> None:
        """Introduce us, as often as it takes; log what is wrong whenever that is something new."""
        while not await self._is_known():
            await self._pause(PAUSE)

    async def _is_known(self) -> bool:
        try:
            said = await self._installations.introduce()
        except GitHubError as fault:
            _log.warning("github does not answer", reason=str(fault))
            return False
        app_id = self._installations.app_id
        checks = judge_introduction(said, app_id, self._needs, self._pages)
        self._tell([check for check in checks if check.level in _BAD])
        wrong = [one for one in checks if one.topic in _IDENTITY and one.level is Level.ERROR]
        known = said.app is not None and all(one.topic is not Topic.KEY for one in wrong)
        self.refusal = "" if known or not wrong else wrong[-1].message
        return known

    def _tell(self, found: Sequence[Check]) -> None:
        for check in found:
            if check not in self._told:
                _log.warning(
                    "set-up",
                    check=str(check.topic),
                    message=check.message,
                    advice=check.advice,
                    page=check.url,
                )
        self._told = list(found)
