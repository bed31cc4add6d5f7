"""Every word about a verdict that people read: what is the case, why, and what to do next.

One function for each question, each a table over the closed set of reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.gate.facts import PlanFile
from bot.gate.verdict import (
    ConfigBroken,
    ExemptAuthor,
    GroupUncovered,
    LinksDiffer,
    NoPlanLinked,
    NotEvaluated,
    OnlyExemptFiles,
    PlanAmbiguous,
    PlanApproved,
    PlanHasErrors,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanRemoved,
    PlansValid,
    PlanUnknown,
    ProposedConfigBroken,
    Reason,
    Unchecked,
    Verdict,
)
from bot.plan.diagnostics import Severity
from bot.plan.model import Status
from bot.report.markdown import code, escape, link, path_url, visible

STATUS = {Status.APPROVED: "Approved", Status.DRAFT: "Draft", Status.UNSET: "unset"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where links lead: GitHub's address, and the repository that the pull request is in."""

    url: str
    repository: str

    def file(self, path: str, branch: str) -> str:
        """A Markdown link to a file on a branch."""
        return link(path, f"{self.url}/{path_url(self.repository, 'blob', branch, path)}")


def headline(verdict: Verdict) -> str:
    """The verdict in one line: the check run's title."""
    blocking = [reason for reason in verdict.reasons if reason.blocks]
    if blocking:
        more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
        return f"{'Would block: ' if verdict.shadow else ''}{title(blocking[0])}{more}"
    approved = [r.plan.label for r in verdict.reasons if isinstance(r, PlanApproved)]
    if len(approved) > 1:
        return f"{_names(approved)} are Approved"
    decisive = [r for r in verdict.reasons if not isinstance(r, LinksDiffer | PlansValid)]
    return title(decisive[0] if decisive else verdict.reasons[0])


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
            return f"{plan.label}: {_count(len(plan.errors), 'error')}"
        case NoPlanLinked():
            return "No plan linked"
        case PlanUnknown(name, branch):
            return f"{visible(name)} is not on {branch} yet"
        case PlanOnlyHere(plan, branch):
            return f"{plan.label} must be approved on {branch} before its code"
        case PlanNotApproved(plan, branch, approved_here=True):
            return f"{plan.label} must be approved on {branch} before its code"
        case PlanNotApproved(plan):
            if plan.plan.status is Status.DRAFT:
                return f"{plan.label} is Draft: merging is blocked"
            return f"{plan.label} has no clear Status: merging is blocked"
        case PlanInvalid(plan):
            return f"{plan.label} is Approved but has {_faults(plan)}"
        case PlanAmbiguous(name, paths):
            return f"{visible(name)} is claimed by {len(paths)} files"
        case GroupUncovered():
            return "Merge group holds changes of no known pull request"
        case NotEvaluated():
            return "Could not evaluate"
        case OnlyExemptFiles():
            return "No plan needed: only exempt files change"
        case ExemptAuthor(login):
            return f"Exempt: {login}"
        case PlansValid(plans):
            return _valid(plans)
        case PlanRemoved(paths):
            return f"{_count(len(paths), 'plan file')} removed"
        case PlanApproved(plan):
            return f"{plan.label} is Approved"
        case LinksDiffer(counted, place, other):
            return f"The {place} names {visible(other)}, but {visible(counted)} counts"
        case _:
            assert_never(reason)


