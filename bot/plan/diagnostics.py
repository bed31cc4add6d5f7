"""What a rule finds: a diagnostic with a stable code and a place. It never decides what follows."""

from dataclasses import dataclass
from enum import StrEnum

from bot.plan.fix import Fix
from bot.plan.text import Span


class Severity(StrEnum):
    """How much a finding matters: an error blocks, the others inform."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains a diagnostic, such as the first definition."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
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
