"""Plan files from their text, as the gate reads them."""

from bot.gate.facts import PlanFile
from bot.gate.plan_file import summarise
from bot.plan.lint import lint
from bot.plan.parse import MAX_BYTES, parse_plan


def read(text: str | bytes, path: str = "plans/FEAT-12.md", max_bytes: int = MAX_BYTES) -> PlanFile:
    """The plan file of that text, linted by its own status."""
    plan = parse_plan(text, max_bytes=max_bytes)
    return summarise(path, f"blob of {text!r}", plan, lint(plan))


def differing(old: PlanFile, new: PlanFile) -> set[str]:
    """The names of the parts in which two plan files differ."""
    return {part.name for part in set(old.parts) ^ set(new.parts)}
