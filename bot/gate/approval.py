"""What approval is at stake, and who stands for it. It says what is so; `decide` what follows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.config.schema import Approval
from bot.gate.facts import (
    Actor,
    Facts,
    Part,
    PlanChange,
    PlanFile,
    Provenance,
    Review,
    Revision,
    Role,
)
from bot.plan.model import Status


# ── what merging would do to an approval ─────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Sets:
    """Merging sets the plan Approved, which it is not on the trusted branch."""


@dataclass(frozen=True, slots=True)
class Revises:
    """Merging changes these parts of an Approved plan, and leaves it Approved."""

    parts: tuple[str, ...]


def stake(change: PlanChange) -> Sets | Revises | None:
    """Tell what approval is at stake when the change is merged; None: it needs no approving."""
    if not _may_end_approved(change):
        return None
    if not _is_approved(change.base):
        return Sets()
    parts = changed_parts(change)
    return Revises(parts) if parts else None


def _may_end_approved(change: PlanChange) -> bool:
    """Whether the plan may be Approved once git has merged the change.

    Where git mixes two versions, what hides a line in one may be gone in the other. So any line
    that alone says Approved counts: one of the head's, or one of the trusted branch's. Only where
    that stands as it did when the head left, and the head has it no more, git takes it out.
    """
    if not change.mixed:
        return _is_approved(change.head)
    left, base = (file.approving if file else "" for file in (change.left, change.base))
    return bool(change.head.approving) or base not in ("", left)


def changed_parts(change: PlanChange) -> tuple[str, ...]:
    """Name the parts that merging changes, as far as approval covers them.

    Merging brings what the head changed since it left, unless the trusted branch has it already.
    """
    left, base, head = (_by_name(file) for file in (change.left, change.base, change.head))
    return tuple(
        name
        for name in dict.fromkeys([*head, *left, *base])
        if _exceeds(left.get(name), head.get(name)) and _exceeds(base.get(name), head.get(name))
    )


def unseen_parts(change: PlanChange) -> tuple[str, ...]:
    """Name the parts that merging brings and the head has not: who reviewed the head saw others.

    The trusted branch has changed them since the head left, or another pull request of the group.
    """
    sides = (change.left, change.base or change.left, change.head, change.merged or change.head)
    left, base, head, merged = map(_by_name, sides)
    return tuple(
        name
        for name in dict.fromkeys([*head, *base, *merged])
        if _exceeds(head.get(name), merged.get(name))
        or (_exceeds(left.get(name), base.get(name)) and _exceeds(head.get(name), base.get(name)))
    )


def _exceeds(old: Part | None, new: Part | None) -> bool:
    """Tell whether approval of the old part does not cover the new one.

    An open question may be added, and given its answer: rule O001 asks for that.
    """
    if old is None or new is None:
        return old is not None or (new is not None and new.answers is None)
    return old.digest != new.digest or old.answers not in ("", new.answers)


def _by_name(file: PlanFile | None) -> dict[str, Part]:
    return {part.name: part for part in file.parts} if file else {}


def _is_approved(file: PlanFile | None) -> bool:
    return file is not None and file.status is Status.APPROVED


# ── who set it ───────────────────────────────────────────────────────────────
class NoHuman(StrEnum):
    """Why a human cannot be said to have set a plan Approved."""

    PULL_BY_BOT = "a Bot opened the pull request"
    SET_BY_BOT = "a Bot wrote the Status"
    SET_BY_UNKNOWN = "no known account wrote the Status"
    SET_ELSEWHERE = "no commit of the pull request wrote the Status"


def set_by_bot(change: PlanChange, pull_author: Actor) -> NoHuman | None:
    """Tell why a change that sets a plan Approved is not known to be a human's, None where it is.

    A line that no commit of the pull request wrote is an old Approved, brought back by a merge: its
    author set it another time.
    """
    if pull_author.bot:
        return NoHuman.PULL_BY_BOT
    if change.authorship is None or change.authorship.status_by is None:
        return NoHuman.SET_BY_UNKNOWN
    if change.authorship.status_by.bot:
        return NoHuman.SET_BY_BOT
    return None if change.authorship.in_pull else NoHuman.SET_ELSEWHERE


# ── who reviewed it ──────────────────────────────────────────────────────────
class WhyNot(StrEnum):
    """Why a review does not count as approval."""

    BOT = "by a Bot"
    AUTHOR = "by the author"
    WRITER = "by somebody who wrote part of the plan"
    CHANGES_REQUESTED = "requests changes"
    DISMISSED = "dismissed"
    COMMENTED = "approves nothing"
    STALE = "of another commit"
    NO_WRITE = "without write permission"
    NO_APPROVER = "not among the approvers"


@dataclass(frozen=True, slots=True)
class Counted:
    """A person's review, and why it does not count; None where it does."""

    review: Review
    why_not: WhyNot | None


