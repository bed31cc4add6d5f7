"""Why: what is the case, in a sentence or two of Markdown for each reason."""

from collections.abc import Sequence
from typing import assert_never

from bot.gate.approval import NoHuman
from bot.gate.verdict import (
    ApprovalOutdated,
    ApprovalUnproven,
    ApprovalUnreviewed,
    ApprovedByBot,
    ChangedAfterApproval,
    ConfigBroken,
    ExemptAuthor,
    ExemptByPerson,
    ExemptionEnded,
    ExemptLabel,
    GroupUncovered,
    KeyLocked,
    LabelNotCounted,
    LinksDiffer,
    NoPlanLinked,
    NotEvaluated,
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
)
from bot.report.markdown import code, escape
from bot.report.phrases import (
    STANDS,
    any_of,
    day_of,
    faults_of,
    first_error,
    history_of,
    list_of,
    review_count,
    sentence,
    tally,
    tasks_named,
)
from bot.report.site import Site


def why(reason: Reason, site: Site) -> str:
    """What is the case, in a sentence or two of Markdown."""
    match reason:
        case ConfigBroken(problem, branch):
            if problem.repository:
                place = f"{code(problem.path)} in {code(problem.repository)}"
            else:
                place = f"{site.file(problem.path, branch)} on {code(branch)}"
            return (
                f"{place}, line {problem.line}, column {problem.column}: "
                f"{sentence(problem.message)} Until it is mended no policy is known, so nothing "
                "passes."
            )
        case ProposedConfigBroken(problem):
            return (
                f"This pull request would break {code(problem.path)}, on line {problem.line}, "
                f"column {problem.column}: {sentence(problem.message)}"
            )
        case Unchecked(limit):
            return (
                f"Not everything could be read: {escape(limit)}. What was not read was not checked."
            )
        case PlanHasErrors(plan):
            if len(plan.errors) == 1:
                return f"{code(plan.path)}, {first_error(plan)}"
            return f"{code(plan.path)} has {faults_of(plan)}. To begin with, {first_error(plan)}"
        case NoPlanLinked(example):
            return f"This pull request changes code ({code(example)}) and links no plan."
        case PlanUnknown(name, branch):
            return f"This pull request links {code(name)}, but {site.on(branch)} has no such plan."
        case PlanOnlyHere(plan, branch):
            return (
                f"{code(plan.label)} is only in this pull request. "
                f"A plan counts once it is on {code(branch)}."
            )
        case PlanNotApproved(plan, branch, approved_here=True):
            return (
                f"This pull request sets {code(plan.label)} to Approved, but on {code(branch)} it "
                f"{STANDS[plan.status]}. An approval counts once it is on {code(branch)}."
            )
        case PlanNotApproved(plan, branch):
            return (
                f"{code(plan.label)} {STANDS[plan.status]} on {site.on(branch)}, "
                "and this pull request changes code."
            )
        case PlanInvalid(plan, branch):
            first = f" To begin with, {first_error(plan)}" if site.tells_words else ""
            return (
                f"{site.plan(plan.path, branch)} is Approved on {site.on(branch)}, but has "
                f"{faults_of(plan)}.{first}"
            )
        case PlanWithdrawn(plan, branch, removed):
            doing = "removes it" if removed else "sets it back to Draft"
            return (
                f"{code(plan.label)} is Approved on {code(branch)}, but this pull request {doing} "
                "while it changes code."
            )
        case PlanAmbiguous(name, paths, branch):
            files = ", ".join(site.plan(path, branch) for path in paths[:5])
            return f"On {site.on(branch)} several files carry the ID {code(name)}: {files}."
        case PlansUnreadable(repository):
            return (
                f"Plans live in {code(repository)} (`plans.repository`), and the App cannot read "
                "it: there is no such repository, it is another owner's, or the App is not "
                "installed there."
            )
        case PlanElsewhere(name, repository, home):
            return (
                f"This pull request links {code(name)} in {code(repository)}, but only plans in "
                f"{code(home)} count here."
            )
        case ApprovedByBot(plan, no_human, by):
            who = f" ({code(by.login)})" if by and no_human is NoHuman.SET_BY_BOT else ""
            return (
                f"This pull request sets {code(plan.label)} to Approved, but {no_human}{who}. "
                "Approval is a person's signal."
            )
        case ApprovalUnreviewed(plan, needed, reviews, approvers):
            return (
                f"This pull request sets {code(plan.label)} to Approved. That needs "
                f"{_reviews_wanted(needed, approvers)}; {tally(reviews)}"
            )
        case ApprovalOutdated(plan, parts, branch):
            return (
                f"This pull request sets {code(plan.label)} to Approved, but merging would give "
                "another plan than the one that is here to be reviewed: since this branch left "
                f"{code(branch)}, that has changed {list_of([code(part) for part in parts], 10)}."
            )
        case ChangedAfterApproval(plan, parts, needed, reviews, approvers):
            return (
                f"{code(plan.label)} stays Approved, but this pull request changes what the "
                f"approval covers: {list_of([code(part) for part in parts], 10)}. That needs "
                f"{_reviews_wanted(needed, approvers)}; {tally(reviews)}"
            )
        case ApprovalUnproven(plan, branch, gap, provenance):
            return (
                f"{site.plan(plan.path, branch)} is Approved on {site.on(branch)}"
                f"{history_of(provenance, site)}. How that came about does not meet the policy "
                f"(`approval.provenance: enforce`): {gap}."
            )
        case TaskUnknown(plan, task):
            known = ", ".join(str(one.number) for one in plan.tasks[:20]) or "none"
            return f"{code(plan.label)} has no task {task}; its tasks: {known}."
        case TaskTooEarly(plan, task, waits_for):
            return (
                f"Task {task} of {code(plan.label)} depends on {tasks_named(waits_for)}, "
                f"which {'is' if len(waits_for) == 1 else 'are'} not merged."
            )
        case TaskTaken(plan, task, holder):
            state = "was merged" if holder.merged else "is open"
            other = site.pull(holder.repository, holder.number)
            if not holder.holds:
                return (
                    f"Task {task} of {code(plan.label)} is also named by {other}, which is open. "
                    "It comes from a fork, so it has the task only once it is merged."
                )
            return f"Task {task} of {code(plan.label)} belongs to {other}, which {state}."
        case GroupUncovered(example):
            return (
                f"The merge group changes {code(example)}, which none of its pull requests "
                "changes, so not all of its pull requests are known."
            )
        case NotEvaluated(fault, request_id):
            reference = f" (request {code(request_id)})" if request_id else ""
            return f"The pull request could not be evaluated: {escape(fault)}{reference}."
        case OnlyExemptFiles():
            return "Neither a plan nor code changes."
        case ExemptAuthor(login):
            return f"The configuration exempts {code(login)} from linking a plan."
        case ExemptLabel(label, by):
            return f"The label {code(label)}, put on by {code(by)}, exempts code from its plan."
        case ExemptByPerson(exemption):
            return (
                f"{code(exemption.by)} exempts this head ({code(exemption.head_sha[:12])}) from "
                f"its plan since {day_of(exemption.at)}: {sentence(exemption.reason)}"
            )
        case PlansValid(plans):
            hold = "holds" if len(plans) == 1 else "hold"
            return f"{list_of([code(plan.label) for plan in plans])} {hold} to the plan format."
        case PlanRemoved(paths):
            return f"This pull request removes {list_of([code(path) for path in paths], 5)}."
        case PlanApproved(plan, branch, provenance):
            return (
                f"{site.plan(plan.path, branch)} is Approved on {site.on(branch)}"
                f"{history_of(provenance, site)}."
            )
        case LinksDiffer(counted, place, other):
            return (
                f"The {place} names {code(other)}, but {code(counted)} was named first and counts."
            )
        case TaskLoose(task):
            return (
                f"`Task: {task}` stands beside no plan, or beside several, so it counts for none: "
                "write `Plan: FEAT-12#3`."
            )
        case ExemptionEnded(exemption):
            return (
                f"{code(exemption.by)} exempted {code(exemption.head_sha[:12])}; "
                "a newer commit ends that."
            )
        case LabelNotCounted(label, by, not_counted):
            who = f"{code(by)}, " if by else ""
            return (
                f"The label {code(label)} exempts nobody: it was put on by {who}{not_counted}. "
                "It counts where somebody else with the role *maintain* or *admin* puts it on."
            )
        case KeyLocked(overridden):
            return (
                f"{code(overridden.path)} sets {code(overridden.key)} on line {overridden.line}, "
                "but the organisation has locked that key: its own value holds."
            )
        case _:
            assert_never(reason)


def _reviews_wanted(needed: int, approvers: Sequence[str]) -> str:
    by = any_of(approvers)
    return f"{review_count(needed)} by {by}" if by else review_count(needed)
