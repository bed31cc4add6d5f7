"""The port to the ledger, and the values that go in and out. It decides nothing of what it keeps.

Times are given by the caller, in seconds since the epoch.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.gate.facts import Exemption


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the facts that it follows from.

    *id* is the caller's digest of what was decided and why, so the same decision has the same one.
    *facts* are JSON, compressed by zlib; nothing here looks into them.
    """

    id: str
    at: float
    subject: str
    repository: str
    number: int
    head_sha: str
    conclusion: str
    title: str
    facts: bytes


# ── links ────────────────────────────────────────────────────────────────────
class PullState(StrEnum):
    """What became of a pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class PlanName(NamedTuple):
    """A plan as pull requests name it: the repository that holds it, and its folded ID or path."""

    repository: str
    name: str


class PlanLink(NamedTuple):
    """One plan that a pull request links; a link that names a task claims it."""

    repository: str
    name: str
    task: int | None = None

    @property
    def plan(self) -> PlanName:
        """The plan alone."""
        return PlanName(self.repository, self.name)


@dataclass(frozen=True, slots=True)
class Linked:
    """A pull request and every plan that it links; or a merge group that other plans decide on."""

    subject: str
    repository: str
    number: int
    state: PullState
    base_ref: str
    links: tuple[PlanLink, ...] = ()
    from_fork: bool = False


class Linking(NamedTuple):
    """An open pull request, or a merge group, that links a plan which was asked for."""

    subject: str
    repository: str
    number: int
    installation: int


class TaskClaim(NamedTuple):
    """A pull request that names a task of a plan."""

    repository: str
    number: int
    task: int
    state: PullState
    base_ref: str
    from_fork: bool = False


# ── audit ────────────────────────────────────────────────────────────────────
class AuditKind(StrEnum):
    """What happened."""

    VERDICT = "verdict"
    EXEMPTED = "exempted"
    EXEMPTION_ENDED = "exemption ended"


@dataclass(frozen=True, slots=True)
class Audit:
    """Something that happened to a pull request. *actor* is empty where it was Plan Gate itself.

    *id* grows with every entry. *text* is the verdict in words, or the reason of the exemption.
    """

    id: int
    at: float
    kind: AuditKind
    subject: str
    repository: str
    number: int
    head_sha: str
    actor: str
    text: str


class Ledger(Protocol):
    """A durable memory. Each call is one transaction, all of it or none; a renaming takes several.

    Every method raises `StoreUnavailable` when the database does not answer; then nothing was
    changed, and what failed may be asked again. Only a value that no database can hold (a lone
    surrogate, a number of 65 bits) is the caller's own fault: `ValueError` or `OverflowError`.
    Cancelling a call takes nothing back that was already under way.

    Decisions, exemptions and done commands are on disk before their call returns. What can be
    read from GitHub again is not waited for: a power failure that takes it takes the end of the
    run that wrote it as well, and then that run comes again.

    Repositories that hold plans are compared without case, as GitHub does: people type their names.
    """

    # ── decisions ────────────────────────────────────────────────────────────
    async def record(self, decision: Decision) -> None:
        """Keep a decision; where it is known already, its time and words become the new ones.

        A conclusion or title other than the subject's last one goes into the audit log.
        """
        ...

    async def decision(self, id: str) -> Decision | None:  # noqa: A002 - its name everywhere
        """Return the decision of that id."""
        ...

    async def decisions(self, subject: str | None = None, limit: int = 100) -> list[Decision]:
        """Return the newest decisions, of one subject or of all, newest first."""
        ...

    # ── exemptions ───────────────────────────────────────────────────────────
    async def exempt(self, repository: str, number: int, exemption: Exemption) -> None:
        """Let an exemption stand, in place of any other of that pull request; it is audited."""
        ...

    async def end_exemption(self, repository: str, number: int, by: str, at: float) -> bool:
        """End what stands, audited as ended by *by*; False where nothing does."""
        ...

    async def exemption(self, repository: str, number: int) -> Exemption | None:
        """Return the exemption that stands; the caller compares its head."""
        ...

    # ── commands ─────────────────────────────────────────────────────────────
    async def done(self, comment: int) -> frozenset[str]:
        """Return the command lines of a comment that were carried out."""
        ...

    async def mark_done(self, comment: int, lines: Collection[str]) -> None:
        """Remember, for ever, that command lines of a comment were carried out."""
        ...

    # ── the index of links ───────────────────────────────────────────────────
    async def relink(self, linked: Linked, installation: int, at: float) -> frozenset[PlanName]:
        """Replace what stood for that subject; return the plans whose claims changed by it.

        A claim is a link with a task, together with the state and base of its pull request. A
        plan that is no longer claimed has changed as well. Every other open pull request that
        claims a task of such a plan is marked in the work queue, in the same transaction: a
        crash in between would leave it waiting for ever.
        """
        ...

    async def settle(self, subject: str, state: PullState, base_ref: str, at: float) -> bool:
        """Set what became of a pull request and keep what it links; False where none was noted.

        Whoever waits for it is marked as by `relink`. A merged one stays merged.
        """
        ...

    async def linking(
        self,
        repository: str,
        names: Collection[str] | None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[Linking]:
        """Return a page of the open pull requests that link one of a repository's plans.

        *names* are the plans in question; None asks for any plan of that repository.

        They come in the order of their subjects; *after* is the last subject of the page before.
        A page that is not full is the last one. At most 10,000 names.
        """
        ...

    async def open_subjects(self, repository: str) -> list[str]:
        """Return the pull requests and merge groups that were open when last heard of."""
        ...

    async def claims(self, repository: str, name: str) -> list[TaskClaim]:
        """Return who claims which task of a plan, by repository, number and task."""
        ...

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        """Return which tasks of a plan, by its ID, merged pull requests name."""
        ...

    async def indexed(self, repository: str) -> float | None:
        """Return when all pull requests of a repository were last indexed; None if never."""
        ...

    async def set_indexed(self, repository: str, at: float) -> None:
        """Remember that all pull requests of a repository were indexed."""
        ...

    async def forget_repository(self, repository: str) -> None:
        """Drop a repository's pull requests from the index; what people did is not forgotten."""
        ...

    async def rename_repository(self, old: str, new: str) -> None:
        """Carry the index and the standing exemptions over to a repository's new name.

        What stands under the new name already is newer, and stays; what is only remembered under
        it may be from when it was this repository's before, and goes. Decisions and the audit log
        are history: they keep the name of their time. It takes several transactions; what fails
        between them goes on from there when it is called again.
        """
        ...

    # ── where the App is installed ───────────────────────────────────────────
    async def enrolled(self, installation: int) -> frozenset[str]:
        """Return the repositories that an installation reached when that was last asked."""
        ...

    async def enrol(self, installation: int, repositories: Collection[str], at: float) -> None:
        """Note all repositories that an installation reaches, and that it left the others."""
        ...

    async def leave_all_but(self, installations: Collection[int], at: float) -> None:
        """Note that all other installations are gone, from all of their repositories."""
        ...

    # ── memory ───────────────────────────────────────────────────────────────
    async def recall(self, kind: str, key: str) -> bytes | None:
        """Return what was kept under that key."""
        ...

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        """Return what was kept under those of the keys that are known. At most 10,000 keys."""
        ...

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        """Keep a value in place of what was there.

        When `prune` comes by, the least recently written give way where a kind has grown beyond
        50,000 values or 256 MiB.
        """
        ...

    async def forget(self, kind: str, key: str) -> None:
        """Keep nothing under that key any more, on disk before this returns.

        What is forgotten is about to be so no longer: a power failure must not bring it back.
        """
        ...

    # ── audit ────────────────────────────────────────────────────────────────
    async def audit(self, after_id: int = 0, limit: int = 100) -> list[Audit]:
        """Return what happened after that entry, oldest first."""
        ...

    async def prune(self, before: float, audit_before: float, left_before: float = 0.0) -> int:
        """Forget some of what is too old or too much; say how much, 0 when done.

        Decisions older than *before* go, but the last one of each subject stays as long as the
        audit log does: until *audit_before*. Of a repository that the App left before
        *left_before* all goes but the audit log.
        """
        ...
