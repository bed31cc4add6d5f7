"""The straight line of one subject: gather, decide, render, publish. Nothing is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from bot.errors import PlanGateError
from bot.gate.decide import decide
from bot.gate.facts import Branch
from bot.gate.verdict import GroupUncovered, NotEvaluated, Verdict
from bot.github.errors import Incomplete, NotFound
from bot.github.gather import Gatherer
from bot.github.groups import GroupReader
from bot.github.publisher import Guard, Publisher
from bot.github.reader import OpenPull, Reader
from bot.report.check_run import CheckRun, Judged, render_check_run
from bot.report.comment import render_comment
from bot.report.words import Site
from bot.subject import GroupSubject, PullSubject

MAX_SHARING = 20  # pull requests with one head commit


class Superseded(PlanGateError):
    """What was read has changed before it could be written: look again."""


class Outcome(StrEnum):
    """How a run ended, for the log."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Seen:
    """A pull request as it was read, what was gathered of it, and what follows."""

    pull: OpenPull
    branch: Branch
    verdict: Verdict

    @property
    def judged(self) -> Judged:
        """What is rendered of it."""
        return Judged(self.pull.pull.number, self.pull.pull.title, self.verdict)


class Reconciler:
    """Brings the check run and the comment of one repository's subjects up to date.

    *owned* raises where the run has lost its claim; it is asked before every write.
    """

    def __init__(
        self, reader: Reader, gatherer: Gatherer, publisher: Publisher, site: Site, owned: Guard
    ) -> None:
        self._reader = reader
        self._gatherer = gatherer
        self._publisher = publisher
        self._site = site
        self._owned = owned

    async def reconcile(self, subject: PullSubject | GroupSubject) -> Outcome:
        """Evaluate *subject* and write what differs.

        Raises `Superseded` where it changed meanwhile, and what the reads and writes raise.
        """
        match subject:
            case PullSubject():
                return await self._pull(subject)
            case GroupSubject():
                return await self._group(subject)
            case _:
                assert_never(subject)

    async def report_fault(
        self, subject: PullSubject | GroupSubject, fault: str, request_id: str
    ) -> None:
        """Say on the head commit that it could not be evaluated: no check is left pending."""
        verdict = Verdict((NotEvaluated(fault, request_id),))
        head_sha = (
            subject.head_sha
            if isinstance(subject, GroupSubject)
            else (await self._reader.read_pull(subject.number)).pull.head_sha
        )
        judged = [Judged(subject.number, "", verdict)]
        run = render_check_run(judged, self._site, subject.key)
        await self._publisher.publish_check_run(head_sha, run, self._owned)

    async def _pull(self, subject: PullSubject) -> Outcome:
        try:
            here = await self._reader.read_pull(subject.number)
        except NotFound:
            return Outcome.GONE
        seen = [await self._see(pull) for pull in await self._sharing(here)]
        if not seen:
            return Outcome.CLOSED
        run = self._render(seen)
        stands = await self._publisher.stands(here.pull.head_sha, run)
        if stands and len(seen) == 1:
            return Outcome.UNCHANGED
        await self._comment(here, seen)
        if stands:
            return Outcome.UNCHANGED
        await self._publisher.publish_check_run(here.pull.head_sha, run, lambda: self._still(seen))
        return Outcome.PUBLISHED

    async def _sharing(self, here: OpenPull) -> list[OpenPull]:
        """The open pull requests with the same head commit: they share one check run."""
        others = await self._reader.read_pulls_at(here.pull.head_sha)
        numbers = {other.pull.number for other in others} - {here.pull.number}
        pulls = [await self._reader.read_pull(number) for number in sorted(numbers)]
        same = [p for p in (here, *pulls) if p.pull.is_open]
        if len(same) > MAX_SHARING:
            raise Incomplete(f"more than {MAX_SHARING} pull requests share a head commit")
        return sorted(same, key=lambda pull: pull.pull.number)

    async def _see(self, pull: OpenPull) -> Seen:
        facts = await self._gatherer.gather(pull)
        return Seen(pull, facts.branch, decide(facts))

    def _render(self, seen: Sequence[Seen]) -> CheckRun:
        first = seen[0].pull.pull
        key = PullSubject(first.repository, first.number).key
        return render_check_run([one.judged for one in seen], self._site, key)

    async def _comment(self, here: OpenPull, seen: Sequence[Seen]) -> None:
        verdict = next((one.verdict for one in seen if one.pull == here), None)
        if verdict is not None:  # it is none of them once it is closed
            await self._publisher.publish_comment(
                here.pull.number,
                lambda standing: render_comment(verdict, self._site, standing=standing),
                lambda: self._still(seen),
            )

    async def _still(self, seen: Sequence[Seen]) -> None:
        """Raise where the claim is lost, or a pull request or its deciding branch has moved."""
        await self._owned()
        for one in seen:
            if await self._reader.read_pull(one.pull.pull.number) != one.pull:
                raise Superseded(f"#{one.pull.pull.number} changed while it was evaluated")
            if await self._reader.read_branch(one.branch.name) != one.branch:
                raise Superseded(f"{one.branch.name} moved while it was evaluated")

    async def _group(self, subject: GroupSubject) -> Outcome:
        groups = GroupReader(self._reader, subject)
        try:
            trees = await groups.read_trees()
        except NotFound:
            return Outcome.GONE
        facts = [await self._gatherer.gather(pull, trees) for pull in await groups.read_pulls()]
        verdicts = [decide(one) for one in facts]
        if stray := groups.uncovered(trees, facts):
            verdicts[-1] = replace(
                verdicts[-1], reasons=(GroupUncovered(stray), *verdicts[-1].reasons)
            )
        judged = [
            Judged(one.pull.number, one.pull.title, verdict)
            for one, verdict in zip(facts, verdicts, strict=True)
        ]
        run = render_check_run(judged, self._site, subject.key)
        if await self._publisher.stands(subject.head_sha, run):
            return Outcome.UNCHANGED
        await self._publisher.publish_check_run(subject.head_sha, run, self._owned)
        return Outcome.PUBLISHED
