"""`/plan-status [ID|path]`: tells whoever may read it where plans stand. It changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from bot.commands.asked import Asked
from bot.commands.conversations import Conversations
from bot.gate.overview import PlanOverview, PullName, TaskOverview, task_states
from bot.github.memory import recall_as
from bot.github.overviews import Found, Overviews, Question
from bot.ledger.port import PullState, TaskClaim
from bot.plan.model import Status
from bot.report.replies import Refusal
from bot.report.site import Site
from bot.report.status_answer import (
    render_none,
    render_pointer,
    render_status,
    render_untold,
    status_marker,
)
from bot.subject import IndexSubject

MOST_TOLD = 50  # plans of one answer

_KIND = "status answer"  # in the memory


class _Answered(msgspec.Struct):
    """The comment that was answered last in a conversation, and the markers of its answers."""

    comment: int
    markers: list[str]


class TellingStatus:
    """Answers in the conversations of one repository; the answer before becomes a pointer.

    It can be repeated: the answer is found by its marker, and so is the one that gives way.
    """

    def __init__(self, here: Conversations, overviews: Overviews, site: Site) -> None:
        self._here = here
        self._overviews = overviews
        self._site = site

    async def carry_out(self, asked: Asked) -> Refusal | None:
        """Publish the answer, then let those before it point to it; nobody is refused one."""
        name = asked.command.argument
        marker = status_marker(asked.comment, name)
        day = datetime.fromtimestamp(self._here.clock(), UTC).date().isoformat()
        question = Question(asked.by, asked.number, asked.pull, name, day)
        found = await self._overviews.find(question)
        answer = await self._render(found, name)
        await self._here.publisher.say(asked.number, marker, _marked(marker, answer))
        await self._succeed(asked, marker)
        return None

    async def _render(self, found: Found, name: str) -> str:
        if found.problem:
            return render_untold(found.problem)
        told = [await self._with_tasks(one, found.home) for one in found.overviews]
        if found.every:
            told = [one for one in told if not _is_done(one)]
        if not told:
            return render_none(name, found.known)
        shown = replace(found, overviews=tuple(told[:MOST_TOLD]))
        traced = await self._overviews.trace(shown)
        home = found.home if found.home != self._site.repository else ""
        left = len(told) - len(traced.overviews)
        site = replace(self._site, home=home)
        return render_status(
            traced.overviews,
            site,
            every=found.every,
            left=left,
            indexing=await self._indexes(traced.overviews),
        )

    async def _indexes(self, told: Sequence[PlanOverview]) -> bool:
        """Whether tasks are told of while the pull requests here were never all read; then asks."""
        repository = self._site.repository
        if not any(one.tasks for one in told) or await self._here.ledger.indexed(repository):
            return False
        await self._here.mark(IndexSubject(repository))
        return True

    async def _with_tasks(self, overview: PlanOverview, home: str) -> PlanOverview:
        """How far the tasks are, as the gate has it: one from a fork holds no task."""
        plan = overview.plan
        if not plan.tasks or plan.id is None:
            claims: list[TaskClaim] = []
        else:
            claims = await self._here.ledger.claims(home, plan.id.casefold())
        merged = [one.task for one in claims if one.state is PullState.MERGED]
        in_review = [
            one.task for one in claims if one.state is PullState.OPEN and not one.from_fork
        ]
        states = task_states(plan.tasks, merged, in_review)
        tasks = (
            replace(one, state=states[one.task.number], pulls=_pulls(one, claims))
            for one in overview.tasks
        )
        return replace(overview, tasks=tuple(tasks))

    async def _succeed(self, asked: Asked, marker: str) -> None:
        """Remember this as the conversation's last answer; what was so before points here."""
        key = f"{self._site.repository}#{asked.number}"
        last = await recall_as(_Answered, self._here.ledger, _KIND, key)
        markers = [marker]
        if last is not None and last.comment == asked.comment:
            markers = list(dict.fromkeys([*last.markers, marker]))
        elif last is not None:
            for old in last.markers:
                pointer = _marked(old, render_pointer(asked.comment))
                await self._here.publisher.say(asked.number, old, pointer, anew=False)
        await self._here.ledger.keep(
            _KIND, key, msgspec.json.encode(_Answered(asked.comment, markers))
        )


def _marked(marker: str, text: str) -> str:
    return f"{marker}\n\n{text}"


def _pulls(one: TaskOverview, claims: list[TaskClaim]) -> tuple[PullName, ...]:
    """The pull requests that name a task and are merged or open, merged ones first."""
    naming = [
        claim
        for claim in claims
        if claim.task == one.task.number and claim.state is not PullState.CLOSED
    ]
    naming.sort(key=lambda claim: claim.state is not PullState.MERGED)
    return tuple(PullName(claim.repository, claim.number) for claim in naming)


def _is_done(one: PlanOverview) -> bool:
    """Whether nothing is left to do: it is Approved, and all its tasks are merged."""
    approved = one.plan.status is Status.APPROVED and not one.blockers
    return approved and bool(one.tasks) and one.merged == len(one.tasks)
