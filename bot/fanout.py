"""Events that name no pull request, to the pull requests that they may concern. It judges none."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from bot.config.schema import CONFIG_PATH, Config
from bot.gate.facts import InvalidConfig, PlanFile
from bot.gate.links import find_links
from bot.gate.scope import is_plan, named_by
from bot.github.access import Access
from bot.github.errors import Incomplete, NotFound
from bot.github.events import NO_COMMIT
from bot.github.gather import changed_paths
from bot.github.plans import MAX_TOUCHED_PLANS
from bot.github.policy import HOUSE, PolicyReader
from bot.github.publisher import group_of
from bot.github.reader import OpenPull
from bot.github.standing import forget_check
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

PAGE = 50  # subjects marked at a time
SPACING = 10.0  # seconds from one page to the next: what spreads wide must not crowd out the rest


class Found(NamedTuple):
    """Some of the subjects that an event may concern, and after how many seconds to look."""

    subjects: Sequence[Subject]
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class _Change:
    """The plans in which two commits differ, as they are in each; None where all may differ."""

    plans: tuple[PlanFile, ...] | None

    @property
    def policy(self) -> bool:
        """Whether the configuration may have changed."""
        return self.plans is None

    @property
    def names(self) -> frozenset[str] | None:
        """By what the index knows the plans."""
        if self.plans is None:
            return None
        both = [name for plan in self.plans for name in (plan.path, plan.id) if name]
        return frozenset(name.casefold() for name in both)

    def may_be(self, pull: OpenPull, id_pattern: str) -> bool:
        """Whether a pull request names one of the plans, or names none in its own words.

        Then only its files can tell which plan it is about, so it is looked at.
        """
        plans = self.plans or ()
        names = {name for plan in plans for name in (plan.path, plan.id) if name}
        links = find_links(
            pull=pull.pull, commits=(), id_pattern=id_pattern, known=names, plans_repository=None
        )
        named = (named_by(link, plans) for link in links.counted)
        return not links.counted or any(named)


class Fanout:
    """Finds what events of one repository may concern, page by page."""

    def __init__(self, access: Access, ledger: Ledger, app_id: str, repository: str) -> None:
        self._access = access
        self._ledger = ledger
        self._app_id = app_id
        self._repository = repository
        self._reader = access.reader(repository)

    async def find(self, subject: Spread) -> AsyncIterator[Found]:
        """The open pull requests and merge groups whose verdict *subject* may have changed."""
        self._access.objects.absent.pop(self._repository, None)
        match subject:
            case HeadSubject(_, sha):
                yield Found(await self._at_head(sha))
            case RepositorySubject(_, formerly):
                if formerly:
                    await self._ledger.rename_repository(formerly, self._repository)
                for found in _paged(_subjects(await self._reader.read_open_pulls())):
                    yield found
                if _is_house(self._repository) or _is_house(formerly):
                    for found in await self._housed():
                        yield found
                async for found in self._linking(_Change(None)):
                    yield found
            case PushSubject():
                async for found in self._pushed(subject):
                    yield found
            case _:
                assert_never(subject)

    async def _at_head(self, sha: str) -> list[Judgeable]:
        """What stands at a commit: pull requests, or the merge group whose check of ours it has.

        Where a new check was asked for, GitHub may take ours for none any more.
        """
        await forget_check(self._access.memory, self._repository, sha)
        if found := await self._reader.read_pulls_at(sha):
            return _subjects(found)
        runs = await self._reader.read_check_runs(sha, NAME, self._app_id)
        group = next(filter(None, map(group_of, runs)), None)
        return [group] if group else []

    # ── a push ───────────────────────────────────────────────────────────────
    async def _pushed(self, push: PushSubject) -> AsyncIterator[Found]:
        """Here those that the branch decides about, elsewhere those that link the plans here.

        The index knows as well who touches a plan, or links it by a commit's message alone.
        """
        default = (await self._reader.read_repository()).default_branch
        is_default = push.branch == default
        is_house = is_default and _is_house(self._repository)
        pulls = [
            pull
            for pull in await self._reader.read_open_pulls()
            if push.branch in {default, pull.pull.base_ref}
        ]
        decides = is_default or bool(pulls)
        linked = decides and bool(await self._ledger.linking(self._repository, None, limit=1))
        if not (pulls or linked or is_house):
            return
        policy = await PolicyReader(self._access, self._repository).read(default, push.branch)
        change = await self._read_change(push, policy.config)
        for found in _paged(_subjects(_concerned(pulls, policy.config, change))):
            yield found
        if is_house and change.policy:
            for found in await self._housed():
                yield found
        if linked:
            async for found in self._linking(change):
                yield found

    async def _read_change(self, push: PushSubject, config: Config | InvalidConfig) -> _Change:
        if isinstance(config, InvalidConfig) or push.before == NO_COMMIT:
            return _Change(None)
        try:
            old, new = [
                await self._reader.read_tree(await self._reader.read_commit_tree(commit))
                for commit in (push.before, push.after)
            ]
            changed = changed_paths(old, new)
            if CONFIG_PATH in changed:
                return _Change(None)
            plans = self._access.plans(self._reader, config)
            paths = [path for path in changed if is_plan(path, config)]
            if len(paths) > MAX_TOUCHED_PLANS:
                return _Change(None)
            sides = [await plans.read_at(side, paths) for side in (old, new)]
        except (NotFound, Incomplete):  # a forced push may leave no trace of what was before
            return _Change(None)
        return _Change(tuple(plan for side in sides for plan in side.values()))

    async def _housed(self) -> list[Found]:
        """All repositories that have the policy in common which stands here."""
        names = await self._access.read_repositories()
        here = self._repository.casefold()
        return _paged([RepositorySubject(name) for name in names if name.casefold() != here])

    async def _linking(self, change: _Change) -> AsyncIterator[Found]:
        """Those of any repository that were seen to link one of the plans."""
        if change.plans == ():
            return
        after: str | None = None
        for turn in itertools.count():
            page = await self._ledger.linking(self._repository, change.names, after, PAGE)
            subjects = [found for one in page if (found := parse_subject(one.subject))]
            yield Found(subjects, turn * SPACING)
            if len(page) < PAGE:
                return
            after = page[-1].subject


def _concerned(
    pulls: Sequence[OpenPull], config: Config | InvalidConfig, change: _Change
) -> Sequence[OpenPull]:
    """Those that may link a plan which the push changed; all of them where all may differ."""
    if change.plans is None or isinstance(config, InvalidConfig):
        return pulls
    pattern = config.plans.id_pattern
    return [pull for pull in pulls if change.plans and change.may_be(pull, pattern)]


def _is_house(repository: str) -> bool:
    return repository.casefold().endswith(f"/{HOUSE}")


def _subjects(pulls: Sequence[OpenPull]) -> list[Judgeable]:
    return [PullSubject(pull.pull.repository, pull.pull.number) for pull in pulls]


def _paged(subjects: Sequence[Subject]) -> list[Found]:
    """The subjects in pages, spaced so that they do not crowd out what is live."""
    return [
        Found(subjects[start : start + PAGE], start / PAGE * SPACING)
        for start in range(0, len(subjects), PAGE)
    ]
