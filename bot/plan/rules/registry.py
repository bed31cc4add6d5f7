"""What a rule is, and the one decorator that registers it. It holds no rule itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.plan.diagnostics import Note, Severity
from bot.plan.fix import Fix
from bot.plan.model import Plan
from bot.plan.text import Span

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the catalogue's own letters
OFF = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields: a place and what to do there. Code and severity are the rule's."""

    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None


Check = Callable[[Plan], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its stable code, its name, its severity for a Draft and for an Approved plan."""

    code: str
    name: str
    draft: Severity | None
    approved: Severity | None
    check: Check
    doc: str


REGISTERED: dict[str, Rule] = {}


def rule(
    code: str, name: str, *, draft: Severity | None, approved: Severity | None
) -> Callable[[Check], Check]:
    """Register a check under its code; its docstring is the rule's documentation."""

    def register(check: Check) -> Check:
        REGISTERED[code] = Rule(code, name, draft, approved, check, check.__doc__ or "")
        return check

    return register
