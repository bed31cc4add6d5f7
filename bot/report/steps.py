"""What to do about it: the one next step for each reason."""

from typing import assert_never

from bot.gate.verdict import (
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
from bot.report.markdown import code, visible
from bot.report.phrases import of_approvers, tasks_named
from bot.report.site import Site

_WRITERS = " with write access"


def next_step(reason: Reason, site: Site) -> str | None:
    """The one thing to do about a reason; `None` where there is nothing to do."""
    match reason:
        case ConfigBroken(problem, branch):
            where = problem.repository or branch
            return f"Mend line {problem.line} of {code(problem.path)} on {code(where)}."
        case ProposedConfigBroken(problem):
            return f"Mend line {problem.line} of {code(problem.path)} and push."
        case Unchecked():
            return "Make the pull request smaller, or tell the App's operator about the limit."
        case PlanHasErrors(plan):
            return f"Mend the annotated lines of {code(plan.path)} and push."
        case NoPlanLinked():
            return "Add a line `Plan: FEAT-12`, with your plan's ID, to the description."
        case PlanUnknown(name, branch):
            return f"Merge the plan {code(name)} to {site.on(branch)} first, or mend the link."
        case PlanOnlyHere(plan, branch):
            return (
                f"Move {code(plan.path)} to a pull request of its own, "
                f"and have it approved and merged to {code(branch)} first."
            )
        case PlanNotApproved(plan, branch, approved_here):
            if approved_here:
                return (
                    f"Merge the approval of {code(plan.path)} to {code(branch)} on its own first."
                )
            return (
                f"After its review, a person sets Status to Approved in "
                f"{site.plan(plan.path, branch)} on {site.on(branch)}. "
                "This check then turns green by itself."
            )
        case PlanInvalid(plan, branch):
            return (
                f"Mend {site.plan(plan.path, branch)} on {site.on(branch)}, "
                "or set its Status back to Draft."
            )
        case PlanWithdrawn(plan):
            return f"Leave {code(plan.path)} as it is, and change it in a pull request of its own."
        case PlanAmbiguous(name, _, branch):
            return f"Keep {code(name)} in one file on {site.on(branch)}; give the others their own."
        case PlansUnreadable(repository):
            return f"Install the App on {code(repository)}, or mend `plans.repository`."
        case PlanElsewhere(_, _, home):
            return f"Link a plan in {code(home)}."
        case ApprovedByBot():
            return "Set the Status back to Draft; a person sets it to Approved after the review."
        case ApprovalUnreviewed(plan, approvers=approvers):
            return (
                f"Have somebody{of_approvers(approvers) or _WRITERS} approve this pull request, "
                f"or leave {code(plan.label)} Draft."
            )
        case ChangedAfterApproval(plan, approvers=approvers):
            return (
                f"Have somebody{of_approvers(approvers) or _WRITERS} approve this pull request, "
                f"or set {code(plan.label)} back to Draft."
            )
        case ApprovalUnproven(plan, branch):
            return (
                f"Set {site.plan(plan.path, branch)} to Draft, and have it approved anew in a "
                "reviewed pull request."
            )
        case TaskUnknown(plan):
            return f"Name a task of {code(plan.label)}, as in `Plan: {visible(plan.label)}#1`."
        case TaskTooEarly(plan, _, waits_for):
            return f"Merge {tasks_named(waits_for)} of {code(plan.label)} first."
        case TaskTaken(plan):
            return f"Name another task of {code(plan.label)}, or close the other pull request."
        case GroupUncovered():
            return "Take the pull requests out of the merge queue and queue them again."
        case NotEvaluated():
            return "Choose *Re-run* beside this check. If it stays so, tell the App's operator."
        case (
            OnlyExemptFiles()
            | ExemptAuthor()
            | ExemptLabel()
            | ExemptByPerson()
            | PlansValid()
            | PlanRemoved()
            | PlanApproved()
            | LinksDiffer()
            | TaskLoose()
            | ExemptionEnded()
            | LabelNotCounted()
            | KeyLocked()
        ):
            return None
        case _:
            assert_never(reason)
