"""Facts to verdict: the decision table, from the top row to the bottom. Total: every path ends."""

from collections.abc import Iterator, Sequence

from bot.config.schema import Config
from bot.gate.approval import (
    Revises,
    Sets,
    approvals,
    provenance_gap,
    reviews_of,
    set_by_bot,
    stake,
    unseen_parts,
)
from bot.gate.exemption import find_exemption, uncounted
from bot.gate.facts import Facts, PlanChange, PlanFile
from bot.gate.links import MAX_LINKS, Link
from bot.gate.scope import (
    by_plan,
    home_of,
    is_code,
    is_plan,
    linked_plans,
    links_of,
    named_by,
    names_same,
)
from bot.gate.tasks import TaskState, judge_task
from bot.gate.verdict import (
    ApprovalOutdated,
    ApprovalUnproven,
    ApprovalUnreviewed,
    ApprovedByBot,
    ChangedAfterApproval,
    ConfigBroken,
    KeyLocked,
    LinksDiffer,
    NoPlanLinked,
    OnlyExemptFiles,
    PlanAmbiguous,
    PlanApproved,
    PlanElsewhere,
    PlanHasErrors,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanRemoved,
    PlansUnreadable,
    PlansValid,
    PlanUnknown,
    PlanWithdrawn,
    ProposedConfigBroken,
    Reason,
    TaskLoose,
    TaskTaken,
    TaskTooEarly,
    TaskUnknown,
    Unchecked,
    Verdict,
)
from bot.plan.model import Status


def decide(facts: Facts) -> Verdict:
    """Judge one pull request. The same facts give the same verdict."""
    config = facts.config
    if facts.config_problem is not None:
        known = facts.home is not None  # the repository's own is: only that of its plans is broken
        return Verdict(
            (ConfigBroken(facts.config_problem, facts.branch.name),),
            shadow=known and config.mode == "shadow",
        )
    return Verdict(
        reasons=tuple(_reasons(facts, config)),
        touched=facts.head_plans,
        shadow=config.mode == "shadow",
        comments=config.comments,
        home=facts.home.repository if facts.home else "",
    )


# ── the table ────────────────────────────────────────────────────────────────
def _reasons(facts: Facts, config: Config) -> Iterator[Reason]:
    rows = list(_judge_content(facts, config))
    yield from rows
    for change in facts.changes:
        if not comes_first(change, rows):
            yield from _judge_approval(change, facts, config)
    yield from map(KeyLocked, facts.overridden)


def comes_first(change: PlanChange, rows: Sequence[Reason]) -> bool:
    """Whether the plan is to be approved before the code, in a pull request of its own."""
    early = {row.plan.path for row in rows if isinstance(row, PlanOnlyHere | PlanNotApproved)}
    return not early.isdisjoint(side.path for side in (change.base, change.head) if side)


def _judge_content(facts: Facts, config: Config) -> Iterator[Reason]:
    """The rows about what changes: configuration, plans, code."""
    if facts.unread is not None:
        yield Unchecked(facts.unread)
    if facts.proposed_config is not None:
        yield ProposedConfigBroken(facts.proposed_config)
    plan_paths = [file.path for file in facts.files if is_plan(file.path, config)]
    code = [file.path for file in facts.files if is_code(file.path, config)]
    if plan_paths:
        yield from _judge_plans(facts.head_plans, plan_paths)
    if code:
        exemption = find_exemption(facts, config)
        yield from [exemption] if exemption else _judge_code(facts, config, code[0])
        yield from uncounted(facts)
    elif not plan_paths:
        yield OnlyExemptFiles()


def _judge_plans(plans: Sequence[PlanFile], paths: Sequence[str]) -> Iterator[Reason]:
    """The rows about plan files: each is valid, or its errors block."""
    for plan in plans:
        if plan.errors:
            yield PlanHasErrors(plan)
    valid = tuple(plan for plan in plans if not plan.errors)
    if valid:
        yield PlansValid(valid)
    if not plans:
        yield PlanRemoved(tuple(paths))


def _judge_approval(change: PlanChange, facts: Facts, config: Config) -> Iterator[Reason]:
    """The approval policy, where merging sets a plan Approved or changes one that is."""
    at_stake = stake(change)
    if at_stake is None:
        return
    policy, author = config.approval, facts.pull.author
    authorship = change.authorship
    no_human = set_by_bot(change, author) if isinstance(at_stake, Sets) else None
    if no_human is not None and not policy.allow_bots:
        by = authorship.status_by if authorship else None
        yield ApprovedByBot(change.head, no_human, by)
    if isinstance(at_stake, Sets) and policy.reviews and (parts := unseen_parts(change)):
        yield ApprovalOutdated(change.head, parts, facts.branch.name)
        return
    counted = reviews_of(change, facts)
    if approvals(counted) >= policy.reviews:
        return
    lacking = (policy.reviews, counted, policy.approvers)
    match at_stake:
        case Sets():
            yield ApprovalUnreviewed(change.head, *lacking)
        case Revises(parts):
            yield ChangedAfterApproval(change.head, parts, *lacking)


