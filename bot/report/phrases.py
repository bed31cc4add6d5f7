"""Turns of phrase that several sentences share."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.gate.approval import Counted, approvals
from bot.gate.facts import PlanFile, Provenance, Revision
from bot.plan.model import Status
from bot.report.markdown import code, escape, visible
from bot.report.site import Site

STATUS = {Status.APPROVED: "Approved", Status.DRAFT: "Draft", Status.UNSET: "unset"}
STANDS = {
    Status.APPROVED: "is Approved",
    Status.DRAFT: "is Draft",
    Status.UNSET: "has no clear Status",
}


def count_of(number: int, noun: str) -> str:
    """A number of things: *1 error*, *2 errors*."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_of(names: Sequence[str], most: int = 3, last: str = "and") -> str:
    """A list in words, in which no more than *most* are named."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def faults_of(plan: PlanFile) -> str:
    """How many questions are open, and how many other errors there are."""
    questions = sum(error.code == "O001" for error in plan.errors)
    others = len(plan.errors) - questions
    parts = []
    if questions:
        parts.append(count_of(questions, "unanswered question"))
    if others:
        parts.append(count_of(others, "error"))
    return " and ".join(parts)


def open_questions(plan: PlanFile) -> str:
    """How many questions keep a Draft from being approved; empty where none does."""
    number = sum(found.code == "O001" for found in plan.findings)
    return count_of(number, "open question") if number else ""


def first_error(plan: PlanFile) -> str:
    """The error to begin with, by its line."""
    error = plan.errors[0]
    return f"line {error.line}: {sentence(error.message)}"


def sentence(message: str) -> str:
    """A finding's message, which quotes untrusted text, as words that end."""
    shown = escape(message, 500)
    return shown if shown.endswith((".", "?", "…")) else f"{shown}."


# ── approval ─────────────────────────────────────────────────────────────────
def review_count(needed: int) -> str:
    """So many reviews."""
    return "a review" if needed == 1 else f"{needed} reviews"


def all_of(approvers: Sequence[str]) -> str:
    """Those whose reviews count."""
    return list_of([code(name) for name in approvers], 5)


def any_of(approvers: Sequence[str]) -> str:
    """Whose review counts; empty where anybody's will do."""
    return list_of([code(name) for name in approvers], 5, last="or") if approvers else ""


def tally(reviews: Sequence[Counted]) -> str:
    """How many count, and why the others do not."""
    others = [
        f"{code(one.review.by.login)}: {one.why_not}" for one in reviews if one.why_not is not None
    ]
    counting = approvals(reviews)
    verb = "count" if counting > 1 else "counts"
    tail = f" ({'; '.join(others[:10])})" if others else ""
    return f"{counting or 'none'} {verb} so far{tail}."


def history_of(provenance: Provenance | None, site: Site) -> str:
    """Who set it, when and where, as far as that is known."""
    if provenance is None:
        return ""
    by = f", set by {code(provenance.by.login)}" if provenance.by else ""
    day = f" on {visible(provenance.at[:10])}" if provenance.at else ""
    where = ""
    if provenance.pull:
        where = f" in {site.pull(site.home or site.repository, provenance.pull)}"
    reviewers = [code(one.by.login) for one in provenance.reviews if one.state == "APPROVED"]
    reviewed = f", reviewed by {list_of(reviewers)}" if reviewers else ""
    changes = [_revision(revision, site) for revision in provenance.later]
    changed = f"; changed since: {list_of(changes, 5)}" if changes else ""
    return f"{by}{day}{where}{reviewed}{changed}"


def _revision(revision: Revision, site: Site) -> str:
    """What changed, and where."""
    if revision.pull:
        where = f" in {site.pull(site.home or site.repository, revision.pull)}"
    else:
        where = f" in {code(revision.commit[:12])}" if revision.commit else " in this merge group"
    return f"{list_of([code(part) for part in revision.parts])}{where}"


def tasks_named(numbers: Sequence[int]) -> str:
    """Tasks by their numbers."""
    noun = "task" if len(numbers) == 1 else "tasks"
    return f"{noun} {list_of([str(number) for number in numbers], 10)}"


def day_of(at: float) -> str:
    """The day of a moment, in UTC."""
    return datetime.fromtimestamp(at, tz=UTC).date().isoformat()


def moment(at: float) -> str:
    """Seconds since the epoch as UTC, such as `2026-11-02T10:00:00Z`."""
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")


def more_reasons(number: int) -> str:
    """How many reasons there are besides the first, as a summary of what is folded."""
    return count_of(number, "more reason")
