"""Plans as `/plan-status` tells of them: example values, one for each state."""

from dataclasses import replace

from bot.gate.facts import Actor, Finding, PlanFile, PlanTask, Provenance
from bot.gate.overview import PlanOverview, PullName, QuestionOverview, TaskOverview, TaskState
from bot.gate.verdict import PlanApproved
from bot.plan.diagnostics import Severity
from bot.plan.model import Status
from bot.report.examples import EXAMPLES, SITE

HOSTILE = "@everyone <img src=x onerror=alert(1)> `tick` | [a](https://evil.example) \u202e #1"

_UNANSWERED = "Question 1 has no answer: answer it, or keep the plan a Draft"


def _task(number: int, name: str, state: TaskState, *after: int, pull: int = 0) -> TaskOverview:
    pulls = (PullName(SITE.repository, pull),) if pull else ()
    return TaskOverview(PlanTask(number, name, after), "shop", state, pulls)


def _found(message: str) -> Finding:
    return Finding("O001", "question-unanswered", Severity.ERROR, 61, 1, 61, 9, message)


_PLAN = next(one.plan for one in EXAMPLES if isinstance(one, PlanApproved))
_TASKS = (
    _task(1, "Add the table of orders", TaskState.MERGED, pull=41),
    _task(2, "Add the page", TaskState.IN_REVIEW, 1, pull=47),
    _task(3, "Send the receipt", TaskState.READY, 1),
    _task(4, "Turn it on", TaskState.BLOCKED, 2, 3),
)
APPROVED = PlanOverview(
    _PLAN,
    "main",
    tasks=_TASKS,
    provenance=Provenance(Actor("ann"), "c" * 40, "2026-11-02T10:00:00Z", 38),
)
DRAFT = PlanOverview(
    replace(_PLAN, status=Status.DRAFT),
    "main",
    blockers=(_found(_UNANSWERED),),
    questions=(
        QuestionOverview("Which payment provider?", "@bob", "2026-10-30", overdue=True),
        QuestionOverview("Do we refund by hand?", "", ""),
    ),
    tasks=tuple(replace(one, state=TaskState.BLOCKED, pulls=()) for one in _TASKS),
)
UNSET = replace(DRAFT, plan=replace(_PLAN, status=Status.UNSET), blockers=(), questions=())
DONE = replace(APPROVED, tasks=tuple(replace(one, state=TaskState.MERGED) for one in _TASKS))
UNTRACED = replace(APPROVED, provenance=Provenance(None, "c" * 40, "2026-11-02T10:00:00Z"))
WITHOUT_TASKS = replace(APPROVED, tasks=(), provenance=None)
DEADLOCK = replace(APPROVED, tasks=DRAFT.tasks)
HUGE = replace(
    APPROVED,
    tasks=tuple(_task(n, f"Step {n} of the long way", TaskState.READY) for n in range(1, 900)),
    questions=tuple(QuestionOverview(f"What of part {n}?", "ann", "") for n in range(40)),
)
EVIL = PlanOverview(
    PlanFile(f"plans/{HOSTILE}.md", "b", HOSTILE, HOSTILE, Status.DRAFT),
    "main",
    blockers=(_found(HOSTILE),) * 8,
    questions=(QuestionOverview(HOSTILE, HOSTILE, HOSTILE, overdue=True),),
    tasks=(_task(1, HOSTILE, TaskState.READY), _task(2, HOSTILE, TaskState.BLOCKED, 1)),
)
MANY = [
    replace(DRAFT, plan=replace(_PLAN, id=f"FEAT-{n}", path=f"plans/FEAT-{n}.md"))
    for n in range(1, 51)
]
OVERVIEWS = (APPROVED, DRAFT, UNSET, DONE, UNTRACED, WITHOUT_TASKS, DEADLOCK)
