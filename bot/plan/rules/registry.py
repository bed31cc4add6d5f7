"""What a rule is, and the one decorator that registers it. It holds no rule itself."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.plan.diagnostics import Note, Severity
from bot.plan.fix import Fix
from bot.plan.model import Plan
from bot.plan.text import Span

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the catalogue's own letters
OFF = None


class Finding(NamedTuple):
    """What a rule yields: a place and what to do there. Code and severity are the rule's."""

    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None


Check = Callable[[Plan], Iterator[Finding]]


class Rule(NamedTuple):
    """A rule: its stable code, its name, its severity for a Draft and for an Approved plan.

    `needs` names what the linter must give in for it (a field of `Plan`); without, it is silent.
    """

    code: str
    name: str
    draft: Severity | None
    approved: Severity | None
    check: Check
    doc: str
    needs: str = ""


# The groups of rules that no plan can switch off: suppressions, gate.
_LASTING = ("N", "G")

REGISTERED: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    *,
    draft: Severity | None,
    approved: Severity | None,
    needs: str = "",
) -> Callable[[Check], Check]:
    """Register a check under its code; its docstring is the rule's documentation."""

    def register(check: Check) -> Check:
        REGISTERED[code] = Rule(code, name, draft, approved, check, check.__doc__ or "", needs)
        return check

    return register


def find_suppressible(written: str) -> Rule | None:
    """Return the rule that a suppression names by code or by name, None where it can hide none.

    The rules about suppressions last, and so do the gate's, which are none of a plan's.
    """
    by_name = (rule for rule in REGISTERED.values() if rule.name == written.lower())
    found = REGISTERED.get(written.upper()) or next(by_name, None)
    return found if found and not found.code.startswith(_LASTING) else None
