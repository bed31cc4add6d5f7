"""The straight line of one subject: gather, decide, render, publish; what was decided is kept."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from structlog.contextvars import bind_contextvars

from bot.errors import PlanGateError
from bot.gate.decide import decide
from bot.gate.facts import Facts
from bot.gate.record import decision_id, pack
from bot.gate.verdict import Conclusion, GroupUncovered, NotEvaluated, Unchecked, Verdict
from bot.github.errors import Incomplete
from bot.github.gather import Gatherer
from bot.github.groups import GroupReader
from bot.github.publisher import Publisher, WrittenLate, group_of
from bot.github.reader import OpenPull, Reader
from bot.github.sharing import Sharing
from bot.github.standing import StandingCheck
from bot.ledger.pulls import KnownPulls
from bot.report.check_run import CheckRun, render_check_run
from bot.report.comment import render_comment
from bot.report.judged import Judged
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
        branch = "" if pull.from_fork else pull.head_ref
        return Judged(pull.number, pull.title, self.verdict, decision_id(self.record), branch)


def _failed(run: StandingCheck | CheckRun | None) -> bool:
    return run is not None and run.conclusion == Conclusion.FAILURE


class Reconciler:
    """Brings the check run and the comment of one repository's subjects up to date."""

    def __init__(
        self,
        reader: Reader,
        gatherer: Gatherer,
        publisher: Publisher,
        sharing: Sharing,
        known: KnownPulls,
        site: Site,
        mark: Callable[[Subject], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._gatherer = gatherer
        self._publisher = publisher
        self._sharing = sharing
        self._known = known
        self._site = site
        self._mark = mark

    async def reconcile(self, subject: Judgeable) -> Outcome:
        """Evaluate *subject* and write what differs.

        Raises `Superseded` where it changed meanwhile, `Moved` where its repository has another
        name now, and what the reads and writes raise.
        """
        try:
            match subject:
                case PullSubject():
                    found = await self._find(subject)
                    outcome = await self._pull(found)
                    await self._known.judged(subject, found.look)
                    return outcome
                case GroupSubject():
                    return await self._group(subject, await self._find(subject))
                case _:
                    assert_never(subject)
        except WrittenLate:  # whoever has the claim now may have looked before that
            await self._mark(subject)
            raise

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
        async with self._sharing.lock(head_sha):
            await self._publisher.publish_check_run(head_sha, run, _at_once)

    async def _find(self, subject: Judgeable) -> OpenPull:
        head_sha = None
        if isinstance(subject, PullSubject):
            head_sha = await self._known.last_head(subject)
        found = await self._sharing.find(subject.number, head_sha)
        if found.pull.repository != subject.repository:
            raise Moved(replace(subject, repository=found.pull.repository))
        return found

    # ── a pull request ───────────────────────────────────────────────────────
    async def _pull(self, here: OpenPull) -> Outcome:
        """Judge all that share the head of *here*: of several verdicts the strictest counts."""
        head_sha, first = here.pull.head_sha, False
        if here.pull.is_open:
            first = await self._sharing.note(here.pull.number, head_sha)
        else:
            await self._note(await self._gatherer.gather_links(here))
        async with self._sharing.lock(head_sha):  # whoever writes later has also looked later
            sharing = await self._sharing.read(head_sha)
            if not sharing:
                return Outcome.CLOSED
            seen = [await self._see(pull, len(sharing)) for pull in sharing[:MAX_SHARING]]
            outcome = await self._publish(seen, sharing, first=first)
        if outcome is not Outcome.GROUPED:
            await self._comment(here, seen, sharing)
        return outcome

    async def _publish(
        self, seen: Sequence[Seen], sharing: Sequence[OpenPull], *, first: bool
    ) -> Outcome:
        """Write the check run, unless it stands there already. To be called under the lock."""
        head_sha = sharing[0].pull.head_sha
        run = self._render(seen)
        bind_contextvars(head=head_sha, verdict=str(run.conclusion))
        standing = await self._publisher.read_standing(head_sha, first=first)
        if group_of(standing) and (not _failed(run) or _failed(standing)):
            return Outcome.GROUPED  # no pull request frees a merge group; the strictest counts
        if standing is not None and standing.says(run):
            return Outcome.UNCHANGED
        for one in seen:
            await self._record(
                PullSubject(one.facts.pull.repository, one.facts.pull.number).key, one
            )
        await self._publisher.publish_check_run(head_sha, run, lambda: self._still(seen, sharing))
        return Outcome.PUBLISHED

    async def _see(self, pull: OpenPull, sharing: int) -> Seen:
        facts = await self._gatherer.gather(pull)
        await self._note(facts)  # first: of two that claim a task at once, one sees the other
        facts = await self._known.complete(facts)
        if await self._known.lacks_index(facts):
            await self._mark(IndexSubject(self._reader.repository))
        if sharing > MAX_SHARING:
            limit = f"more than {MAX_SHARING} pull requests share this head commit"
            facts = replace(facts, unread=limit)
        return Seen(pull, facts, decide(facts), pack(facts))

    async def _note(self, facts: Facts) -> None:
        """Keep what it links, and its head; those that it leaves at its last one are free of it."""
        pull = PullSubject(facts.pull.repository, facts.pull.number)
        last = await self._known.last_head(pull)
        if last is not None and last != facts.pull.head_sha:
            for left in await self._sharing.left_at(last):
                await self._mark(PullSubject(left.pull.repository, left.pull.number))
        await self._known.note(facts)

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
        number = here.pull.number
        judged = next((one.judged for one in seen if one.pull.pull.number == number), None)
        if judged is not None:  # it is none of them once it is closed
            await self._publisher.publish_comment(
                number,
                lambda standing: render_comment(judged, self._site, standing=standing),
                lambda: self._still(seen, sharing),
                silent=here.comments == 0,
            )

    async def _still(self, seen: Sequence[Seen], sharing: Sequence[OpenPull]) -> None:
        """Raise where anything that decided has moved."""
        if await self._sharing.read(sharing[0].pull.head_sha) != sharing:
            raise Superseded(f"#{sharing[0].pull.number} changed while it was evaluated")
        for one in seen:
            if await self._gatherer.has_moved(one.facts):
                raise Superseded(f"A branch moved while #{one.pull.pull.number} was evaluated")

    # ── a merge group ────────────────────────────────────────────────────────
    async def _group(self, subject: GroupSubject, last: OpenPull) -> Outcome:
        if not last.pull.is_open:
            await self._known.note_group(subject)
            return Outcome.CLOSED  # merged or taken out: its check decides nothing any more
        await self._sharing.note(subject.number, subject.head_sha)
        try:
            seen, strays = await self._see_group(subject)
        except Incomplete as limit:
            shadow = await self._gatherer.is_shadow(subject.number)
            seen, strays = [], [Verdict((Unchecked(str(limit)),), shadow=shadow)]
        judged = [one.judged for one in seen]
        judged += [Judged(subject.number, "The merge group", verdict) for verdict in strays]
        run = render_check_run(judged, self._site, subject.key)
        bind_contextvars(head=subject.head_sha, verdict=str(run.conclusion))
        async with self._sharing.lock(subject.head_sha):
            # By GitHub: what is asked for again, or by another queue, is one of its own.
            standing = await self._publisher.read_newest(subject.head_sha)
            if standing is not None and standing.says(run):
                return Outcome.UNCHANGED
            for one in seen:
                await self._record(f"{subject.key} #{one.facts.pull.number}", one)
            await self._publisher.publish_check_run(
                subject.head_sha, run, lambda: self._still_queued(subject, seen)
            )
        return Outcome.PUBLISHED

    async def _still_queued(self, subject: GroupSubject, seen: Sequence[Seen]) -> None:
        """Raise where the group is over, or plans elsewhere have moved on."""
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


async def _at_once() -> None:
    """A guard that keeps nothing from being written: nothing was read that might have moved."""
