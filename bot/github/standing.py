"""What of ours stands on GitHub, as we have written it: so that it need not be read to be known.

An entry gives way to a note that somebody writes, before each write, and is kept after it, so that
no crash leaves one that says what is not so. It is believed for a day: then GitHub is asked again,
whatever may have happened to what we wrote, or to our memory of it (a backup from before, say).

Where the note is still there, a run ended in the middle of its write, and its request may reach
GitHub after all that is written next. So for a minute nothing is believed of that place, and it is
to be looked at once more when the minute is over.
"""

import hashlib
from collections.abc import Callable
from typing import Final, TypeVar, cast

import msgspec
from msgspec import Struct

from bot.github import answers
from bot.github.memory import Memory, recall_as
from bot.report.check_run import CheckRun, digest_mark

BELIEVED_FOR: Final = 24 * 3_600.0
UNDER_WAY: Final = 60.0  # seconds after which a write has reached GitHub, or never will
_CHECK: Final = "check"  # in the memory
_COMMENT: Final = "comment"


class Writing(Struct, frozen=True, tag="writing"):
    """Somebody writes there; nobody has said yet that it was done."""

    at: float  # when it began


class StandingCheck(Struct, frozen=True, tag="check"):
    """The check run of ours that decides on a commit; it has no conclusion until it is complete."""

    external_id: str
    conclusion: str | None
    digest: str
    at: float  # when it was written, or seen

    @classmethod
    def read(cls, run: answers.CheckRun, at: float) -> "StandingCheck":
        """What GitHub shows."""
        conclusion = run.conclusion if run.status == "completed" else None
        return cls(run.external_id or "", conclusion, digest_mark(run.output.summary or ""), at)

    @classmethod
    def written(cls, run: CheckRun, at: float) -> "StandingCheck":
        """What we have just made of it."""
        return cls(run.external_id, run.conclusion, digest_mark(run.summary), at)

    def says(self, run: CheckRun) -> bool:
        """Whether it already says what *run* would."""
        return self.conclusion == run.conclusion and self.digest == digest_mark(run.summary)


class StandingComment(Struct, frozen=True, tag="comment"):
    """A comment of ours; *id* is 0 where there is none."""

    id: int
    digest: str
    at: float  # when it was written, or seen

    def says(self, body: str) -> bool:
        """Whether it already says *body*."""
        return self.digest == _digest(body)


S = TypeVar("S", StandingCheck, StandingComment)


class Standing:
    """Remembers what stands in one repository, for one run; None where GitHub must be asked."""

    def __init__(self, memory: Memory, repository: str, clock: Callable[[], float]) -> None:
        self._memory = memory
        self._repository = repository
        self._clock = clock
        self._doubts: dict[str, float] = {}  # by place: until when a write may still come to it

    def settles_in(self) -> float:
        """Seconds until no write of a run before this one can come to where this one has looked."""
        return max([until - self._clock() for until in self._doubts.values()] + [0.0])

    async def check(self, sha: str) -> StandingCheck | None:
        """The check run on a commit."""
        return await self._recall(StandingCheck, _CHECK, _commit(self._repository, sha))

    async def begin_check(self, sha: str) -> None:
        """Believe nothing of a commit's check run while it is written."""
        await self._begin(_CHECK, _commit(self._repository, sha))

    async def see_check(self, sha: str, run: answers.CheckRun) -> StandingCheck:
        """Remember what was seen to stand there."""
        standing = StandingCheck.read(run, self._clock())
        await self._keep(_CHECK, _commit(self._repository, sha), standing)
        return standing

    async def keep_check(self, sha: str, run: CheckRun) -> None:
        """Remember that *run* was written."""
        standing = StandingCheck.written(run, self._clock())
        await self._keep(_CHECK, _commit(self._repository, sha), standing)

    async def comment(self, number: int, marker: str) -> StandingComment | None:
        """The comment with *marker* on a pull request or an issue."""
        return await self._recall(StandingComment, _COMMENT, self._place(number, marker))

    async def begin_comment(self, number: int, marker: str) -> None:
        """Believe nothing of that comment while it is written."""
        await self._begin(_COMMENT, self._place(number, marker))

    async def see_comment(self, number: int, marker: str, id_: int, body: str) -> StandingComment:
        """Remember what was written, or seen to stand there."""
        standing = StandingComment(id_, _digest(body), self._clock())
        await self.keep_comment(number, marker, standing)
        return standing

    async def keep_comment(self, number: int, marker: str, standing: StandingComment) -> None:
        """Remember what stands there, known before or not."""
        await self._keep(_COMMENT, self._place(number, marker), standing)

    async def _recall(self, type_: type[S], kind: str, key: str) -> S | None:
        kept = await recall_as(cast(type[Writing | S], Writing | type_), self._memory, kind, key)
        if isinstance(kept, Writing):
            self._doubt(key, kept)
            return None
        return kept if kept and 0 <= self._clock() - kept.at < BELIEVED_FOR else None

    async def _begin(self, kind: str, key: str) -> None:
        if key not in self._doubts:
            before = await recall_as(Writing, self._memory, kind, key)
            if before is not None:
                self._doubt(key, before)
        await self._memory.keep(kind, key, msgspec.json.encode(Writing(self._clock())))

    async def _keep(self, kind: str, key: str, standing: StandingCheck | StandingComment) -> None:
        """Keep what stands; where another write may still come above it, that it may."""
        until = self._doubts.get(key, 0.0)
        kept = standing if until <= self._clock() else Writing(until - UNDER_WAY)
        await self._memory.keep(kind, key, msgspec.json.encode(kept))

    def _doubt(self, key: str, writing: Writing) -> None:
        now = self._clock()
        # A clock that was ahead cannot make it last longer.
        self._doubts[key] = min(writing.at, now) + UNDER_WAY

    def _place(self, number: int, marker: str) -> str:
        return f"{self._repository}#{number} {marker}"


async def forget_check(memory: Memory, repository: str, sha: str) -> None:
    """Believe nothing of a commit's check run any more: somebody has asked for a new one."""
    await memory.forget(_CHECK, _commit(repository, sha))


def _commit(repository: str, sha: str) -> str:
    return f"{repository} {sha}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode(errors="replace")).hexdigest()[:16]
