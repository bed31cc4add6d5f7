"""The rules of the plan format, by code: each a decorated function in its group's module."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.plan.rules import (
    across,
    api,
    data_model,
    document,
    done,
    events,
    header,
    questions,
    rollback,
    sections,
    security,
    services,
    suppressions,
    tasks,
    testing,
    why,
)
from bot.plan.rules.registry import REGISTERED, Finding, Rule

__all__ = ["MANUAL_URL", "RULES", "RULES_URL", "Finding", "Rule", "rule_url"]

MANUAL_URL = "https://github.com/plan-gate/plan-gate/blob/main/docs/"
RULES_URL = f"{MANUAL_URL}rules/"  # each rule's page, which `bot.plan.reference` writes

GROUPS = (
    document,
    header,
    sections,
    why,
    services,
    data_model,
    api,
    events,
    tasks,
    testing,
    security,
    rollback,
    questions,
    done,
    across,
    suppressions,
)
RULES: Mapping[str, Rule] = MappingProxyType(dict(sorted(REGISTERED.items())))


def rule_url(code: str) -> str:
    """Return the address of a rule's page."""
    return f"{RULES_URL}{code}.md"
