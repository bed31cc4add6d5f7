"""The words that every form of the report has in common."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from bot.report.phrases import count_of, day_of
from bot.rollout.blocked import Cause, Counts, Report
from bot.rollout.tally import DAY
from bot.rollout.why import UNKNOWN

# The heads of columns that are aligned as numbers are.
NUMBERS: Final = frozenset(
    {
        "blocked",
        "enforced",
        "freed",
        "given",
        "judged",
        "median",
        "pull requests",
        "shadow",
        "wait still",
        "waiting",
    }
)

CAUSES: Final[Mapping[str, str]] = {
    "config-broken": "The configuration on the trusted branch is broken",
    "proposed-config-broken": "It would break the configuration",
    "unchecked": "Not everything could be checked",
    "plan-has-errors": "A plan that it touches has errors",
    "no-plan-linked": "No plan is linked",
    "plan-unknown": "The linked plan is not there (yet)",
    "plan-only-here": "The linked plan is only in the pull request itself",
    "plan-not-approved": "The linked plan is not Approved",
    "plan-invalid": "The linked plan is Approved, but has errors or open questions",
    "plan-withdrawn": "It removes its own plan, or sets it back to Draft",
    "plan-ambiguous": "Several files claim the linked plan's ID",
    "plans-unreadable": "The repository of plans cannot be read",
    "plan-elsewhere": "The linked plan is in a repository whose plans do not count",
    "approved-by-bot": "A plan is set Approved, and not by a person",
    "approval-unreviewed": "A plan is set Approved without the reviews that it needs",
    "approval-outdated": "A plan is set Approved that has changed meanwhile",
    "changed-after-approval": "An Approved plan is changed without the reviews that it needs",
    "approval-unproven": "The linked plan's approval does not meet the policy",
    "task-unknown": "The linked plan has no such task",
    "task-too-early": "A task that it depends on is not merged",
    "task-taken": "Another pull request has the linked task",
    "group-uncovered": "A merge group holds changes of no known pull request",
    "not-evaluated": "It could not be evaluated",
    UNKNOWN: "No longer known: the record is gone, or another version's",
}


def title_of(report: Report) -> str:
    """What the report is about."""
    pattern = f", repositories {report.pattern}" if report.pattern else ""
    return f"Plan Gate: what was blocked in {report.owner}{pattern}"


def span_of(report: Report) -> str:
    """The time that it covers."""
    days = round((report.until - report.since) / DAY)
    last = count_of(days, "day")
    return f"{day_of(report.since)} to {day_of(report.until)} (UTC), the last {last}"


def cause_words(cause: Cause) -> str:
    """A reason in words."""
    return CAUSES.get(cause.kind, cause.kind)


def outcomes_of(counts: Counts) -> list[tuple[str, int]]:
    """What became of those that were blocked, in words; what there is none of is left out."""
    told = [
        ("freed since", counts.freed),
        ("blocked still", counts.waiting),
        ("merged all the same", counts.merged),
        ("closed", counts.closed),
        ("not known any more", counts.unknown),
    ]
    return [(words, number) for words, number in told if number]


def duration(seconds: float | None) -> str:
    """A length of time, short: `40 s`, `12 min`, `5.2 h`, `3.1 days`."""
    if seconds is None:
        return "–"
    for unit, size in (("days", DAY), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds / size:.1f} {unit}" if unit != "min" else f"{seconds / size:.0f} min"
    return f"{seconds:.0f} s"


def share(part: int, whole: int) -> str:
    """A part in per cent."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def date_of(day: int) -> str:
    """A day by its number since the epoch."""
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