def _judge_code(facts: Facts, config: Config, example_file: str) -> Iterator[Reason]:
    """The rows about code: every linked plan is Approved and valid on the trusted branch."""
    if facts.home is not None and facts.home.branch is None:
        yield PlansUnreadable(facts.home.repository)
        return
    links = links_of(facts)
    if not links.counted:
        yield NoPlanLinked(example_file)
    if len(links.counted) > MAX_LINKS:
        yield Unchecked(f"more than {MAX_LINKS} plans are linked")
    counted = links.counted[:MAX_LINKS]
    for same in by_plan(counted, facts):
        yield judge_plan(same[0], facts)
        yield from _judge_tasks(same, facts, config)
    for link in links.ignored:
        if not names_same(link, counted, facts):
            yield LinksDiffer(counted[0].name, link.place, link.shown)
    for task in links.loose_tasks:
        yield TaskLoose(task)


def judge_plan(link: Link, facts: Facts) -> Reason:
    """The plan's state on the trusted branch gates the code, whatever this pull request says."""
    if link.repository:
        return PlanElsewhere(link.name, link.repository, home_of(facts))
    found, branch, policy = linked_plans(link, facts), _plans_branch(facts), facts.config.approval
    here = named_by(link, facts.head_plans) if facts.home is None else []
    match found:
        case []:
            return PlanOnlyHere(here[0], branch) if here else PlanUnknown(link.name, branch)
        case [plan] if plan.status is not Status.APPROVED:
            approved_here = any(p.status is Status.APPROVED for p in here)
            return PlanNotApproved(plan, branch, approved_here)
        case [plan] if plan.errors:
            return PlanInvalid(plan, branch)
        case [plan] if facts.home is None and _is_withdrawn(plan, facts):
            return PlanWithdrawn(plan, branch, removed=not heirs_of(plan, facts))
        case [plan]:
            provenance = facts.provenance.get(plan.path)
            gap = provenance_gap(provenance, policy)
            if gap is not None and policy.provenance == "enforce":
                return ApprovalUnproven(plan, branch, gap, provenance)
            return PlanApproved(plan, branch, provenance)
        case _:
            return PlanAmbiguous(link.name, tuple(plan.path for plan in found), branch)


def _is_withdrawn(plan: PlanFile, facts: Facts) -> bool:
    """Whether this pull request takes the plan away, or its approval back, under its own code."""
    if all(file.path != plan.path for file in facts.files):
        return False
    heirs = heirs_of(plan, facts)
    return not heirs or any(heir.status is not Status.APPROVED for heir in heirs)


def heirs_of(plan: PlanFile, facts: Facts) -> list[PlanFile]:
    """The files in which this pull request leaves the plan, wherever it moves it."""
    return [head for head in facts.head_plans if head.id == plan.id]


def _judge_tasks(same: Sequence[Link], facts: Facts, config: Config) -> Iterator[Reason]:
    """The plan has each task that is named, it is its turn, and nobody else has it."""
    for plan, task, state in task_states(same, facts):
        if not state.exists:
            yield TaskUnknown(plan, task)
            continue
        if state.waits_for and config.tasks.order != "off":
            yield TaskTooEarly(plan, task, state.waits_for, config.tasks.order == "error")
        if state.claimed_by and config.tasks.link != "off":
            blocks = config.tasks.link == "error" and state.claimed_by.holds
            yield TaskTaken(plan, task, state.claimed_by, blocks)


def task_states(same: Sequence[Link], facts: Facts) -> Iterator[tuple[PlanFile, int, TaskState]]:
    """The tasks that the links to one plan name, each with what the pull request meets there."""
    own = (facts.pull.repository, facts.pull.number)
    tasks = [link.task for link in same if link.task is not None]
    found = linked_plans(same[0], facts)
    for task in tasks if len(found) == 1 else ():
        yield found[0], task, judge_task(found[0], task, facts.claims, own, tasks)


def _plans_branch(facts: Facts) -> str:
    home = facts.home.branch if facts.home else None
    return home.name if home else facts.branch.name
