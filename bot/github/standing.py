"""What of ours stands on GitHub, as we have written it: so that it need not be read to be known.

An entry is forgotten before each write and kept after it, so that no crash leaves one that says
what is not so. It is believed for a day: then GitHub is asked again, whatever may have happened to
what we wrote, or to our memory of it (a backup from before, say).
"""

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from bot.github import answers
from bot.github.memory import Memory, recall_as
from bot.report.check_run import CheckRun, digest_mark

BELIEVED_FOR: Final = 24 * 3_600.0
_CHECK: Final = "check"  # in the memory
_COMMENT: Final = "comment"


class StandingCheck(Struct, frozen=True):
    """The check run of ours that decides on a commit; it has no conclusion until it is complete."""

    external_id: str
    conclusion: str | None
    digest: str
    at: float = 0.0  # when it was written

    @classmethod
    def read(cls, run: answers.CheckRun) -> "StandingCheck":
        """What GitHub shows."""
        conclusion = run.conclusion if run.status == "completed" else None
        return cls(run.external_id or "", conclusion, digest_mark(run.output.summary or ""))

    def says(self, run: CheckRun) -> bool:
        """Whether it already says what *run* would."""
        return self.conclusion == run.conclusion and self.digest == digest_mark(run.summary)


class StandingComment(Struct, frozen=True):
    """A comment of ours; *id* is 0 where there is none."""

    id: int
    digest: str
    at: float = 0.0  # when it was written, or seen

    def says(self, body: str) -> bool:
        """Whether it already says *body*."""
        return self.digest == _digest(body)


S = TypeVar("S", StandingCheck, StandingComment)


class Standing:
    """Remembers what stands in one repository; None where GitHub must be asked."""

    def __init__(self, memory: Memory, repository: str, clock: Callable[[], float]) -> None:
        self._memory = memory
        self._repository = repository
        self._clock = clock

    async def check(self, sha: str) -> StandingCheck | None:
        """The check run on a commit."""
        return await self._recall(StandingCheck, _CHECK, _commit(self._repository, sha))

    async def keep_check(self, sha: str, run: CheckRun) -> None:
        """Remember that *run* was written."""
        digest = digest_mark(run.summary)
        written = StandingCheck(run.external_id, run.conclusion, digest, self._clock())
        key = _commit(self._repository, sha)
        await self._memory.keep(_CHECK, key, msgspec.json.encode(written))

    async def forget_check(self, sha: str) -> None:
        """Believe nothing of a commit's check run any more."""
        await forget_check(self._memory, self._repository, sha)

    async def comment(self, number: int, marker: str) -> StandingComment | None:
        """The comment with *marker* on a pull request or an issue."""
        return await self._recall(StandingComment, _COMMENT, self._place(number, marker))

    async def keep_comment(self, number: int, marker: str, id_: int, body: str) -> StandingComment:
        """Remember what was written, or seen to stand there."""
        standing = StandingComment(id_, _digest(body), self._clock())
        key = self._place(number, marker)
        await self._memory.keep(_COMMENT, key, msgspec.json.encode(standing))
        return standing

    async def forget_comment(self, number: int, marker: str) -> None:
        """Believe nothing of that comment any more."""
        await self._memory.forget(_COMMENT, self._place(number, marker))

    async def _recall(self, type_: type[S], kind: str, key: str) -> S | None:
        kept = await recall_as(type_, self._memory, kind, key)
        return kept if kept and 0 <= self._clock() - kept.at < BELIEVED_FOR else None

    def _place(self, number: int, marker: str) -> str:
        return f"{self._repository}#{number} {marker}"


async def forget_check(memory: Memory, repository: str, sha: str) -> None:
    """Believe nothing of a commit's check run any more: somebody has asked for a new one."""
    await memory.forget(_CHECK, _commit(repository, sha))


def _commit(repository: str, sha: str) -> str:
    return f"{repository} {sha}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode(errors="replace")).hexdigest()[:16]
