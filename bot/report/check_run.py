"""Verdicts as one check run: title, summary and annotations within GitHub's limits."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from bot.gate.facts import Finding, PlanFile
from bot.gate.verdict import CHECK, Conclusion, ProposedConfigBroken, Reason, Verdict, is_aside
from bot.plan.diagnostics import Severity
from bot.report.buttons import Action, buttons
from bot.report.judged import Judged
from bot.report.manual import about
from bot.report.markdown import code, fit, folded, visible
from bot.report.phrases import STATUS, more_reasons
from bot.report.site import Site
from bot.report.steps import next_step
from bot.report.titles import headline
from bot.report.why import why

NAME = CHECK

# https://docs.github.com/en/rest/checks/runs: lengths in bytes or characters, whichever is less
MAX_TITLE = 255
MAX_SUMMARY = 65_535
MAX_MESSAGE = 64_000
MAX_ANNOTATIONS = 1_000  # ours: twenty requests' worth
MAX_REASONS = 20  # ours, besides the first

_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.INFO: "notice"}
_ORDER = list(_LEVELS)
_MARK = "\n\n<!-- plan-gate {digest} -->"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding on a line, as GitHub takes it; columns only where it stands on one line."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    title: str
    start_column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class CheckRun:
    """Everything that is published on a head commit.

    The summary ends in a hidden digest of the whole, by which an unchanged verdict is known
    again: GitHub's own copy of our words need not come back letter by letter.
    """

    external_id: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[Annotation, ...]
    actions: tuple[Action, ...] = ()


def render_check_run(judged: Sequence[Judged], site: Site, external_id: str) -> CheckRun:
    """The check run of one head commit: usually one pull request's, else the strictest of all."""
    first = _strictest(judged)
    title = headline(first.verdict)
    if len(judged) > 1 and first.verdict.blocked:
        title = f"#{first.number}: {title}"
    annotations = _annotations(judged)
    shown = annotations[:MAX_ANNOTATIONS]
    sections = [_section(one, site, several=len(judged) > 1) for one in judged]
    if len(shown) < len(annotations):
        sections.append(f"{len(annotations) - len(shown):,} more findings are not shown.")
    footer = _footer(judged)
    unmarked = CheckRun(
        external_id=visible(external_id, MAX_TITLE),
        conclusion=first.verdict.conclusion,
        title=visible(title, MAX_TITLE),
        summary=fit("\n\n".join(sections), MAX_SUMMARY - len(footer) - len(_MARK) - 64),
        annotations=tuple(shown),
        actions=buttons(first.verdict),
    )
    return _marked(unmarked, footer)


def digest_mark(summary: str) -> str:
    """The hidden mark that ends a summary of ours; empty where there is none."""
    mark = summary[-(len(_MARK) + 64) :].rpartition("<!-- plan-gate ")
    return f"{mark[1]}{mark[2]}".strip() if mark[1] else ""


def _marked(run: CheckRun, footer: str) -> CheckRun:
    """The run with its digest; the *footer* is no part of it, for it names but one occasion."""
    digest = hashlib.sha256(json.dumps(asdict(run), sort_keys=True).encode()).hexdigest()[:16]
    summary = run.summary + footer + _MARK.format(digest=digest)
    return replace(run, summary=summary)


def _footer(judged: Sequence[Judged]) -> str:
    ids = [f"`{one.decision}`" for one in judged if one.decision]
    return f"\n\nDecision {', '.join(ids)}: `plan-gate replay ID` explains it." if ids else ""


def _strictest(judged: Sequence[Judged]) -> Judged:
    order = [Conclusion.FAILURE, Conclusion.NEUTRAL, Conclusion.SUCCESS]
    return min(judged, key=lambda one: order.index(one.verdict.conclusion))


def _section(one: Judged, site: Site, *, several: bool) -> str:
    """One pull request's part: why and the next step; who is blocked sees no more at first."""
    verdict = one.verdict
    site = site.of(one)
    blocking = [reason for reason in verdict.reasons if reason.blocks]
    asides = [reason for reason in verdict.reasons if is_aside(reason)] if blocking else []
    reasons = [*blocking, *asides] or verdict.reasons
    others = reasons[1:]
    parts = [f"### #{one.number} {code(one.title)}"] if several else []
    parts += [text for reason in reasons[:1] for text in _reason(reason, site, loud=bool(blocking))]
    if verdict.shadow and verdict.blocked:
        parts.append("Shadow mode: this is what *would block*; merging stays possible.")
    more = [text for reason in others[:MAX_REASONS] for text in _reason(reason, site)]
    table = _table(verdict, site)
    if blocking and (more or table):
        summary = more_reasons(len(others)) if others else "The plans"
        parts.append(folded(summary, [*more, *table]))
    else:
        parts += [*more, *table]
    return "\n\n".join(parts)


def _reason(reason: Reason, site: Site, *, loud: bool = False) -> Iterator[str]:
    text = why(reason, site)
    yield f"**{text}**" if loud else text
    if step := next_step(reason, site):
        more = f" [About this verdict]({about(reason)})." if loud else ""
        yield f"**Next step:** {step}{more}"


def _table(verdict: Verdict, site: Site) -> list[str]:
    shown = [*verdict.touched, *(r.plan for r in verdict.reasons if hasattr(r, "plan"))]
    plans = {(plan.path, plan.blob): plan for plan in shown}
    if not plans:
        return []
    rows = [_row(plan, site) for plan in list(plans.values())[:50]]
    return ["\n".join(["| Plan | Status | Findings |", "|---|---|---|", *rows])]


def _row(plan: PlanFile, site: Site) -> str:
    title = f" {code(plan.title, 80)}" if plan.title and site.tells_words else ""
    name = f"{code(plan.label)}{title}"
    return f"| {name} | {STATUS[plan.status]} | {_findings(plan.findings)} |"


def _findings(found: Sequence[Finding]) -> str:
    counts = [(severity, sum(one.severity is severity for one in found)) for severity in _ORDER]
    words = [_counted(n, s) for s, n in counts if n]
    return ", ".join(words) or "none"


def _counted(number: int, severity: Severity) -> str:
    plural = "s" if number > 1 and severity is not Severity.INFO else ""
    return f"{number} {severity}{plural}"


def _annotations(judged: Sequence[Judged]) -> list[Annotation]:
    """Findings of the touched plans, errors first, each once."""
    found: dict[Annotation, int] = {}
    for one in judged:
        for reason in one.verdict.reasons:
            if isinstance(reason, ProposedConfigBroken):
                problem = reason.problem
                place = (problem.path, problem.line, problem.line)
                found[Annotation(*place, "failure", problem.message, "Configuration error")] = 0
        for plan in one.verdict.touched:
            for finding in plan.findings:
                found[_annotation(plan.path, finding)] = _ORDER.index(finding.severity)
    return sorted(found, key=lambda a: (found[a], a.path, a.start_line, a.start_column or 0))


def _annotation(path: str, finding: Finding) -> Annotation:
    one_line = finding.line == finding.end_line
    return Annotation(
        path=path,
        start_line=finding.line,
        end_line=finding.end_line,
        annotation_level=_LEVELS[finding.severity],
        message=fit("\n".join([finding.message, *finding.more]), MAX_MESSAGE),
        title=f"{finding.code} {finding.name}",
        start_column=finding.column if one_line else None,
        end_column=max(finding.end_column - 1, finding.column) if one_line else None,
    )