def count_reviews(
    reviews: Iterable[Review],
    *,
    head_sha: str | None,
    author: Actor | None,
    writers: Collection[str] = (),
) -> tuple[Counted, ...]:
    """Tell of each reviewer, by login, whether their review counts as approval.

    *head_sha* is None where all reviews are known to be of the last head, *author* where the
    account is gone: GitHub lets nobody approve their own pull request. *writers* are logins. Of
    several reviews by one person a request for changes weighs most, then the one that counts.
    """
    others = {login.casefold() for login in writers}
    own = author.login.casefold() if author else None
    by_person: dict[str, Counted] = {}
    for review in reviews:
        person = review.by.login.casefold()
        why_not = _why_not(review, head_sha)
        if review.by.bot:
            why_not = WhyNot.BOT
        elif person == own:
            why_not = WhyNot.AUTHOR
        elif person in others:
            why_not = WhyNot.WRITER
        counted = Counted(review, why_not)
        by_person[person] = min(by_person.get(person, counted), counted, key=_weight)
    return tuple(by_person[person] for person in sorted(by_person))


def reviews_of(change: PlanChange, facts: Facts) -> tuple[Counted, ...]:
    """Tell which of the pull request's reviews count for that change."""
    authorship = change.authorship
    return count_reviews(
        facts.reviews if authorship else (),  # unknown writers might be the reviewers
        head_sha=facts.pull.head_sha,
        author=facts.pull.author,
        writers=authorship.writers if authorship else (),
    )


def past_reviews(brought: Provenance | Revision) -> tuple[Counted, ...]:
    """Tell which reviews count of the pull request that brought an approval, or a change of it."""
    return count_reviews(brought.reviews, head_sha=None, author=brought.author)


def approvals(counted: Iterable[Counted]) -> int:
    """Return how many of the reviews count."""
    return sum(each.why_not is None for each in counted)


def _why_not(review: Review, head_sha: str | None) -> WhyNot | None:
    """Judge a review by itself, whoever wrote it."""
    match review.state:
        case "CHANGES_REQUESTED":
            return WhyNot.CHANGES_REQUESTED
        case "DISMISSED":
            return WhyNot.DISMISSED
        case "APPROVED":
            pass
        case _:
            return WhyNot.COMMENTED
    if head_sha is not None and review.commit != head_sha:
        return WhyNot.STALE
    if not review.role.at_least(Role.WRITE):
        return WhyNot.NO_WRITE
    return None if review.approver else WhyNot.NO_APPROVER


def _weight(counted: Counted) -> tuple[bool, bool, str]:
    """Order the reviews of one person, the weightiest first; the last part only makes it total."""
    opposes = counted.why_not is WhyNot.CHANGES_REQUESTED
    return not opposes, counted.why_not is not None, repr(counted)


# ── how an approval on the trusted branch came about ─────────────────────────
class Gap(StrEnum):
    """What an Approved plan's provenance lacks, where it is enforced."""

    UNKNOWN = "it could not be found"
    BY_BOT = "a Bot set it"
    BY_UNKNOWN = "no known account set it"
    NO_PULL = "no merged pull request brought it"
    UNREVIEWED = "too few reviews"
    CHANGED = "it was changed since without a review"


def provenance_gap(provenance: Provenance | None, approval: Approval) -> Gap | None:
    """Tell what is wanting in how a plan became Approved, None where the policy was met."""
    if provenance is None:
        return Gap.UNKNOWN
    if not approval.allow_bots:
        if provenance.by is None:
            return Gap.BY_UNKNOWN
        if provenance.by.bot or (provenance.author and provenance.author.bot):
            return Gap.BY_BOT
    if not provenance.pull:
        return Gap.NO_PULL
    if not _is_reviewed(provenance, approval):
        return Gap.UNREVIEWED
    unreviewed = any(not _is_reviewed(revision, approval) for revision in provenance.later)
    return Gap.CHANGED if unreviewed else None


def _is_reviewed(brought: Provenance | Revision, approval: Approval) -> bool:
    """Tell whether a merged pull request with enough reviews brought it."""
    return bool(brought.pull) and approvals(past_reviews(brought)) >= approval.reviews
