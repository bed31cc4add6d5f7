"""What nobody told us of, found by comparing GitHub with what we know. It judges nothing.

An installation's repositories come page by page, spread over time, and none of them in vain:
where nothing has changed, GitHub answers that, and counts no request.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot import metrics
from bot.github import answers
from bot.github.access import Access
from bot.github.errors import GitHubUnavailable, Incomplete, NotFound, Refused, Unexpected
from bot.github.events import NO_COMMIT
from bot.github.policy import HOUSE
from bot.github.reader import OpenPull, Reader
from bot.ledger.branches import Branches
from bot.ledger.looks import Looks
from bot.ledger.port import Ledger
from bot.subject import (
    IndexSubject,
    Judgeable,
    PullSubject,
    PushSubject,
    RepositorySubject,
    Subject,
    parse_subject,
)
from bot.work.ending import Done, Ending, Proceed

PERIOD = 3_600.0  # seconds from one sweep to the next
AT_ONCE = 10  # repositories of one part
ENROLLED_AT_ONCE = 500  # new repositories put into the queue at once
SPACING = 10.0  # seconds from one part to the next; less where there are many

_log = structlog.get_logger()


def spacing(parts: float) -> float:
    """Seconds from one part to the next, so that all of them take half a period at most."""
    return min(SPACING, PERIOD / 2 / parts)


class Sweep:
    """Goes through the repositories of one installation; what looks stale is marked."""

    def __init__(
        self,
        access: Access,
        ledger: Ledger,
        installation: int,
        clock: Callable[[], float],
        mark: Callable[[Sequence[Subject]], Awaitable[None]],
    ) -> None:
        self._access = access
        self._ledger = ledger
        self._installation = installation
        self._clock = clock
        self._mark = mark
        self._looks = Looks(ledger)
        self._branches = Branches(ledger)

    async def sweep(self, progress: str) -> Ending:
        """Do the next part: who is new comes first, then pages, from that which *progress* names.

        One that cannot be read is left to the next sweep; in one that is archived nothing can be
        written. Raises `GitHubUnavailable` where none can be read, and what else the reads raise.
        """
        if not progress:
            return Proceed(f"{await self._enrol()} repositories are new", "1")
        number = int(progress)
        page = await self._access.read_some_repositories(number, AT_ONCE)
        faults: list[GitHubUnavailable] = []
        stale = 0
        living = [repository for repository in page.repositories if not repository.archived]
        for repository in living:
            try:
                found = await self._find(repository)
            except (GitHubUnavailable, NotFound, Refused, Unexpected, Incomplete) as fault:
                _log.warning("not swept", repository=repository.full_name, reason=str(fault))
                faults += [fault] if isinstance(fault, GitHubUnavailable) else []
                continue
            await self._mark(found)
            stale += len(found)
        if faults and len(faults) == len(living):
            raise faults[0]
        metrics.found_stale(stale)
        words = f"{stale} stale, page {number} of repositories"
        if number * AT_ONCE >= page.total_count:
            return Done(words)
        return Proceed(words, str(number + 1), spacing(page.total_count / AT_ONCE))

    async def _enrol(self) -> int:
        """Have all pull requests judged where the App is new; note where it is, and is no more."""
        reach = await self._access.read_reach()
        known = await self._ledger.enrolled(self._installation)
        new = [one.full_name for one in reach if one.full_name not in known and not one.archived]
        for start in range(0, len(new), ENROLLED_AT_ONCE):
            await self._mark(
                [RepositorySubject(name) for name in new[start : start + ENROLLED_AT_ONCE]]
            )
        here = [one.full_name for one in reach]
        # Last: after a crash before it, all that is new is found so again.
        await self._ledger.enrol(self._installation, here, self._clock())
        if new:
            _log.info("enrolled", installation=self._installation, repositories=len(new))
        return len(new)

    async def _find(self, repository: answers.Repository) -> list[Subject]:
        """What of a repository is to be looked at again."""
        name = repository.full_name
        reader = self._access.reader(name)
        pulls = {_subject(pull): pull for pull in await reader.read_open_pulls()}
        found: list[Subject] = []
        if await self._ledger.indexed(name) is None:
            found.append(IndexSubject(name))
        found += await self._looks.stale({pull: seen.look for pull, seen in pulls.items()})
        found += await self._closed(name, {pull.number for pull in pulls})
        if pulls or await self._decides_elsewhere(name):
            bases = {pull.pull.base_ref for pull in pulls.values()}
            for branch in sorted(bases | {repository.default_branch}):
                found += await self._pushed(reader, branch, repository.default_branch)
        return found

    async def _decides_elsewhere(self, repository: str) -> bool:
        """Whether pull requests of other repositories may depend on this one."""
        is_house = repository.casefold().endswith(f"/{HOUSE}")
        return is_house or bool(await self._ledger.linking(repository, None, limit=1))

    async def _closed(self, repository: str, open_numbers: set[int]) -> list[Subject]:
        """What was open when it was heard of last, and is not any more."""
        known = map(parse_subject, await self._ledger.open_subjects(repository))
        return [
            one for one in known if isinstance(one, Judgeable) and one.number not in open_numbers
        ]

    async def _pushed(self, reader: Reader, name: str, default: str) -> list[Subject]:
        """A push to a branch that decides, unless it stands where the last known push left it."""
        try:
            now = (await reader.read_branch(name)).sha
        except NotFound:  # an empty repository, or a branch that is gone
            return []
        handled = await self._branches.handled(reader.repository, name)
        if handled == now:
            return []
        return [PushSubject(reader.repository, name, handled or NO_COMMIT, now, default)]


def _subject(pull: OpenPull) -> PullSubject:
    return PullSubject(pull.pull.repository, pull.pull.number)
