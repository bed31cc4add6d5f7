"""The conditions of linked plans and of their tasks, each with its evidence; no rule of its own."""

from collections.abc import Iterator, Sequence

from bot.gate.approval import past_reviews, provenance_gap
from bot.gate.condition import (
    Condition,
    Evidence,
    LooseTask,
    Named,
    Question,
    Waiting,
    all_of,
    known,
)
from bot.gate.decide import heirs_of, judge_plan, task_states
from bot.gate.facts import Facts, PlanFile
from bot.gate.links import MAX_LINKS, Link
from bot.gate.scope import by_plan, linked_plans, links_of
from bot.gate.tasks import TaskState, claims_of
from bot.gate.verdict import (
    ApprovalUnproven,
    PlanAmbiguous,
    PlanApproved,
    PlanElsewhere,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanUnknown,
    PlanWithdrawn,
    Reason,
)

# What a linked plan is asked, in this order, and the reasons that say no: the rest is not asked.
_LADDER: tuple[tuple[Question, tuple[type[Reason], ...]], ...] = (
    (Question.COUNTS, (PlanElsewhere,)),
    (Question.EXISTS, (PlanUnknown, PlanOnlyHere)),
    (Question.UNIQUE, (PlanAmbiguous,)),
    (Question.APPROVED, (PlanNotApproved,)),
    (Question.VALID, (PlanInvalid,)),
    (Question.KEPT, (PlanWithdrawn,)),
)


def explain_links(facts: Facts) -> Iterator[Condition]:
    """Tell what code without an exemption is asked: which plans it links, and what they say."""
    if facts.home is not None:
        readable = facts.home.branch is not None
        yield Condition(Question.HOME, readable, evidence=(facts.home,))
        if not readable:
            yield Condition(Question.LINKED, held=None)
            return
    links = links_of(facts)
    evidence: list[Evidence] = [
        *(Named(link, counts=True) for link in links.counted),
        *(Named(link, counts=False) for link in links.ignored),
        *map(LooseTask, links.loose_tasks),
    ]
    held = 0 < len(links.counted) <= MAX_LINKS
    yield Condition(Question.LINKED, held, evidence=tuple(evidence))
    for same in by_plan(links.counted[:MAX_LINKS], facts):
        yield _plan(same, facts)


# ── a plan ───────────────────────────────────────────────────────────────────
def _plan(same: Sequence[Link], facts: Facts) -> Condition:
    """One plan, by the links that name it, and the tasks that they name."""
    reason = judge_plan(same[0], facts)
    evidence = _evidence(linked_plans(same[0], facts), facts)
    steps = []
    reached = True
    for question, noes in _LADDER:
        held = not isinstance(reason, noes) if reached else None
        steps.append(Condition(question, held, evidence=evidence.get(question, ())))
        reached = bool(held)
    tasks = (_task(plan, task, state, facts) for plan, task, state in task_states(same, facts))
    return all_of(Question.LINK, (*steps, _proven(reason, facts), *tasks), same[0].shown)


def _evidence(plans: Sequence[PlanFile], facts: Facts) -> dict[Question, tuple[Evidence, ...]]:
    """What is shown beside the questions about the only plan; of several, all where it is asked."""
    match plans:
        case [plan]:
            return {
                Question.EXISTS: (plan,),
                Question.VALID: plan.findings,
                Question.KEPT: tuple(heirs_of(plan, facts)),
            }
        case _:
            return {Question.UNIQUE: tuple(plans)}


def _proven(reason: Reason, facts: Facts) -> Condition:
    """How the approval came about: needed only where the configuration enforces it."""
    policy = facts.config.approval
    needed = policy.provenance == "enforce"
    if not isinstance(reason, PlanApproved | ApprovalUnproven):
        return Condition(Question.PROVEN, held=None, needed=needed)
    provenance = reason.provenance
    gap = provenance_gap(provenance, policy)
    evidence: list[Evidence] = []
    if provenance is not None:
        evidence += [provenance, *past_reviews(provenance)]
        for revision in provenance.later:
            evidence += [revision, *past_reviews(revision)]
    evidence += known(gap)
    return Condition(Question.PROVEN, gap is None, needed=needed, evidence=tuple(evidence))


# ── a task ───────────────────────────────────────────────────────────────────
def _task(plan: PlanFile, task: int, state: TaskState, facts: Facts) -> Condition:
    policy = facts.config.tasks
    rows = tuple(row for row in plan.tasks if row.number == task)
    before = {number for row in rows for number in row.depends_on}
    claims = claims_of(plan, facts.claims)
    waiting = Waiting(state.waits_for) if state.waits_for else None
    in_turn = None if policy.order == "off" or not state.exists else not state.waits_for
    is_taken = state.claimed_by is not None and state.claimed_by.holds
    is_free = None if policy.link == "off" or not state.exists else not is_taken
    children = (
        Condition(Question.TASK_EXISTS, state.exists, evidence=rows or plan.tasks),
        Condition(
            Question.TASK_TURN,
            in_turn,
            needed=policy.order == "error",
            evidence=(*(each for each in claims if each.task in before), *known(waiting)),
        ),
        Condition(
            Question.TASK_FREE,
            is_free,
            needed=policy.link == "error",
            evidence=tuple(each for each in claims if each.task == task),
        ),
    )
    return all_of(Question.TASK, children, f"{plan.label}#{task}")
