"""Facts in few words, for tables: whatever a row does not say is as plain as can be."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from bot.config.layers import Overridden
from bot.config.load import parse_config
from bot.gate.facts import (
    Actor,
    Authorship,
    Branch,
    ChangedFile,
    Claim,
    Commit,
    Exemption,
    Facts,
    Finding,
    InvalidConfig,
    LabelAdded,
    Part,
    PlanChange,
    PlanFile,
    PlansHome,
    PlanTask,
    Provenance,
    Pull,
    Review,
    Role,
)
from bot.gate.verdict import Conclusion, Verdict
from bot.plan.diagnostics import Severity
from bot.plan.model import Status

HEAD, EARLIER = "d" * 40, "c" * 40
MAIN = Branch("main", "a" * 40, "b" * 40)
AUTHOR, ANN, BOB, EVE = Actor("author"), Actor("ann"), Actor("bob"), Actor("eve")
BOT, RENOVATE = Actor("ci[bot]", bot=True), Actor("renovate[bot]", bot=True)
PROBLEM = InvalidConfig(".github/plan-gate.yml", 3, 5, "Unknown key `x`")
_STATUS = {"Draft": Status.DRAFT, "Approved": Status.APPROVED, "unset": Status.UNSET}


# ── plans ────────────────────────────────────────────────────────────────────
def plan(
    plan_id: str | None = "FEAT-12",
    status: str = "Approved",
    path: str = "",
    *,
    errors: int = 0,
    questions: int = 0,
    warnings: int = 0,
    tasks: Mapping[int, tuple[int, ...]] | None = None,
    **parts: str,
) -> PlanFile:
    """A plan file; *parts* are what its sections say: `plan(scope="wider")`."""
    findings = [
        *[_finding("O001", Severity.ERROR)] * questions,
        *[_finding("T004", Severity.ERROR)] * errors,
        *[_finding("H007", Severity.WARNING)] * warnings,
    ]
    made = PlanFile(
        path=path or f"plans/{plan_id}.md",
        blob="",
        id=plan_id,
        title="One-page checkout",
        status=_STATUS[status],
        status_line=3,
        tasks=tuple(PlanTask(n, f"Task {n}", needs) for n, needs in (tasks or {}).items()),
        parts=tuple(_part(name, says) for name, says in {"scope": "narrow", **parts}.items()),
        findings=tuple(findings),
        approving="the header" if status == "Approved" else "",
    )
    blob = hashlib.sha1(repr(made).encode(), usedforsecurity=False).hexdigest()
    return replace(made, blob=blob)


def _part(name: str, says: str) -> Part:
    """A section, or with `question` in its name an open question, which says its answer."""
    return Part(name, "asked", says) if name.startswith("question") else Part(name, says)


def _finding(code: str, severity: Severity) -> Finding:
    return Finding(code, "a-name", severity, 5, 1, 5, 9, "Mend it")


DRAFT, APPROVED, UNSET = plan(status="Draft"), plan(), plan(status="unset")
OTHER, OTHER_DRAFT = plan("FEAT-13"), plan("FEAT-13", "Draft")
INVALID = plan(questions=1, errors=1)


def change(
    before: PlanFile | None,
    after: PlanFile,
    *,
    left: PlanFile | None = None,
    by: Actor | None = AUTHOR,
    in_pull: bool = True,
    writers: Iterable[Actor] = (),
    blamed: bool = True,
) -> PlanChange:
    """The change of a plan from what it is on the trusted branch; *left*: it went on meanwhile.

    *by* wrote its Status line, *writers* others; nobody knows who where it is not *blamed*.
    """
    wrote = Authorship(by, in_pull, tuple(writer.login for writer in writers)) if blamed else None
    return PlanChange(left or before, before, after, wrote)


def flip(**how: object) -> PlanChange:
    """The change that sets FEAT-12 from Draft to Approved."""
    return change(DRAFT, APPROVED, **how)  # type: ignore[arg-type]


# ── files ────────────────────────────────────────────────────────────────────
CODE = ChangedFile("src/checkout.py")


def changed(*paths: str) -> tuple[ChangedFile, ...]:
    """Files that are added or changed."""
    return tuple(ChangedFile(path) for path in paths)


def removed(path: str) -> ChangedFile:
    """A file that is gone at the head."""
    return ChangedFile(path, removed=True)


# ── people ───────────────────────────────────────────────────────────────────
def review(
    by: Actor = ANN,
    state: str = "APPROVED",
    *,
    of: str = HEAD,
    role: Role = Role.WRITE,
    approver: bool = True,
) -> Review:
    """What a reviewer last said: an approval of the head, where nothing else is said."""
    return Review(by, state, of, role, approver)


def commit(by: Actor | None = AUTHOR, message: str = "Change", *, verified: bool = True) -> Commit:
    """A commit that the pull request brings."""
    return Commit("e" * 40, by, verified, message)


def trailer(text: str) -> Commit:
    """A commit with that line for a trailer."""
    return commit(message=f"Change\n\n{text}")


def label(name: str, by: Actor | None, role: Role = Role.MAINTAIN) -> LabelAdded:
    """A label that may exempt, put on by somebody with that role."""
    return LabelAdded(name, by, role)


def exemption(of: str = HEAD) -> Exemption:
    """A recorded `/plan-exempt` of that head."""
    return Exemption("ann", "hotfix", 1_790_000_000.0, of, 99)


def claim(task: int, number: int, *, merged: bool = False, plan: str = "FEAT-12") -> Claim:
    """Another pull request of the same repository that names a task; ours is number 7."""
    return Claim(plan, task, "acme/shop", number, merged)


def proof(
    by: Actor | None = AUTHOR, *reviews: Review, pull: int = 3, author: Actor | None = AUTHOR
) -> dict[str, Provenance]:
    """How FEAT-12 came to be Approved."""
    return {APPROVED.path: Provenance(by, "f" * 40, "2026-11-02T10:00:00Z", pull, author, reviews)}


# ── policy ───────────────────────────────────────────────────────────────────
def overridden(key: str) -> Overridden:
    """A key that the repository sets although it is locked."""
    return Overridden(key, ".github/plan-gate.yml", 2, 1)


PLANS_REPOSITORY = PlansHome("acme/plans", Branch("trunk", "1" * 40, "2" * 40))
UNREADABLE_REPOSITORY = PlansHome("acme/plans", None)


# ── the pull request ─────────────────────────────────────────────────────────
def pull(
    *touches: ChangedFile | PlanChange,
    says: str = "",
    title: str = "Change",
    branch: str = "patch-1",
    author: Actor = AUTHOR,
    main: Iterable[PlanFile] = (),
    policy: str = "",
    **more: object,
) -> Facts:
    """A pull request that touches files and plans, against the plans on *main*.

    Those that it touches are on main too, as they are before the change.
    """
    changes = tuple(touch for touch in touches if isinstance(touch, PlanChange))
    words = Pull("acme/shop", 7, title, says, author, branch, HEAD, "main")
    before = [each.base for each in changes if each.base]
    facts = Facts(
        pull=words,
        branch=MAIN,
        config=parse_config(policy),
        files=tuple(file for touch in touches for file in _files(touch)),
        base_plans=tuple(dict.fromkeys([*main, *before])),
        head_plans=tuple(each.head for each in changes),
        changes=changes,
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def _files(touch: ChangedFile | PlanChange) -> Iterable[ChangedFile]:
    if isinstance(touch, ChangedFile):
        return [touch]
    gone = touch.base is not None and touch.base.path != touch.head.path
    return [
        *([removed(touch.base.path)] if touch.base and gone else []),
        ChangedFile(touch.head.path),
    ]


# ── what a row expects ───────────────────────────────────────────────────────
class Expected(NamedTuple):
    """How the check ends, what its title is, and every reason by its name.

    A reason that blocks has the code of its rule before its name, where it has one.
    """

    conclusion: Conclusion
    title: str
    reasons: tuple[str, ...]


Table = Mapping[str, Mapping[str, tuple[Facts | Verdict, Expected]]]


def passes(title: str, *reasons: str) -> Expected:
    """The check is green."""
    return Expected(Conclusion.SUCCESS, title, reasons)


def blocks(title: str, *reasons: str) -> Expected:
    """The check is red."""
    return Expected(Conclusion.FAILURE, title, reasons)


def would_block(title: str, *reasons: str) -> Expected:
    """The check is neutral: shadow mode."""
    return Expected(Conclusion.NEUTRAL, f"Would block: {title}", reasons)
