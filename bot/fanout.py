"""Events that name no pull request, to the pull requests that they may concern, page by page.

It judges none. A page is one run of the event's row: so a crash costs a page, what is live comes
in between, and a repository of any size fits into memory and into the rate limit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar, assert_never

from bot.github.access import Access
from bot.github.changes import Change, read_change
from bot.github.policy import HOUSE, PolicyReader, note_house
from bot.github.reader import OpenPull
from bot.github.standing import forget_check
from bot.ledger.branches import Branches
from bot.ledger.port import Ledger
from bot.report.check_run import NAME
from bot.subject import (
    HeadSubject,
    Judgeable,
    PullSubject,
    PushSubject,
    RepositorySubject,
    Spread,
    Subject,
    parse_subject,
)
from bot.work.ending import Done, Ending, Proceed

PAGE = 50  # subjects of one kind that are marked at a time
SPACING = 10.0  # seconds from one page to the next: what spreads wide must not crowd out the rest

S = TypeVar("S", bound=Subject)


class Page(NamedTuple):
    """Some of the subjects that an event may concern, and the place from which to go on.

    There are no more where *place* is empty.
    """

    subjects: Sequence[Subject]
    place: str = ""


Source = Callable[[str], Awaitable[Page]]
"""Finds the page of one kind that comes after a place; the first one after an empty one."""

Marker = Callable[[Mapping[Subject, bool]], Awaitable[None]]
"""Puts subjects into the queue, each either as backfill or as what somebody waits for."""

_NOBODY = Page(())


class Fanout:
    """Marks what events of one repository may concern."""

    def __init__(
        self, access: Access, ledger: Ledger, app_id: str, repository: str, mark: Marker
    ) -> None:
        self._access = access
        self._ledger = ledger
        self._branches = Branches(ledger)
        self._app_id = app_id
        self._repository = repository
        self._reader = access.reader(repository)
        self._mark = mark

    async def spread(self, subject: Spread, place: str, backfill: bool) -> Ending:
        """Mark the next page of what *subject* may concern, from *place* on."""
        if _is_house(self._repository):
            await note_house(self._access.memory, self._repository)
        page = await self._find(subject, place)
        # People wait for the first page, which is all of a small repository. Another repository is
        # many pull requests, of which nobody knows yet whether anybody waits for them.
        later = backfill or bool(place)
        await self._mark(
            {one: later or isinstance(one, RepositorySubject) for one in page.subjects}
        )
        words = f"{len(page.subjects)} marked"
        if page.place:
            return Proceed(words, page.place, SPACING)
        if isinstance(subject, PushSubject) and page is not _NOBODY:
            await self._branches.note(self._repository, subject.branch, subject.after)
        return Done(words)

    async def _find(self, subject: Spread, place: str) -> Page:
        """The open pull requests and merge groups whose verdict *subject* may have changed."""
        match subject:
            case HeadSubject():
                return Page(await self._at_head(subject))
            case RepositorySubject(_, formerly):
                if formerly and not place:
                    await self._ledger.rename_repository(formerly, self._repository)
                housed = _is_house(self._repository) or _is_house(formerly)
                pulls = await self._reader.read_open_pulls()
                return await self._in_turn(place, pulls, Change(None), housed=housed)
            case PushSubject():
                return await self._pushed(subject, place)
            case _:
                assert_never(subject)

    async def _at_head(self, head: HeadSubject) -> Sequence[Judgeable]:
        """What stands at a commit: pull requests, or what our check there is about.

        GitHub knows no pull requests of a merge group, nor open ones of what the default branch
        has. Where a new check was asked for, GitHub may take ours for none any more. Where none
        was, none of a group is there yet: that has an event of its own.
        """
        sha = head.sha
        if head.again:
            await forget_check(self._access.memory, self._repository, sha)
        found = await self._reader.read_pulls_at(sha)
        if found or not head.again:
            return _subjects(found)
        runs = await self._reader.read_check_runs(sha, NAME, self._app_id)
        about = [parse_subject(run.external_id or "") for run in runs]
        return [subject for subject in about if isinstance(subject, Judgeable)]

    async def _pushed(self, push: PushSubject, place: str) -> Page:
        """Here those that the branch decides about, elsewhere those that link the plans here.

        Most pushes change neither plans nor policy: then no pull request need be looked for.
        """
        default = push.default or (await self._reader.read_repository()).default_branch
        is_default = push.branch == default
        base = None if is_default else push.branch
        if base and not await self._reader.read_open_pulls(base):
            return _NOBODY
        policy = await PolicyReader(self._access, self._repository).read(default, push.branch)
        if policy.branch.name != push.branch:  # it is not trusted: another branch decides
            return Page(())
        handled = await self._branches.handled(self._repository, push.branch)
        change = await read_change(self._access, self._reader, push, handled, policy.config)
        if change.concerns_nobody:
            return Page(())
        pulls = change.concerned(await self._reader.read_open_pulls(base), policy.config)
        housed = is_default and change.policy and _is_house(self._repository)
        return await self._in_turn(place, pulls, change, housed=housed)

    # ── pages ────────────────────────────────────────────────────────────────
    async def _in_turn(
        self, place: str, pulls: Sequence[OpenPull], change: Change, *, housed: bool
    ) -> Page:
        """The next page: those here, those under the same roof, those that link the plans here.

        The index knows as well who touches a plan, or links it by a commit's message alone.
        """
        sources: dict[str, Source] = {"pulls": lambda after: _newest_first(pulls, after)}
        if housed:
            sources["housed"] = self._housed
        sources["linking"] = lambda after: self._linking(change, after)
        kind, _, after = place.partition(" ")
        kinds = list(sources)
        found: list[Subject] = []
        for each in kinds[kinds.index(kind) if kind in sources else 0 :]:
            page = await sources[each](after if each == kind else "")
            found += page.subjects
            if page.place:
                return Page(found, f"{each} {page.place}")
        return Page(found)

    async def _housed(self, after: str) -> Page:
        """All repositories that have the policy in common which stands here."""
        here = self._repository.casefold()
        names = sorted(await self._access.read_repositories())
        left = [name for name in names if name > after and name.casefold() != here]
        return _first([RepositorySubject(name) for name in left], lambda one: one.repository)

    async def _linking(self, change: Change, after: str) -> Page:
        """Those of any repository that were seen to link one of the plans."""
        page = await self._ledger.linking(self._repository, change.names, after or None, PAGE)
        subjects = [found for one in page if (found := parse_subject(one.subject))]
        return Page(subjects, page[-1].subject if len(page) == PAGE else "")


async def _newest_first(pulls: Sequence[OpenPull], after: str) -> Page:
    """Pull requests from one number down: what is opened meanwhile is evaluated by itself."""
    found = sorted(_subjects(pulls), key=lambda one: one.number, reverse=True)
    left = [one for one in found if not after or one.number < int(after)]
    return _first(left, lambda one: str(one.number))


def _first(left: Sequence[S], place: Callable[[S], str]) -> Page:
    page = left[:PAGE]
    return Page(page, place(page[-1]) if len(left) > PAGE else "")


def _is_house(repository: str) -> bool:
    return repository.casefold().endswith(f"/{HOUSE}")


def _subjects(pulls: Sequence[OpenPull]) -> list[PullSubject]:
    return [PullSubject(pull.pull.repository, pull.pull.number) for pull in pulls]
