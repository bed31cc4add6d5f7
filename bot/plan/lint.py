"""Rules over a plan: the diagnostics, and whether it could be approved. It never reads a clock."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bot.plan.diagnostics import Diagnostic, Severity
from bot.plan.header import DEFAULT_ID_PATTERN
from bot.plan.ignored import read_ignored
from bot.plan.model import Plan, Status
from bot.plan.rules import RULES

# What explains an unset status. While it is unset no configuration weakens these and no suppression
# hides them: of two Status lines that got in unseen, a merge could take one away.
_STATUS_RULES = frozenset({"D002", "D005", "D012", "H001", "H004", "H005", "H006", "H007", "H008"})


class LintOptions(NamedTuple):
    """How to lint: as which status, on which day, and what of the configuration matters.

    `required` names, by complexity, the sections that a plan must have: without, all of them.
    `house_sections` are headings that every plan must have besides.
    """

    as_status: Status | None = None
    today: datetime.date | None = None
    severities: Mapping[str, str] = MappingProxyType({})
    required: Mapping[str, Collection[str]] = MappingProxyType({})
    house_sections: Sequence[str] = ()
    id_pattern: str = DEFAULT_ID_PATTERN


_DEFAULTS = LintOptions()


def lint(plan: Plan, options: LintOptions = _DEFAULTS) -> tuple[Diagnostic, ...]:
    """Return what the rules find, sorted by place, then code."""
    status = options.as_status or plan.status
    return _run(plan, options, _severities(plan, status, options))


def blockers(plan: Plan, options: LintOptions = _DEFAULTS) -> tuple[Diagnostic, ...]:
    """Return what keeps the plan from being approvable: the errors it would have as Approved.

    The Status line plays no part unless it is unset or unclear; then that itself blocks.
    """
    severities = _severities(plan, Status.APPROVED, options)
    if plan.status is Status.UNSET:
        severities |= dict.fromkeys(_STATUS_RULES, Severity.ERROR)
    return tuple(found for found in _run(plan, options, severities) if found.blocks)


def approvable(plan: Plan, options: LintOptions = _DEFAULTS) -> bool:
    """Tell whether the plan would be valid if a human set Approved now."""
    return plan.status is not Status.UNSET and not blockers(plan, options)


def _severities(plan: Plan, status: Status, options: LintOptions) -> dict[str, Severity | None]:
    """The severity of every rule for a plan of that *status*, as configured."""
    approved = status is Status.APPROVED
    severities = {code: rule.approved if approved else rule.draft for code, rule in RULES.items()}
    lasting = _STATUS_RULES if plan.status is Status.UNSET else frozenset[str]()
    for code, configured in options.severities.items():
        if code in severities and (code not in lasting or configured == Severity.ERROR):
            severities[code] = None if configured == "off" else Severity(configured)
    return severities


def _run(
    plan: Plan,
    options: LintOptions,
    severities: Mapping[str, Severity | None],
) -> tuple[Diagnostic, ...]:
    """Run the rules that have a severity; what suppressions hide goes.

    None hides an unanswered question, or why the Status is unset: those decide about approval.
    """
    lasting = _STATUS_RULES | {"O001"} if plan.status is Status.UNSET else {"O001"}
    judged = plan._replace(
        today=options.today,
        required=options.required.get(plan.complexity or "", plan.required),
        house_sections=options.house_sections,
    )
    ignored = read_ignored(judged)
    judged = judged._replace(unused=ignored.unused) if ignored.unused else judged
    found = [
        Diagnostic(
            code,
            RULES[code].name,
            severity,
            finding.span,
            finding.message,
            finding.notes,
            finding.fix,
        )
        for code, severity in severities.items()
        if severity is not None
        for finding in RULES[code].check(judged)
        if (code, finding.span.line) not in ignored.places or code in lasting
    ]
    return tuple(sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code)))