def why(reason: Reason, site: Site) -> str:
    """What is the case, in a sentence or two of Markdown."""
    match reason:
        case ConfigBroken(problem, branch):
            place = site.file(problem.path, branch)
            return (
                f"{place} on {code(branch)}, line {problem.line}, column {problem.column}: "
                f"{_sentence(problem.message)} Without it no policy is known, so nothing passes."
            )
        case ProposedConfigBroken(problem):
            return (
                f"This pull request would break {code(problem.path)}: line {problem.line}, "
                f"column {problem.column}: {_sentence(problem.message)}"
            )
        case Unchecked(limit):
            return (
                f"Not everything could be read: {escape(limit)}. What was not read was not checked."
            )
        case PlanHasErrors(plan):
            return f"{code(plan.path)}, {_first_error(plan)}"
        case NoPlanLinked(example):
            return f"This pull request changes code ({code(example)}), and names no plan."
        case PlanUnknown(name, branch):
            return f"This pull request links {code(name)}, and {code(branch)} has no such plan."
        case PlanOnlyHere(plan, branch):
            return (
                f"{code(plan.label)} is only in this pull request. "
                f"A plan counts once it is on {code(branch)}."
            )
        case PlanNotApproved(plan, branch, approved_here=True):
            return (
                f"This pull request sets {code(plan.label)} to Approved, but on {code(branch)} it "
                f"is {STATUS[plan.plan.status]}. An approval counts once it is on {code(branch)}."
            )
        case PlanNotApproved(plan, branch):
            return (
                f"{code(plan.label)} is {STATUS[plan.plan.status]} on {code(branch)}, "
                "and this pull request changes code."
            )
        case PlanInvalid(plan, branch):
            return (
                f"{site.file(plan.path, branch)} on {code(branch)} is Approved, but has "
                f"{_faults(plan)}: {_first_error(plan)}"
            )
        case PlanAmbiguous(name, paths, branch):
            files = ", ".join(site.file(path, branch) for path in paths[:5])
            return f"On {code(branch)} several files carry the ID {code(name)}: {files}."
        case GroupUncovered(example):
            return (
                f"The group changes {code(example)}, which none of its pull requests changes, "
                "so not all of its pull requests are known."
            )
        case NotEvaluated(fault, request_id):
            reference = f" (request {code(request_id)})" if request_id else ""
            return f"The pull request could not be evaluated: {escape(fault)}{reference}."
        case OnlyExemptFiles():
            return "Neither a plan nor code changes."
        case ExemptAuthor(login):
            return f"{code(login)} is exempt from linking a plan by the configuration."
        case PlansValid(plans):
            return f"{_names([code(plan.label) for plan in plans])} holds to the plan format."
        case PlanRemoved(paths):
            return f"Removed: {', '.join(code(path) for path in paths[:5])}."
        case PlanApproved(plan, branch):
            return f"{site.file(plan.path, branch)} is Approved on {code(branch)}."
        case LinksDiffer(counted, place, other):
            return (
                f"The {place} names {code(other)}, but {code(counted)} was named first and counts."
            )
        case _:
            assert_never(reason)


def next_step(reason: Reason, site: Site) -> str | None:
    """The one thing to do about a reason; `None` where there is nothing to do."""
    match reason:
        case ConfigBroken(problem, branch):
            return f"Mend line {problem.line} of {code(problem.path)} on {code(branch)}."
        case ProposedConfigBroken(problem):
            return f"Mend line {problem.line} of {code(problem.path)} and push."
        case Unchecked():
            return "Make the pull request smaller, or tell the App's operator about the limit."
        case PlanHasErrors(plan):
            return f"Mend the annotated lines of {code(plan.path)} and push."
        case NoPlanLinked():
            return "Add a line `Plan: FEAT-12`, with your plan's ID, to the description."
        case PlanUnknown(name, branch):
            return f"Merge the plan {code(name)} to {code(branch)} first, or mend the link."
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
                f"{site.file(plan.path, branch)} on {code(branch)}. "
                "This check then turns green by itself."
            )
        case PlanInvalid(plan, branch):
            return (
                f"Mend {site.file(plan.path, branch)} on {code(branch)}, "
                "or set its Status back to Draft."
            )
        case PlanAmbiguous(name, _, branch):
            return f"Keep {code(name)} in one file on {code(branch)} and give the others their own."
        case GroupUncovered():
            return "Take the pull requests out of the merge queue and queue them again."
        case NotEvaluated():
            return "Choose *Re-run* beside this check. If it stays so, tell the App's operator."
        case (
            OnlyExemptFiles()
            | ExemptAuthor()
            | PlansValid()
            | PlanRemoved()
            | PlanApproved()
            | LinksDiffer()
        ):
            return None
        case _:
            assert_never(reason)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _names(names: Sequence[str]) -> str:
    shown = list(names[:3])
    if len(names) > 3:
        shown.append(f"{len(names) - 3} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _valid(plans: Sequence[PlanFile]) -> str:
    warnings = sum(d.severity is Severity.WARNING for plan in plans for d in plan.diagnostics)
    verb = "is" if len(plans) == 1 else "are"
    tail = f" ({_count(warnings, 'warning')})" if warnings else ""
    return f"{_names([plan.label for plan in plans])} {verb} valid{tail}"


def _faults(plan: PlanFile) -> str:
    questions = sum(error.code == "O001" for error in plan.errors)
    others = len(plan.errors) - questions
    parts = []
    if questions:
        parts.append(_count(questions, "unanswered question"))
    if others:
        parts.append(_count(others, "error"))
    return " and ".join(parts)


def _first_error(plan: PlanFile) -> str:
    error = plan.errors[0]
    more = f" (and {len(plan.errors) - 1} more)" if len(plan.errors) > 1 else ""
    return f"line {error.span.line}{more}: {_sentence(error.message)}"


def _sentence(message: str) -> str:
    """A finding's message, which quotes untrusted text, as words that end."""
    shown = escape(message, 500)
    return shown if shown.endswith((".", "?", "…")) else f"{shown}."
