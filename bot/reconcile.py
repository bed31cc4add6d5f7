"""The straight line of one subject: gather, decide, render, publish; what was decided is kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never
from weakref import WeakValueDictionary

from bot.errors import PlanGateError
from bot.gate.decide import decide
from bot.gate.facts import Facts
from bot.gate.record import decision_id, pack
from bot.gate.verdict import Conclusion, GroupUncovered, NotEvaluated, Unchecked, Verdict
from bot.github import answers
from bot.github.errors import Incomplete
from bot.github.gather import Gatherer
from bot.github.groups import GroupReader
from bot.github.publisher import Guard, Publisher, group_of, says
from bot.github.reader import OpenPull, Reader
from bot.ledger.pulls import KnownPulls
from bot.report.check_run import CheckRun, Judged, render_check_run
from bot.report.comment import render_comment
from bot.report.site import Site
from bot.report.titles import headline
from bot.subject import GroupSubject, IndexSubject, Judgeable, PullSubject, Subject

MAX_SHARING = 20  # pull requests with one head commit


class Superseded(PlanGateError):
    """What was read has changed before it could be written: look again."""


class Moved(PlanGateError):
    """The repository has another name now: the subject is looked at under that one."""

    def __init__(self, subject: Judgeable) -> None:
        super().__init__(f"it is in {subject.repository} now")
        self.subject = subject


class Outcome(StrEnum):
    """How a run ended, for the log."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    GROUPED = "left to its merge group"


@dataclass(frozen=True, slots=True)
class Seen:
    """A pull request as it was read, what is known of it, and the verdict."""

    pull: OpenPull
    facts: Facts
    verdict: Verdict
    record: bytes

    @property
    def judged(self) -> Judged:
        """What is rendered of it."""
        pull = self.facts.pull
        return Judged(pull.number, pull.title, self.verdict, decision_id(self.record))


