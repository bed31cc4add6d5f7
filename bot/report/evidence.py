"""Evidence in plain words, one line each. All untrusted text in it is made visible."""

from collections.abc import Sequence
from typing import assert_never

from bot.config.layers import Overridden
from bot.gate.approval import Counted, Gap, NoHuman, Revises, Sets
from bot.gate.condition import (
    Evidence,
    LooseTask,
    Named,
    Quorum,
    Setting,
    Touched,
    Unread,
    Waiting,
)
from bot.gate.facts import (
    Actor,
    Authorship,
    Branch,
    Claim,
    Commit,
    Exemption,
    Finding,
    InvalidConfig,
    LabelAdded,
    PlanFile,
    PlansHome,
    PlanTask,
    Provenance,
    Revision,
)
from bot.gate.verdict import NoRight
from bot.report.markdown import visible
from bot.report.phrases import (
    STATUS,
    day_of,
    faults_of,
    list_of,
    review_count,
    tasks_named,
)


def tell(evidence: Evidence) -> str:
    """Say it in one line."""
    match evidence:
        case Branch(name, sha):
            return f"{visible(name)} at {short(sha)}"
        case PlansHome(repository, branch):
            return f"{visible(repository)}, {tell(branch) if branch else 'which cannot be read'}"
        case Setting(key, value):
            return f"{visible(key)}: {visible(value)} (not the default)"
        case Overridden(key, path, line):
            return f"{visible(key)} on line {line} of {visible(path)}: locked, so it is left out"
        case InvalidConfig(path, line, column, message, repository):
            where = f" in {visible(repository)}" if repository else ""
            return f"{visible(path)}{where}, line {line}, column {column}: {visible(message, 500)}"
        case Unread(limit):
            return visible(limit)
        case Touched(path, removed, role):
            return f"{visible(path)}: {role}{', removed' if removed else ''}"
        case PlanFile():
            return _plan(evidence)
        case Finding(code, _, severity, line, message=message):
            return f"line {line}: {severity} {visible(code)}: {visible(message, 500)}"
        case Named(link, counts):
            task = "" if link.task is None else f", task {link.task}"
            behind = "" if counts else "; not counted, an earlier place names a plan"
            return f"{link.place}: {visible(link.shown)}{task}{behind}"
        case LooseTask(task):
            return f"description: Task: {task} stands beside no plan, or beside several"
        case Actor(login, bot):
            return f"{visible(login)} (Bot)" if bot else visible(login)
        case Commit(sha, author, verified):
            return f"{short(sha)} by {_who(author)}, {'verified' if verified else 'not verified'}"
        case LabelAdded(_, by, role):
            return f"put on by {_who(by)}, whose role is {role}"
        case Exemption(by, reason, at, head_sha):
            return f"{visible(by)}, {day_of(at)}, for {short(head_sha)}: {visible(reason, 500)}"
        case Authorship(by, in_pull, writers):
            where = "in this pull request" if in_pull else "before this pull request"
            others = f"; other lines by {_names(writers)}" if writers else ""
            return f"Status written by {_who(by)} {where}{others}"
        case Sets():
            return "merging sets it Approved"
        case Revises(parts):
            return f"merging changes what its approval covers: {_names(parts)}"
        case Quorum(reviews, approvers):
            of = f" of {_names(approvers)}" if approvers else ""
            return f"needed: {review_count(reviews) if reviews else 'no review'}{of}"
        case Counted(review, why_not):
            tail = "counts" if why_not is None else f"does not count: {why_not}"
            state = visible(review.state.casefold().replace("_", " "))
            return f"{_who(review.by)}: {state}, of {short(review.commit)}; {tail}"
        case Provenance(by, commit, at):
            day = f" on {visible(at[:10])}" if at else ""
            return f"set by {_who(by)} with {short(commit)}{day}{_brought(evidence)}"
        case Revision(commit, parts):
            where = f"with {short(commit)}{_brought(evidence)}" if commit else "in the merge group"
            return f"changed since, {where}: {_names(parts)}"
        case PlanTask(number, title, depends_on):
            after = f", after {tasks_named(depends_on)}" if depends_on else ""
            return f"task {number}, {visible(title)}{after}"
        case Claim(_, task, repository, number, merged, from_fork):
            state = "merged" if merged else "open, from a fork" if from_fork else "open"
            return f"task {task}: {visible(repository)}#{number}, {state}"
        case Waiting(tasks):
            return f"not merged: {tasks_named(tasks)}"
        case Gap() | NoHuman() | NoRight():
            return evidence.value
        case _:
            assert_never(evidence)


def short(sha: str) -> str:
    """The beginning of a SHA, enough to find it by."""
    return visible(sha[:12]) or "an unknown commit"


def _plan(plan: PlanFile) -> str:
    line = f" on line {plan.status_line}" if plan.status_line else ""
    faults = f", {faults_of(plan)}" if plan.errors else ""
    path = visible(plan.path)
    return f"{path}, blob {short(plan.blob)}: {STATUS[plan.status]}{line}{faults}"


def _brought(by: Provenance | Revision) -> str:
    if not by.pull:
        return ", in no merged pull request"
    return f", in #{by.pull} by {_who(by.author)}"


def _who(actor: Actor | None) -> str:
    return tell(actor) if actor else "an unknown account"


def _names(names: Sequence[str]) -> str:
    return list_of([visible(name) for name in names], 20)
