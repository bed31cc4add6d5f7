"""The verdict and its reasons: a closed set of values. What people read of them, `report` says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.gate.facts import InvalidConfig, PlanFile
from bot.gate.links import Place


class Conclusion(StrEnum):
    """How a check run ends; `NEUTRAL` only in shadow mode."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


class _Blocking:
    blocks: ClassVar[bool] = True


class _Passing:
    blocks: ClassVar[bool] = False


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
class PlanAmbiguous(_Blocking):
    """Several files on the trusted branch carry the linked ID."""

    name: str
    paths: tuple[str, ...]
    branch: str
    code: ClassVar[str] = "P001"


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


# ── what is only worth saying ────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class LinksDiffer(_Passing):
    """A later place names another plan than the one that counts."""

    counted: str
    place: Place
    other: str


Reason = (
    ConfigBroken
    | ProposedConfigBroken
    | Unchecked
    | PlanHasErrors
    | NoPlanLinked
    | PlanUnknown
    | PlanOnlyHere
    | PlanNotApproved
    | PlanInvalid
    | PlanAmbiguous
    | GroupUncovered
    | NotEvaluated
    | OnlyExemptFiles
    | ExemptAuthor
    | PlansValid
    | PlanRemoved
    | PlanApproved
    | LinksDiffer
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says about one pull request, and why."""

    reasons: tuple[Reason, ...]
    touched: tuple[PlanFile, ...] = ()
    shadow: bool = False
    comments: str = "blocked"

    @property
    def blocked(self) -> bool:
        """Whether merging must wait. Without a reason to pass, nothing passes."""
        return not self.reasons or any(reason.blocks for reason in self.reasons)

    @property
    def conclusion(self) -> Conclusion:
        """How the check run ends."""
        if not self.blocked:
            return Conclusion.SUCCESS
        return Conclusion.NEUTRAL if self.shadow else Conclusion.FAILURE
