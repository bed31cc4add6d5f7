"""The report as values for programs: documented in docs/enforce.md, and stable."""

from bot.report.phrases import moment
from bot.report.rollout.words import cause_words, date_of
from bot.rollout.blocked import Counts, Report


def as_values(report: Report) -> dict[str, object]:
    """All that the report tells. Times are UTC, durations are seconds."""
    return {
        "owner": report.owner,
        "repositories_like": report.pattern or None,
        "since": moment(report.since),
        "until": moment(report.until),
        "total": _counts(report.total),
        "repositories": [
            {"repository": name, **_counts(counts)} for name, counts in report.repositories
        ],
        "reasons": [
            {
                "reason": cause.kind,
                "code": cause.code or None,
                "words": cause_words(cause),
                "pulls": cause.pulls,
            }
            for cause in report.causes
        ],
        "days": [{"day": date_of(day), "blocked": count} for day, count in report.days],
        "plans": [
            {
                "repository": row.plan.repository,
                "plan": row.plan.name,
                "title": row.plan.title,
                "pulls": row.pulls,
                "waiting": row.waiting,
            }
            for row in report.plans
        ],
        "exemptions": {
            "given": report.exempted,
            "by": [{"login": login, "given": count} for login, count in report.people],
            "newest": [
                {
                    "at": moment(one.at),
                    "repository": one.repository,
                    "number": one.number,
                    "by": one.by,
                    "reason": one.reason,
                }
                for one in report.exemptions
            ],
        },
    }


def _counts(counts: Counts) -> dict[str, object]:
    return {
        "judged": counts.judged,
        "blocked": counts.blocked,
        "shadow": counts.shadow,
        "enforced": counts.enforced,
        "freed": counts.freed,
        "waiting": counts.waiting,
        "merged": counts.merged,
        "closed": counts.closed,
        "unknown": counts.unknown,
        "median_seconds": None if counts.median is None else round(counts.median),
    }
