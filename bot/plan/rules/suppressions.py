"""Group N, suppressions: each hides something, names a rule and says why."""

from collections.abc import Iterator

from bot.plan.fix import Edit, Fix
from bot.plan.model import Plan, Suppression
from bot.plan.rules.registry import REGISTERED, E, Finding, W, find_suppressible, rule
from bot.plan.text import Span
from bot.plan.words import MAX_HINTS, did_you_mean, quoted

_SHAPE = "`<!-- plan-gate: ignore T008 — reason -->`"


@rule("N001", "suppression-unused", draft=W, approved=W)
def check_suppression_unused(plan: Plan) -> Iterator[Finding]:
    """A suppression hides nothing.

    It hides what is found on its own line or, standing alone, on the next. What it names and is not
    found there may be found elsewhere one day, and then nobody has judged that.

    Bad:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore H003 — the appendix is for the auditors -->
        ## Appendix
    Good:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore H003 — the appendix is for the auditors -->
        # Appendix
    """
    in_vain = frozenset(plan.unused)
    for suppression in plan.suppressions if in_vain else ():
        needless = in_vain.issuperset(suppression.rules)
        for index, written in enumerate(suppression.rules):
            if written not in in_vain:
                continue
            edit = _drop(plan, suppression) if needless else _drop_one(suppression, index)
            yield Finding(
                written.span,
                f"{quoted(written.text)} finds nothing here to ignore: take it out",
                fix=Fix("Take it out", (edit,), safe=True),
            )


def _drop(plan: Plan, suppression: Suppression) -> Edit:
    """Take a comment out, and with it the lines on which it stands alone."""
    at = suppression.span
    lines = plan.text.lines[at.line - 1 : at.end_line]
    whole = not lines[0][: at.column - 1].strip() and not lines[-1][at.end_column - 1 :].strip()
    if whole and at.end_line < len(plan.text.lines):
        return Edit(Span(at.line, 1, at.end_line + 1, 1), "")
    return Edit(at, "")


def _drop_one(suppression: Suppression, index: int) -> Edit:
    """Take one of several names out, and the comma between it and the next or the one before."""
    at = suppression.rules[index].span
    if index + 1 < len(suppression.rules):
        after = suppression.rules[index + 1].span
        return Edit(Span(at.line, at.column, after.line, after.column), "")
    before = suppression.rules[index - 1].span
    return Edit(Span(before.end_line, before.end_column, at.end_line, at.end_column), "")


@rule("N002", "suppression-unknown", draft=W, approved=E)
def check_suppression_unknown(plan: Plan) -> Iterator[Finding]:
    """A suppression names no rule that can be ignored.

    Rules are named by code or by name, several with commas between. The gate's rules (G) and these
    about suppressions (N) cannot be ignored.

    Bad:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore second-titel — the appendix is for the auditors -->
        # Appendix
    Good:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore second-title — the appendix is for the auditors -->
        # Appendix

        `<!-- plan-gate: ignore X999 -->` in code is none.
    """
    hints = 0
    for suppression in plan.suppressions:
        if not suppression.rules:
            yield Finding(suppression.span, f"No rule is named: write {_SHAPE}")
        for written in suppression.rules:
            if find_suppressible(written.text) is None:
                hints += 1
                hint = _hint(written.text) if hints <= MAX_HINTS else ""
                advice = hint or ": take it out"
                yield Finding(
                    written.span, f"{quoted(written.text)} is no rule that can be ignored{advice}"
                )


@rule("N003", "suppression-unreasoned", draft=W, approved=E)
def check_suppression_unreasoned(plan: Plan) -> Iterator[Finding]:
    """A suppression does not say why.

    The reason is what a reviewer can agree with.

    Bad:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore H003 -->
        # Appendix
    Good:
        # Plan: FEAT-1 — Search

        <!-- plan-gate: ignore H003 — the appendix is for the auditors -->
        # Appendix
    """
    for suppression in plan.suppressions:
        if not any(character.isalnum() for character in suppression.reason):
            yield Finding(suppression.span, f"Say why this is ignored: {_SHAPE}")


def _hint(written: str) -> str:
    """Guess the rule that was meant among the names that begin alike."""
    names = (name for known in REGISTERED.values() if find_suppressible(name := known.name))
    return did_you_mean(written, [name for name in names if name[0] == written[0].lower()])
