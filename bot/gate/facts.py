"""Everything that a verdict may depend on, as plain values that were read beforehand.

They hold no parsed document: a decision's record is these values as JSON, to be decided again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.config.layers import Overridden
from bot.config.load import ConfigError
from bot.config.schema import Config
from bot.plan.diagnostics import Severity
from bot.plan.model import Status


# ── people ───────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Actor:
    """An account by its exact login; *bot* is GitHub's account type, not read off the name."""

    login: str
    bot: bool = False


class Role(StrEnum):
    """What somebody may do in a repository, least first; GitHub's `role_name`."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    def at_least(self, other: "Role") -> bool:
        """Whether it includes what *other* may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer last said, as GitHub has it: `APPROVED`, `CHANGES_REQUESTED`, `DISMISSED` …

    *commit* is the head that was reviewed. *approver*: whether `approval.approvers` names the
    reviewer, or a team of theirs; true where it names nobody.
    """

    by: Actor
    state: str
    commit: str
    role: Role
    approver: bool = True


@dataclass(frozen=True, slots=True)
class LabelAdded:
    """Who put a label on that is on the pull request now; nobody known where GitHub forgot."""

    name: str
    by: Actor | None
    role: Role


@dataclass(frozen=True, slots=True)
class Exemption:
    """A recorded `/plan-exempt`: it holds for one head commit."""

    by: str
    reason: str
    at: float  # seconds since the epoch
    head_sha: str
    comment: int


# ── the pull request ─────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A path that the pull request adds, changes or removes; a rename is one of each."""

    path: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that the pull request brings, with the account that GitHub gives as its author.

    *verified* where GitHub vouches for that account's signature. *message* is untrusted text.
    """

    sha: str
    author: Actor | None
    verified: bool
    message: str


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request's own words and ends. All of it is untrusted text.

    *from_fork*: its head is in another repository, so its author need not have any right here.
    """

    repository: str
    number: int
    title: str
    body: str
    author: Actor
    head_ref: str
    head_sha: str
    base_ref: str
    is_open: bool = True
    is_merged: bool = False
    labels: tuple[str, ...] = ()
    from_fork: bool = False


# ── plans ────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in a plan file, ready to be shown: lines and columns are 1-based.

    *more* are further lines: related places, and the suggested mend.
    """

    code: str
    name: str
    severity: Severity
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A row of a plan's task table: one task is one pull request."""

    number: int
    title: str
    depends_on: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan that approval covers: its name, and a digest of what it says.

    *answers* is set where the part is an open question: empty while it has no answer.
    """

    name: str
    digest: str
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file at one commit, read and linted by its own status.

    *status_line* is the line of its Status, None where it has none. *parts* are what approval
    covers, by name. *approving* is a digest of the text down to the last line that alone would say
    Approved, be it hidden or contradicted; empty where no line would.
    """

    path: str
    blob: str
    id: str | None = None
    title: str | None = None
    status: Status = Status.UNSET
    status_line: int | None = None
    tasks: tuple[PlanTask, ...] = ()
    parts: tuple[Part, ...] = ()
    findings: tuple[Finding, ...] = ()
    approving: str = ""

    @property
    def label(self) -> str:
        """What people call it: its ID, or its path while it has none."""
        return self.id or self.path

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that block."""
        return tuple(found for found in self.findings if found.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote a plan file's lines at the pull request's head, as blame has it.

    *status_by* set its Status line, None where GitHub knows no account for that commit;
    *in_pull*: whether this pull request brings that commit. *writers* wrote any other line that
    this pull request brings.
    """

    status_by: Actor | None
    in_pull: bool
    writers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A plan file that the pull request touches: where it left, on the trusted branch, at its head.

    A renamed plan is followed by its ID. *authorship* is read only where an approval is at stake.
    *merged* is what its merge group makes of the file, where that is not just the head's.
    """

    left: PlanFile | None
    base: PlanFile | None
    head: PlanFile
    authorship: Authorship | None = None
    merged: PlanFile | None = None

    @property
    def mixed(self) -> bool:
        """Whether merging mixes the lines of several versions, or just brings the head's file."""
        either = {self.left.blob if self.left else None, self.head.blob}
        return self.merged is not None or (self.base is not None and self.base.blob not in either)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that changed *parts* of a plan after it had been set Approved.

    *pull*, *author* and *reviews* are as in `Provenance`. *commit* is empty where the change is in
    a merge group, and not on the trusted branch yet.
    """

    commit: str
    parts: tuple[str, ...]
    pull: int = 0
    author: Actor | None = None
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a plan on the trusted branch came to be Approved, by blame of its Status line.

    *pull* is the merged pull request that brought it, 0 where none did; *author* opened it.
    *reviews* are those of its last head. *by* set the Status: None where GitHub knows no account.
    *later* is what changed since, newest first; it is read only where provenance is enforced.
    """

    by: Actor | None
    commit: str
    at: str = ""  # ISO 8601, as GitHub has it
    pull: int = 0
    author: Actor | None = None
    reviews: tuple[Review, ...] = ()
    later: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A pull request that names a task of a plan, itself not meant; *merged*, or still open."""

    plan: str
    task: int
    repository: str
    number: int
    merged: bool
    from_fork: bool = False

    @property
    def holds(self) -> bool:
        """Whether it keeps others from the task: anybody can open one from a fork of theirs."""
        return self.merged or not self.from_fork


# ── policy ───────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Branch:
    """The trusted branch that decides, at the commit that was read."""

    name: str
    sha: str
    tree: str


@dataclass(frozen=True, slots=True)
class InvalidConfig:
    """A configuration file that cannot be read, with the place of the fault.

    *repository* names another repository that it is in: the organisation's.
    """

    path: str
    line: int
    column: int
    message: str
    repository: str = ""

    @classmethod
    def at(cls, path: str, error: ConfigError, repository: str = "") -> "InvalidConfig":
        """The parser's complaint about the file at *path*."""
        return cls(path, error.line, error.column, str(error), repository)


@dataclass(frozen=True, slots=True)
class PlansHome:
    """Another repository that holds the plans, at its default branch; unreadable without one."""

    repository: str
    branch: Branch | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One pull request, seen together with the trusted branch.

    *config* and *base_plans* come from trusted branches alone; with a *config_problem* there is no
    policy, and *config* says nothing. *proposed_config*, *head_plans* and
    *changes* are what the pull request itself would make of them. *files* are what it changes
    against the trusted branch, whatever its own base is, and *commits* what it brings. *home* is
    set where plans live in another repository. What only some pull requests need is read for those
    alone: *reviews* for an approval, *labels* for those that may exempt, *provenance* (by path) for
    linked plans that are Approved, *claims* for tasks. *unread* names a limit that kept something
    from being read: then nothing was fully checked.
    """

    pull: Pull
    branch: Branch
    config: Config = field(default_factory=Config)
    config_problem: InvalidConfig | None = None
    files: tuple[ChangedFile, ...] = ()
    commits: tuple[Commit, ...] = ()
    home: PlansHome | None = None
    base_plans: tuple[PlanFile, ...] = ()
    head_plans: tuple[PlanFile, ...] = ()
    changes: tuple[PlanChange, ...] = ()
    reviews: tuple[Review, ...] = ()
    labels: tuple[LabelAdded, ...] = ()
    exemption: Exemption | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    overridden: tuple[Overridden, ...] = ()
    proposed_config: InvalidConfig | None = None
    unread: str | None = None
