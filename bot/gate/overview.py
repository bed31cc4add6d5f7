"""Where a plan stands, for people who ask: its status, what it waits for, how far its tasks are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.gate.facts import Finding, PlanFile, PlanTask, Provenance
from bot.plan.questions import read_due


class TaskState(StrEnum):
    """How far a task is; in the order of its life, as far as it is known."""

    BLOCKED = "blocked"  # a task on which it depends is not merged
    READY = "ready"
    IN_REVIEW = "in review"
    MERGED = "merged"
    UNKNOWN = "unknown"  # GitHub was not asked: a local checkout knows no pull requests


@dataclass(frozen=True, slots=True)
class PullName:
    """A pull request by its place."""

    repository: str
    number: int


@dataclass(frozen=True, slots=True)
class TaskOverview:
    """A task with its state, and the pull requests that name it, merged ones first."""

    task: PlanTask
    service: str
    state: TaskState
    pulls: tuple[PullName, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionOverview:
    """An open question; *due* as written, *overdue* by the day of whoever asks."""

    question: str
    owner: str
    due: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class PlanOverview:
    """A plan on the branch that decides.

    *blockers* are what keeps it from being approved, or, once it is Approved, from counting.
    *provenance* is known only of an Approved plan, and only where GitHub could be asked.
    """

    plan: PlanFile
    branch: str
    blockers: tuple[Finding, ...] = ()
    questions: tuple[QuestionOverview, ...] = ()
    tasks: tuple[TaskOverview, ...] = ()
    provenance: Provenance | None = None

    @property
    def merged(self) -> int:
        """How many of its tasks are merged."""
        return self._count(TaskState.MERGED)

    @property
    def unknown(self) -> bool:
        """Whether nobody could ask how far its tasks are."""
        return self._count(TaskState.UNKNOWN) > 0

    def _count(self, state: TaskState) -> int:
        return sum(one.state is state for one in self.tasks)


def task_states(
    tasks: Sequence[PlanTask], merged: Iterable[int], in_review: Iterable[int]
) -> Mapping[int, TaskState]:
    """The state of each task, by its number; what it depends on may be named but not be there."""
    done, open_ = frozenset(merged), frozenset(in_review)
    states: dict[int, TaskState] = {}
    for task in tasks:
        if task.number in done:
            state = TaskState.MERGED
        elif task.number in open_:
            state = TaskState.IN_REVIEW
        elif done.issuperset(task.depends_on):
            state = TaskState.READY
        else:
            state = TaskState.BLOCKED
        states[task.number] = state
    return states


def is_overdue(due: str, today: date) -> bool:
    """Whether the day that *due* names has passed; words without a day are never overdue."""
    day = read_due(due)
    return day is not None and day < today
