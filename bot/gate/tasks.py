"""Tasks of a plan against the pull requests that claim them. It judges one claim at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.gate.facts import Claim, PlanFile


@dataclass(frozen=True, slots=True)
class TaskState:
    """What a pull request that names a task meets there.

    *waits_for* are the tasks that this one depends on and that are not merged. *claimed_by* is the
    pull request that has the task already, or one from a fork that only names it.
    """

    exists: bool
    waits_for: tuple[int, ...] = ()
    claimed_by: Claim | None = None


def judge_task(
    plan: PlanFile,
    task: int,
    claims: Sequence[Claim],
    own: tuple[str, int],
    beside: Collection[int] = (),
) -> TaskState:
    """Tell what stands in the way of a pull request, (repository, number) *own*, taking a task.

    A merged pull request has the task for good; of the open ones the first does, and those after
    it are told. One from a fork is told of where nobody else has the task. *beside* are further
    tasks that the pull request itself names: it brings them, so it does not wait for them. What
    those depend on in turn is asked when they are judged.
    """
    rows = [row for row in plan.tasks if row.number == task]
    if not rows:
        return TaskState(exists=False)
    others = [each for each in claims_of(plan, claims) if _key(each) != _fold(own)]
    done = {each.task for each in others if each.merged} | {task, *beside}
    needed = {number for row in rows for number in row.depends_on}
    earlier = (
        each for each in others if each.task == task and (each.merged or _key(each) < _fold(own))
    )
    return TaskState(
        exists=True,
        waits_for=tuple(sorted(needed - done)),
        claimed_by=min(earlier, key=_rank, default=None),
    )


def progress(plan: PlanFile, claims: Iterable[Claim]) -> tuple[int, int]:
    """Return how many of the plan's tasks are merged, and how many it has."""
    tasks = {row.number for row in plan.tasks}
    merged = {each.task for each in claims_of(plan, claims) if each.merged}
    return len(tasks & merged), len(tasks)


def claims_of(plan: PlanFile, claims: Iterable[Claim]) -> list[Claim]:
    """The claims of the plan's tasks, by its ID or its path, in any case."""
    names = {name.casefold() for name in (plan.id, plan.path) if name}
    return [each for each in claims if each.plan.casefold() in names]


def _rank(claim: Claim) -> tuple[bool, bool, tuple[str, int]]:
    return not claim.merged, not claim.holds, _key(claim)


def _key(claim: Claim) -> tuple[str, int]:
    return _fold((claim.repository, claim.number))


def _fold(pull: tuple[str, int]) -> tuple[str, int]:
    repository, number = pull
    return repository.casefold(), number
