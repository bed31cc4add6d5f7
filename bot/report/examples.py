"""Examples of every reason that a verdict can have, for the page that explains them all."""

from dataclasses import replace

from bot.config.layers import Overridden
from bot.config.schema import CONFIG_PATH
from bot.gate.approval import Counted, Gap, NoHuman, WhyNot
from bot.gate.facts import (
    Actor,
    Claim,
    Exemption,
    Finding,
    InvalidConfig,
    PlanFile,
    PlanTask,
    Provenance,
    Review,
    Revision,
    Role,
)
from bot.gate.links import Place
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
    NoRight,
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
from bot.plan.diagnostics import Severity
from bot.plan.model import Status
from bot.report.site import Site

SITE = Site("https://github.example", "acme/shop")

_HEAD, _EARLIER = "4f1d0c7b93aa" + "0" * 28, "9b02e6d1775c" + "0" * 28
_ANN, _BOT = Actor("ann"), Actor("robot[bot]", bot=True)


def _found(code: str, name: str, line: int, message: str, severity: Severity) -> Finding:
    return Finding(code, name, severity, line, 1, line, 40, message)


_UNANSWERED = _found(
    "O001",
    "question-unanswered",
    61,
    "Question 1 has no answer: answer it, or keep the plan a Draft",
    Severity.ERROR,
)
_DEPENDS = _found(
    "T004",
    "dependency-unknown",
    38,
    "Task 2 depends on task 9, which is not in the table; tasks are 1–3",
    Severity.ERROR,
)
_TEAM = _found("H011", "team-missing", 5, "No team named", Severity.WARNING)

_APPROVED = PlanFile(
    "plans/FEAT-12.md",
    blob="e0a5",
    id="FEAT-12",
    title="One-page checkout",
    status=Status.APPROVED,
    status_line=3,
    tasks=(PlanTask(1, "Add the table"), PlanTask(2, "Add the page", (1,)), PlanTask(3, "Turn on")),
)
_DRAFT = replace(_APPROVED, status=Status.DRAFT)
_UNSET = replace(_APPROVED, status=Status.UNSET)

_UNKNOWN_KEY = InvalidConfig(CONFIG_PATH, 1, 1, "Unknown key `aproval`: did you mean `approval`?")
_DISMISSED = Counted(Review(_ANN, "DISMISSED", _HEAD, Role.WRITE), WhyNot.DISMISSED)
_STALE = Counted(Review(_ANN, "APPROVED", _EARLIER, Role.WRITE), WhyNot.STALE)
_UNREVIEWED = Provenance(Actor("mia"), _EARLIER, "2026-11-02T10:00:00Z", 41, Actor("mia"))
_REVIEWED = replace(_UNREVIEWED, reviews=(Review(_ANN, "APPROVED", _EARLIER, Role.WRITE),))
_CHANGED = replace(_REVIEWED, later=(Revision(_HEAD, ("Rollback Plan",)),))
_EXEMPTION = Exemption("ann", "Hotfix for INC-7", 1_790_000_000.0, _HEAD, 1)

EXAMPLES: tuple[Reason, ...] = (
    ConfigBroken(_UNKNOWN_KEY, "main"),
    ConfigBroken(replace(_UNKNOWN_KEY, repository="acme/.github"), "main"),
    ProposedConfigBroken(_UNKNOWN_KEY),
    Unchecked("it has several merge bases with the branch that decides: rebase it"),
    PlanHasErrors(replace(_DRAFT, findings=(_DEPENDS,))),
    PlanHasErrors(replace(_APPROVED, findings=(_DEPENDS, _UNANSWERED))),
    NoPlanLinked("src/checkout.py"),
    PlanUnknown("FEAT-12", "main"),
    PlanElsewhere("FEAT-12", "acme/depot", "acme/shop"),
    PlanOnlyHere(_DRAFT, "main"),
    PlanNotApproved(_DRAFT, "main", approved_here=False),
    PlanNotApproved(_UNSET, "main", approved_here=False),
    PlanNotApproved(_DRAFT, "main", approved_here=True),
    PlanInvalid(replace(_APPROVED, findings=(_UNANSWERED,)), "main"),
    PlanWithdrawn(_APPROVED, "main", removed=False),
    PlanWithdrawn(_APPROVED, "main", removed=True),
    PlanAmbiguous("FEAT-12", ("plans/FEAT-12.md", "plans/FEAT-12-old.md"), "main"),
    PlansUnreadable("acme/plans"),
    ApprovedByBot(_APPROVED, NoHuman.SET_BY_BOT, _BOT),
    ApprovedByBot(_APPROVED, NoHuman.PULL_BY_BOT, None),
    ApprovedByBot(_APPROVED, NoHuman.SET_BY_UNKNOWN, None),
    ApprovedByBot(_APPROVED, NoHuman.SET_ELSEWHERE, _ANN),
    ApprovalUnreviewed(_APPROVED, 1, (_STALE,)),
    ApprovalUnreviewed(_APPROVED, 2, (_DISMISSED,), ("bob", "@acme/architects")),
    ApprovalOutdated(_APPROVED, ("Why & What",), "main"),
    ChangedAfterApproval(_APPROVED, ("Task Decomposition", "Rollback Plan"), 1, ()),
    ApprovalUnproven(_APPROVED, "main", Gap.UNREVIEWED, _UNREVIEWED),
    ApprovalUnproven(_APPROVED, "main", Gap.CHANGED, _CHANGED),
    TaskUnknown(_APPROVED, 8),
    TaskTooEarly(_APPROVED, 2, (1,), blocks=True),
    TaskTaken(_APPROVED, 2, Claim("FEAT-12", 2, "acme/shop", 41, merged=False), blocks=True),
    GroupUncovered("src/checkout.py"),
    NotEvaluated("GitHub answered 502", "C0DE:1F2A:77B1"),
    OnlyExemptFiles(),
    ExemptAuthor("dependabot[bot]"),
    ExemptLabel("hotfix", "ann"),
    ExemptByPerson(_EXEMPTION),
    PlansValid((replace(_DRAFT, findings=(_TEAM, _TEAM, _TEAM)),)),
    PlanRemoved(("plans/FEAT-12.md",)),
    PlanApproved(_APPROVED, "main", _REVIEWED),
    LinksDiffer("FEAT-12", Place.BRANCH, "FEAT-13"),
    TaskLoose(3),
    ExemptionEnded(replace(_EXEMPTION, head_sha=_EARLIER)),
    *[LabelNotCounted("hotfix", "mia", why) for why in (NoRight.ROLE, NoRight.AUTHOR)],
    LabelNotCounted("hotfix", "", NoRight.UNKNOWN),
    KeyLocked(Overridden("approval.reviews", CONFIG_PATH, 4, 3)),
)
