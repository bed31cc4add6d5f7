"""The verdict and its reasons: a closed set of values. What people read of them, `report` says."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.config.layers import Overridden
from bot.gate.approval import Counted, Gap, NoHuman
from bot.gate.facts import Actor, Claim, Exemption, InvalidConfig, PlanFile, Provenance
from bot.gate.links import Place

CHECK = "Plan gate"  # the name of the check run that says it; rules require it by that


class Conclusion(StrEnum):
    """How a check run ends; `NEUTRAL` only in shadow mode."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


class _Blocking:
    blocks: ClassVar[bool] = True


class _Passing:
    blocks: ClassVar[bool] = False


class NoRight(StrEnum):
    """Why somebody's label exempts nobody."""

    UNKNOWN = "nobody that GitHub remembers"
    AUTHOR = "the author of the pull request"
    BOT = "a Bot"
    ROLE = "without the role maintain"


# ── what blocks ──────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ConfigBroken(_Blocking):
    """The trusted branch's configuration cannot be read, so no policy is known."""

    problem: InvalidConfig
    branch: str


@dataclass(frozen=True, slots=True)
class ProposedConfigBroken(_Blocking):
    """The pull request would break the configuration."""

    problem: InvalidConfig


@dataclass(frozen=True, slots=True)
class Unchecked(_Blocking):
    """A limit of GitHub's or ours kept a part from being checked."""

    limit: str


@dataclass(frozen=True, slots=True)
class PlanHasErrors(_Blocking):
    """A plan file that the pull request touches does not hold to the plan format."""

    plan: PlanFile


@dataclass(frozen=True, slots=True)
class NoPlanLinked(_Blocking):
    """Code changes, and no plan is named."""

    example_file: str
    code: ClassVar[str] = "G004"


@dataclass(frozen=True, slots=True)
class PlanUnknown(_Blocking):
    """The pull request names a plan that exists neither on the trusted branch nor in itself."""

    name: str
    branch: str
    code: ClassVar[str] = "G008"


@dataclass(frozen=True, slots=True)
class PlanOnlyHere(_Blocking):
    """The linked plan is on no trusted branch yet, only in this pull request."""

    plan: PlanFile
    branch: str
    code: ClassVar[str] = "G006"


@dataclass(frozen=True, slots=True)
class PlanNotApproved(_Blocking):
    """The linked plan is Draft or unset on the trusted branch.

    *approved_here*: this very pull request sets it Approved, which counts only once merged.
    """

    plan: PlanFile
    branch: str
    approved_here: bool

    @property
    def code(self) -> str:
        """The rule that fires."""
        return "G006" if self.approved_here else "G005"


@dataclass(frozen=True, slots=True)
class PlanInvalid(_Blocking):
    """The linked plan is Approved on the trusted branch, but has errors or open questions."""

    plan: PlanFile
    branch: str
    code: ClassVar[str] = "G007"


@dataclass(frozen=True, slots=True)
class PlanWithdrawn(_Blocking):
    """The pull request changes code and removes its plan, or sets it back to Draft."""

    plan: PlanFile
    branch: str
    removed: bool
    code: ClassVar[str] = "G005"


@dataclass(frozen=True, slots=True)
class PlanAmbiguous(_Blocking):
    """Several files on the trusted branch carry the linked ID."""

    name: str
    paths: tuple[str, ...]
    branch: str
    code: ClassVar[str] = "P001"


@dataclass(frozen=True, slots=True)
class PlansUnreadable(_Blocking):
    """The repository of plans that the configuration names cannot be read."""

    repository: str


@dataclass(frozen=True, slots=True)
class PlanElsewhere(_Blocking):
    """The pull request names a plan in a repository whose plans do not count here."""

    name: str
    repository: str
    home: str  # whose plans count
    code: ClassVar[str] = "G008"


@dataclass(frozen=True, slots=True)
class ApprovedByBot(_Blocking):
    """The pull request sets a plan Approved, and no known human did."""

    plan: PlanFile
    why: NoHuman
    by: Actor | None
    code: ClassVar[str] = "G001"


@dataclass(frozen=True, slots=True)
class ApprovalUnreviewed(_Blocking):
    """The pull request sets a plan Approved, and too few people have reviewed that."""

    plan: PlanFile
    needed: int
    reviews: tuple[Counted, ...]
    approvers: tuple[str, ...] = ()
    code: ClassVar[str] = "G002"


@dataclass(frozen=True, slots=True)
class ApprovalOutdated(_Blocking):
    """The pull request sets a plan Approved that reads otherwise on the trusted branch by now."""

    plan: PlanFile
    parts: tuple[str, ...]
    branch: str
    code: ClassVar[str] = "G002"


@dataclass(frozen=True, slots=True)
class ChangedAfterApproval(_Blocking):
    """The pull request changes what approval covers, keeps Approved, and too few reviewed that."""

    plan: PlanFile
    parts: tuple[str, ...]
    needed: int
    reviews: tuple[Counted, ...]
    approvers: tuple[str, ...] = ()
    code: ClassVar[str] = "G003"


@dataclass(frozen=True, slots=True)
class ApprovalUnproven(_Blocking):
    """The linked plan's approval on the trusted branch does not meet the policy (`enforce`)."""

    plan: PlanFile
    branch: str
    gap: Gap
    provenance: Provenance | None
    code: ClassVar[str] = "G002"


