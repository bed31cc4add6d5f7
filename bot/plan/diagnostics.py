"""What a rule finds: a diagnostic with a stable code and a place. It never decides what follows."""

from enum import StrEnum
from typing import NamedTuple

from bot.plan.fix import Fix
from bot.plan.text import Span


class Severity(StrEnum):
    """How much a finding matters: an error blocks, the others inform."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Note(NamedTuple):
    """A second place that explains a diagnostic, such as the first definition."""

    span: Span
    message: str


class Diagnostic(NamedTuple):
    """One finding: what stands there and what to do about it."""

    code: str
    name: str
    severity: Severity
    span: Span
    message: str
    notes: tuple[Note, ...] = ()
    fix: Fix | None = None

    @property
    def blocks(self) -> bool:
        """Whether the finding keeps an Approved plan from being valid."""
        return self.severity is Severity.ERROR
