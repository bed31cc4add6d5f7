"""The values of an explanation: what was asked, whether it held, and by what evidence. No words."""

from dataclasses import dataclass
from enum import StrEnum

from bot.config.layers import Overridden
from bot.gate.approval import Counted, Gap, NoHuman, Revises, Sets
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
from bot.gate.links import Link
from bot.gate.verdict import NoRight


class Question(StrEnum):
    """What is asked about a pull request, by names that do not change."""

    POLICY = "policy-readable"
    READ = "everything-read"
    PROPOSAL = "configuration-stays-valid"
    # the plans that it touches
    PLANS = "touched-plans-valid"
    PLAN = "touched-plan-valid"
    # its code
    CODE = "code-has-plan-or-exemption"
    EXEMPT = "exempt"
    EXEMPT_BY_AUTHOR = "exempt-by-author"
    AUTHOR_NAMED = "author-named"
    COMMITS_VOUCHED = "commits-vouched"
    EXEMPT_BY_LABEL = "exempt-by-label"
    EXEMPT_BY_PERSON = "exempt-by-person"
    HOME = "plans-repository-readable"
    LINKED = "plan-linked"
    # a plan that it links
    LINK = "linked-plan-frees-code"
    COUNTS = "plan-counts-here"
    EXISTS = "plan-on-branch"
    UNIQUE = "plan-in-one-file"
    APPROVED = "plan-approved"
    VALID = "plan-valid"
    KEPT = "plan-kept"
    PROVEN = "approval-proven"
    # a task that it names
    TASK = "task"
    TASK_EXISTS = "task-exists"
    TASK_TURN = "task-turn"
    TASK_FREE = "task-free"
    # approvals that it gives or keeps
    APPROVALS = "approvals"
    APPROVAL = "approval"
    BY_HUMAN = "approval-by-human"
    REVIEWED = "approval-reviewed"
    CURRENT = "approval-of-what-merges"


class FileRole(StrEnum):
    """What a changed file is to the gate."""

    PLAN = "plan"
    CODE = "code"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Setting:
    """A key whose value is not the default, with the value as JSON."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A file that the pull request changes."""

    path: str
    removed: bool
    role: FileRole


@dataclass(frozen=True, slots=True)
class Named:
    """A link, and whether it is one of those that count."""

    link: Link
    counts: bool


@dataclass(frozen=True, slots=True)
class LooseTask:
    """A task of a `Task:` line that is no plan's."""

    task: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tasks that have to be merged first and are not."""

    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many reviews are needed, and of whom; nobody named: of anybody who may."""

    reviews: int
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """The limit that kept something from being read."""

    limit: str


Evidence = (
    Actor
    | Authorship
    | Branch
    | Claim
    | Commit
    | Counted
    | Exemption
    | Finding
    | Gap
    | InvalidConfig
    | LabelAdded
    | LooseTask
    | Named
    | NoHuman
    | NoRight
    | Overridden
    | PlanFile
    | PlanTask
    | PlansHome
    | Provenance
    | Quorum
    | Revises
    | Revision
    | Sets
    | Setting
    | Touched
    | Unread
    | Waiting
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One question with its answer; *held* is None where it was not asked.

    *needed*: merging has to wait while it does not hold. *about* names what is asked about, where
    the question alone does not: a plan, a task, a label. It is untrusted text.
    """

    question: Question
    held: bool | None
    about: str = ""
    needed: bool = True
    evidence: tuple[Evidence, ...] = ()
    children: tuple["Condition", ...] = ()


def all_of(
    question: Question,
    children: tuple[Condition, ...],
    about: str = "",
    evidence: tuple[Evidence, ...] = (),
) -> Condition:
    """The condition that holds where all do that it needs."""
    held = all(child.held is not False for child in children if child.needed)
    return Condition(question, held, about, evidence=evidence, children=children)


def known(*evidence: Evidence | None) -> tuple[Evidence, ...]:
    """What there is of the evidence."""
    return tuple(one for one in evidence if one is not None)