@dataclass(frozen=True, slots=True)
class TaskUnknown(_Blocking):
    """The linked plan has no such task."""

    plan: PlanFile
    task: int
    code: ClassVar[str] = "G009"


@dataclass(frozen=True, slots=True)
class TaskTooEarly:
    """A task on which the linked one depends is not merged; `tasks.order` says what follows."""

    plan: PlanFile
    task: int
    waits_for: tuple[int, ...]
    blocks: bool
    code: ClassVar[str] = "G010"


@dataclass(frozen=True, slots=True)
class TaskTaken:
    """Another pull request has the linked task; `tasks.link` says what follows."""

    plan: PlanFile
    task: int
    holder: Claim
    blocks: bool
    code: ClassVar[str] = "G011"


@dataclass(frozen=True, slots=True)
class GroupUncovered(_Blocking):
    """A merge group changes a file that none of its pull requests changes: one is not known."""

    example_file: str


@dataclass(frozen=True, slots=True)
class NotEvaluated(_Blocking):
    """We or GitHub failed, and retries are used up."""

    fault: str
    request_id: str


# ── what passes ──────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class OnlyExemptFiles(_Passing):
    """No plan and no code changes."""


@dataclass(frozen=True, slots=True)
class ExemptAuthor(_Passing):
    """The author needs no plan for code."""

    login: str


@dataclass(frozen=True, slots=True)
class ExemptLabel(_Passing):
    """A label that somebody with the right to do so has put on: code needs no plan."""

    label: str
    by: str


@dataclass(frozen=True, slots=True)
class ExemptByPerson(_Passing):
    """A recorded `/plan-exempt` for this very head: code needs no plan."""

    exemption: Exemption


@dataclass(frozen=True, slots=True)
class PlansValid(_Passing):
    """The touched plans hold to the format; warnings do not block."""

    plans: tuple[PlanFile, ...]


@dataclass(frozen=True, slots=True)
class PlanRemoved(_Passing):
    """Only plan files are removed."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanApproved(_Passing):
    """A linked plan is Approved and valid on the trusted branch."""

    plan: PlanFile
    branch: str
    provenance: Provenance | None = None


# ── what is only worth saying ────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class LinksDiffer(_Passing):
    """A later place names another plan than the one that counts."""

    counted: str
    place: Place
    other: str


@dataclass(frozen=True, slots=True)
class TaskLoose(_Passing):
    """A `Task:` line beside no plan, or beside several: nobody knows whose task it is."""

    task: int


@dataclass(frozen=True, slots=True)
class ExemptionEnded(_Passing):
    """A recorded exemption was for an earlier head."""

    exemption: Exemption


@dataclass(frozen=True, slots=True)
class LabelNotCounted(_Passing):
    """A label that would exempt was put on by somebody who may not do so."""

    label: str
    by: str
    why: NoRight


@dataclass(frozen=True, slots=True)
class KeyLocked(_Passing):
    """The repository's configuration sets a key that the organisation has locked."""

    overridden: Overridden


Reason = (
    ConfigBroken
    | PlansUnreadable
    | PlanElsewhere
    | ApprovedByBot
    | ApprovalUnreviewed
    | ApprovalOutdated
    | ChangedAfterApproval
    | ApprovalUnproven
    | TaskUnknown
    | TaskTooEarly
    | TaskTaken
    | ProposedConfigBroken
    | Unchecked
    | PlanHasErrors
    | NoPlanLinked
    | PlanUnknown
    | PlanOnlyHere
    | PlanNotApproved
    | PlanInvalid
    | PlanWithdrawn
    | PlanAmbiguous
    | GroupUncovered
    | NotEvaluated
    | OnlyExemptFiles
    | ExemptAuthor
    | ExemptLabel
    | ExemptByPerson
    | PlansValid
    | PlanRemoved
    | PlanApproved
    | LinksDiffer
    | TaskLoose
    | ExemptionEnded
    | LabelNotCounted
    | KeyLocked
)


_Aside = (
    LinksDiffer
    | TaskLoose
    | ExemptionEnded
    | LabelNotCounted
    | KeyLocked
    | TaskTooEarly
    | TaskTaken
)


def kind_of(reason: Reason) -> str:
    """The reason's name, which is also its place in docs/policy.md: `plan-not-approved`."""
    return kind_named(type(reason).__name__)


def kind_named(name: str) -> str:
    """The kind of reason of that class's name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def is_aside(reason: Reason) -> bool:
    """Whether a reason is only worth saying: it neither blocks nor is why anything passes."""
    return isinstance(reason, _Aside) and not reason.blocks


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says about one pull request, and why.

    *home* is the other repository that the plans of its reasons are in, if they are in one.
    """

    reasons: tuple[Reason, ...]
    touched: tuple[PlanFile, ...] = ()
    shadow: bool = False
    comments: str = "blocked"
    home: str = ""

    @property
    def blocked(self) -> bool:
        """Whether merging must wait. Without a reason to pass, nothing passes."""
        earned = any(not reason.blocks and not is_aside(reason) for reason in self.reasons)
        return not earned or any(reason.blocks for reason in self.reasons)

    @property
    def conclusion(self) -> Conclusion:
        """How the check run ends."""
        if not self.blocked:
            return Conclusion.SUCCESS
        return Conclusion.NEUTRAL if self.shadow else Conclusion.FAILURE
