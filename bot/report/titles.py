"""A verdict in one line: the first thing that people read, and often the last."""

from collections.abc import Sequence
from typing import assert_never

from bot.gate.facts import PlanFile
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
    Verdict,
    is_aside,
)
from bot.plan.diagnostics import Severity
from bot.report.markdown import visible
from bot.report.phrases import (
    STANDS,
    count_of,
    faults_of,
    list_of,
    review_count,
    tasks_named,
)


def headline(verdict: Verdict) -> str:
    """The verdict in one line: the check run's title."""
    blocking = [reason for reason in verdict.reasons if reason.blocks]
    if blocking:
        more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
        return f"{'Would block: ' if verdict.shadow else ''}{title(blocking[0])}{more}"
    approved = [r.plan.label for r in verdict.reasons if isinstance(r, PlanApproved)]
    if len(approved) > 1:
        return f"{list_of(approved)} are Approved"
    passing = [reason for reason in verdict.reasons if not is_aside(reason)]
    decisive = [reason for reason in passing if not isinstance(reason, PlansValid | PlanRemoved)]
    return title([*decisive, *passing, *verdict.reasons][0])


def title(reason: Reason) -> str:
    """The reason in a few words."""
    match reason:
        case ConfigBroken():
            return "Configuration error"
        case ProposedConfigBroken():
            return "Configuration error in this pull request"
        case Unchecked(limit):
            return f"Not everything could be checked: {visible(limit)}"
        case PlanHasErrors(plan):
            return f"{plan.label}: {count_of(len(plan.errors), 'error')}"
        case NoPlanLinked():
            return "No plan linked"
        case PlanUnknown(name, branch):
            return f"{visible(name)} is not on {branch} yet"
        case PlanOnlyHere(plan, branch):
            return f"{plan.label} must be approved on {branch} before its code"
        case PlanNotApproved(plan, branch, approved_here=True):
            return f"{plan.label} must be approved on {branch} before its code"
        case PlanNotApproved(plan):
            return f"{plan.label} {STANDS[plan.status]}: merging is blocked"
        case PlanInvalid(plan):
            return f"{plan.label} is Approved but has {faults_of(plan)}"
        case PlanWithdrawn(plan, removed=True):
            return f"{plan.label} is removed by this pull request"
        case PlanWithdrawn(plan):
            return f"{plan.label} is set back to Draft by this pull request"
        case PlanAmbiguous(name, paths):
            return f"{visible(name)} is claimed by {len(paths)} files"
        case PlansUnreadable(repository):
            return f"The plans in {visible(repository)} cannot be read"
        case PlanElsewhere(name, repository):
            return f"{visible(name)} in {visible(repository)} does not count here"
        case ApprovedByBot(plan):
            return f"{plan.label}: approval must be set by a person"
        case ApprovalUnreviewed(plan, needed):
            reviews = review_count(needed)
            return f"{plan.label}: approval needs {reviews} by someone other than the author"
        case ApprovalOutdated(plan, _, branch):
            return f"{plan.label} has changed on {branch}: update this branch before its approval"
        case ChangedAfterApproval(plan, needed=needed):
            return f"{plan.label} changes after its approval: that needs {review_count(needed)}"
        case ApprovalUnproven(plan):
            return f"{plan.label} is Approved, but not as the policy asks"
        case TaskUnknown(plan, task):
            return f"{plan.label} has no task {task}"
        case TaskTooEarly(plan, task, waits_for):
            return f"{plan.label}#{task} waits for {tasks_named(waits_for)}"
        case TaskTaken(plan, task, holder):
            return f"{plan.label}#{task} belongs to #{holder.number}"
        case GroupUncovered():
            return "Merge group holds changes of no known pull request"
        case NotEvaluated():
            return "Could not evaluate"
        case OnlyExemptFiles():
            return "No plan needed: only exempt files change"
        case ExemptAuthor(login):
            return f"Exempt: {login}"
        case ExemptLabel(label, by):
            return f"Exempt: label {visible(label)}, put on by {by}"
        case ExemptByPerson(exemption):
            return f"Exempt: {exemption.by} says “{visible(exemption.reason, 80)}”"
        case PlansValid(plans):
            return _valid(plans)
        case PlanRemoved(paths):
            return f"{count_of(len(paths), 'plan file')} removed"
        case PlanApproved(plan):
            return f"{plan.label} is Approved"
        case LinksDiffer(counted, place, other):
            return f"The {place} names {visible(other)}, but {visible(counted)} counts"
        case TaskLoose(task):
            return f"Task {task} counts for no plan"
        case ExemptionEnded(exemption):
            return f"The exemption by {exemption.by} was for an earlier commit"
        case LabelNotCounted(label):
            return f"The label {visible(label)} does not count"
        case KeyLocked(overridden):
            return f"{visible(overridden.key)} is locked by the organisation"
        case _:
            assert_never(reason)


def _valid(plans: Sequence[PlanFile]) -> str:
    warnings = sum(found.severity is Severity.WARNING for plan in plans for found in plan.findings)
    verb = "is" if len(plans) == 1 else "are"
    tail = f" ({count_of(warnings, 'warning')})" if warnings else ""
    return f"{list_of([plan.label for plan in plans])} {verb} valid{tail}"
