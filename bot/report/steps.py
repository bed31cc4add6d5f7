"""What to do about it: the one next step for each reason."""

from collections.abc import Sequence
from typing import assert_never

from bot.gate.approval import approvals
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
from bot.report.markdown import code
from bot.report.phrases import all_of, any_of, open_questions, tasks_named
from bot.report.site import Site


def next_step(reason: Reason, site: Site) -> str | None:
    """The one thing to do about a reason; `None` where there is nothing to do."""
    match reason:
        case ConfigBroken(problem, branch):
            place = f"in {code(problem.repository)}" if problem.repository else f"on {code(branch)}"
            on = "" if problem.repository else branch
            file = site.line(problem.path, on, problem.line, problem.repository)
            return (
                f"Mend line {problem.line} of {file} {place}. The pull request that "
                "does so is blocked as well: an administrator merges it past this check."
            )
        case ProposedConfigBroken(problem):
            return f"Mend line {problem.line} of {site.mend(problem.path)} and push."
        case Unchecked():
            return (
                "Make the pull request smaller, or rebase it. "
                "Where neither helps, tell the App's operator."
            )
        case PlanHasErrors(plan):
            return f"Mend the annotated lines of {site.mend(plan.path)} and push."
        case NoPlanLinked():
            return f"Add a line `Plan: FEAT-12`, with your plan's ID, to {site.description()}."
        case PlanUnknown(name, branch):
            return f"Merge the plan {code(name)} to {site.on(branch)} first, or correct the link."
        case PlanOnlyHere(plan, branch):
            return (
                f"Move {code(plan.path)} to a pull request of its own, "
                f"and have it approved and merged to {code(branch)} first."
            )
        case PlanNotApproved(plan, branch, approved_here):
            if approved_here:
                return (
                    f"Move the approval of {code(plan.path)} to a pull request of its own, "
                    f"and merge that to {code(branch)} first."
                )
            questions = open_questions(plan)
            answer = f"Answer its {questions}. " if questions else ""
            return (
                f"{answer}After its review, a person sets Status to Approved in "
                f"{site.edit(plan.path, branch)} on {site.on(branch)}. "
                "This check then turns green by itself."
            )
        case PlanInvalid(plan, branch):
            return (
                f"Mend {site.edit(plan.path, branch)} on {site.on(branch)}, "
                "or set its Status back to Draft."
            )
        case PlanWithdrawn(plan):
            return f"Leave {code(plan.path)} as it is, and change it in a pull request of its own."
        case PlanAmbiguous(name, _, branch):
            return (
                f"Keep {code(name)} in one file on {site.on(branch)}, "
                "and give the others IDs of their own."
            )
        case PlansUnreadable(repository):
            return (
                f"Have an administrator install the App on {code(repository)}, "
                "or correct `plans.repository`."
            )
        case PlanElsewhere(_, _, home):
            return f"Link a plan in {code(home)}."
        case ApprovedByBot(plan):
            return (
                f"Set the Status back to Draft in {site.mend(plan.path)}. After the review a "
                "person sets it to Approved, in a pull request of their own."
            )
        case ApprovalUnreviewed(plan, needed, reviews, approvers):
            return (
                f"Have {_reviewers(needed - approvals(reviews), approvers)} approve this pull "
                f"request, or leave {code(plan.label)} Draft."
            )
        case ApprovalOutdated(_, _, branch):
            return f"Update this branch from {code(branch)}, then have it reviewed."
        case ChangedAfterApproval(plan, _, needed, reviews, approvers):
            return (
                f"Have {_reviewers(needed - approvals(reviews), approvers)} approve this pull "
                f"request, or set {code(plan.label)} back to Draft."
            )
        case ApprovalUnproven(plan, branch):
            return (
                f"Set {site.edit(plan.path, branch)} back to Draft on {site.on(branch)}; after a "
                "review a person sets it to Approved anew, by a pull request."
            )
        case TaskUnknown(plan):
            return f"Name a task of {code(plan.label)}, as in {code(f'Plan: {plan.label}#1')}."
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


def _reviewers(missing: int, approvers: Sequence[str]) -> str:
    """Who has to review besides those who did."""
    if missing == 1:
        return any_of(approvers) or "somebody else with write access"
    return f"{missing} {f'of {all_of(approvers)}' if approvers else 'others with write access'}"