class HeadLocks:
    """One run at a time for each head commit: pull requests that share one share its check run."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def of(self, repository: str, sha: str) -> asyncio.Lock:
        """The lock of a commit, for as long as somebody holds or awaits it."""
        return self._locks.setdefault((repository, sha), asyncio.Lock())


def _failed(run: answers.CheckRun | CheckRun | None) -> bool:
    return run is not None and run.conclusion == Conclusion.FAILURE


class Reconciler:
    """Brings the check run and the comment of one repository's subjects up to date.

    *owned* raises where the run has lost its claim; it is asked before every write.
    """

    def __init__(
        self,
        reader: Reader,
        gatherer: Gatherer,
        publisher: Publisher,
        known: KnownPulls,
        site: Site,
        locks: HeadLocks,
        owned: Guard,
        mark: Callable[[Subject], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._gatherer = gatherer
        self._publisher = publisher
        self._known = known
        self._site = site
        self._locks = locks
        self._owned = owned
        self._mark = mark

    async def reconcile(self, subject: Judgeable) -> Outcome:
        """Evaluate *subject* and write what differs.

        Raises `Superseded` where it changed meanwhile, `Moved` where its repository has another
        name now, and what the reads and writes raise.
        """
        here = await self._reader.read_pull(subject.number)
        if here.pull.repository != subject.repository:
            raise Moved(replace(subject, repository=here.pull.repository))
        match subject:
            case PullSubject():
                async with self._locks.of(subject.repository, here.pull.head_sha):
                    return await self._pull(here)
            case GroupSubject():
                return await self._group(subject, here)
            case _:
                assert_never(subject)

    async def report_fault(self, subject: Judgeable, fault: str, request_id: str) -> None:
        """Say on the head commit that it could not be evaluated: no check is left pending."""
        head_sha = (
            subject.head_sha
            if isinstance(subject, GroupSubject)
            else (await self._reader.read_pull(subject.number)).pull.head_sha
        )
        shadow = await self._gatherer.is_shadow(subject.number)
        verdict = Verdict((NotEvaluated(fault, request_id),), shadow=shadow)
        judged = [Judged(subject.number, "", verdict)]
        run = render_check_run(judged, self._site, subject.key)
        await self._publisher.publish_check_run(head_sha, run, self._owned)

    # ── a pull request ───────────────────────────────────────────────────────
    async def _pull(self, here: OpenPull) -> Outcome:
        sharing = await self._sharing(here)
        if not here.pull.is_open:
            await self._known.note(await self._gatherer.gather_links(here))
        if not sharing:
            return Outcome.CLOSED
        seen = [await self._see(pull, len(sharing)) for pull in sharing[:MAX_SHARING]]
        run = self._render(seen)
        standing = await self._publisher.read_newest(here.pull.head_sha)
        if group_of(standing) and (not _failed(run) or _failed(standing)):
            return Outcome.GROUPED  # no pull request frees a merge group; the strictest counts
        outcome = Outcome.UNCHANGED
        if not says(standing, run):
            for one in seen:
                key = PullSubject(one.facts.pull.repository, one.facts.pull.number).key
                await self._record(key, one)
            await self._publisher.publish_check_run(
                here.pull.head_sha, run, lambda: self._still(here, seen, sharing)
            )
            outcome = Outcome.PUBLISHED
        await self._comment(here, seen, sharing)
        return outcome

    async def _sharing(self, here: OpenPull) -> list[OpenPull]:
        """The open pull requests with the same head commit: the strictest verdict counts."""
        others = await self._reader.read_pulls_at(here.pull.head_sha)
        pulls = {pull.pull.number: pull for pull in (*others, here) if pull.pull.is_open}
        return [pulls[number] for number in sorted(pulls)]

    async def _see(self, pull: OpenPull, sharing: int) -> Seen:
        facts = await self._gatherer.gather(pull)
        await self._known.note(facts)  # first: of two that claim a task at once, one sees the other
        facts = await self._known.complete(facts)
        if await self._known.lacks_index(facts):
            await self._mark(IndexSubject(self._reader.repository))
        if sharing > MAX_SHARING:
            limit = f"more than {MAX_SHARING} pull requests share this head commit"
            facts = replace(facts, unread=limit)
        return Seen(pull, facts, decide(facts), pack(facts))

    def _render(self, seen: Sequence[Seen]) -> CheckRun:
        first = seen[0].facts.pull
        key = PullSubject(first.repository, first.number).key
        return render_check_run([one.judged for one in seen], self._site, key)

    async def _record(self, key: str, seen: Seen) -> None:
        """Keep the decision before it is published: what people see can always be explained."""
        verdict = seen.verdict
        await self._known.record(
            key, seen.facts, seen.record, verdict.conclusion, headline(verdict)
        )

    async def _comment(
        self, here: OpenPull, seen: Sequence[Seen], sharing: Sequence[OpenPull]
    ) -> None:
        verdict = next((one.verdict for one in seen if one.pull == here), None)
        if verdict is not None:  # it is none of them once it is closed
            await self._publisher.publish_comment(
                here.pull.number,
                lambda standing: render_comment(verdict, self._site, standing=standing),
                lambda: self._still(here, seen, sharing),
            )

    async def _still(
        self, here: OpenPull, seen: Sequence[Seen], sharing: Sequence[OpenPull]
    ) -> None:
        """Raise where the claim is lost, or anything that decided has moved."""
        await self._owned()
        if await self._sharing(await self._reader.read_pull(here.pull.number)) != sharing:
            raise Superseded(f"#{here.pull.number} changed while it was evaluated")
        for one in seen:
            if await self._gatherer.has_moved(one.facts):
                raise Superseded(f"A branch moved while #{here.pull.number} was evaluated")

    # ── a merge group ────────────────────────────────────────────────────────
    async def _group(self, subject: GroupSubject, last: OpenPull) -> Outcome:
        if not last.pull.is_open:
            await self._known.note_group(subject)
            return Outcome.CLOSED  # merged or taken out: its check decides nothing any more
        try:
            seen, strays = await self._see_group(subject)
        except Incomplete as limit:
            shadow = await self._gatherer.is_shadow(subject.number)
            seen, strays = [], [Verdict((Unchecked(str(limit)),), shadow=shadow)]
        judged = [one.judged for one in seen]
        judged += [Judged(subject.number, "The merge group", verdict) for verdict in strays]
        run = render_check_run(judged, self._site, subject.key)
        if says(await self._publisher.read_newest(subject.head_sha), run):
            return Outcome.UNCHANGED
        for one in seen:
            await self._record(f"{subject.key} #{one.facts.pull.number}", one)
        await self._publisher.publish_check_run(
            subject.head_sha, run, lambda: self._still_queued(subject, seen)
        )
        return Outcome.PUBLISHED

    async def _still_queued(self, subject: GroupSubject, seen: Sequence[Seen]) -> None:
        """Raise where the claim is lost, the group is over, or plans elsewhere have moved on."""
        await self._owned()
        if not (await self._reader.read_pull(subject.number)).pull.is_open:
            raise Superseded(f"the group of #{subject.number} ended while it was evaluated")
        for one in seen:
            if await self._gatherer.have_plans_moved(one.facts):
                raise Superseded(f"Plans moved while the group of #{subject.number} was evaluated")

    async def _see_group(self, subject: GroupSubject) -> tuple[list[Seen], list[Verdict]]:
        """Judge every pull request of the group by the plans in the group's own tree.

        Besides, what of the group belongs to none of them.
        """
        groups = GroupReader(self._reader, subject)
        trees = await groups.read_trees()
        seen = []
        for pull in await groups.read_pulls():
            facts = await self._known.complete(await self._gatherer.gather(pull, trees))
            seen.append(Seen(pull, facts, decide(facts), pack(facts)))
        if any(one.facts.home is not None for one in seen):
            await self._known.note_group(subject, [one.facts for one in seen])
        stray = groups.uncovered(trees, [one.facts for one in seen])
        shadow = all(one.verdict.shadow for one in seen)
        return seen, [Verdict((GroupUncovered(stray),), shadow=shadow)] if stray else []
