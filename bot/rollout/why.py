"""Why a recorded decision blocks: its reasons by kind, and the plans that are waited for. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.gate.decide import decide
from bot.gate.record import Unreadable, unpack
from bot.gate.verdict import (
    ApprovalUnproven,
    PlanAmbiguous,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanUnknown,
    Reason,
    kind_of,
)

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A plan that code waits for: where it is, or would be, and what people call it."""

    repository: str
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """One reason that blocks: its kind, such as `no-plan-linked`, and the rule, if there is one."""

    kind: str
    code: str = ""
    plan: Awaited | None = None


def blocking(record: bytes) -> tuple[Why, ...]:
    """Return why the decision of that record blocks, by this version's rules.

    What this version cannot read, or would let pass, is one unknown reason.
    """
    try:
        facts = unpack(record)
    except Unreadable:
        return (Why(UNKNOWN),)
    verdict = decide(facts)
    home = verdict.home or facts.pull.repository
    found = tuple(_why(reason, home) for reason in verdict.reasons if reason.blocks)
    return found or (Why(UNKNOWN),)


def _why(reason: Reason, home: str) -> Why:
    awaited = next(_awaited(reason, home), None)
    return Why(kind_of(reason), getattr(reason, "code", ""), awaited)


def _awaited(reason: Reason, home: str) -> Iterator[Awaited]:
    match reason:
        case PlanNotApproved(plan) | PlanOnlyHere(plan) | PlanInvalid(plan):
            yield Awaited(home, plan.label, plan.title or "")
        case ApprovalUnproven(plan):
            yield Awaited(home, plan.label, plan.title or "")
        case PlanUnknown(name) | PlanAmbiguous(name):
            yield Awaited(home, name)
        case _:
            pass
