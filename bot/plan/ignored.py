"""What the suppressions of a plan hide, and which of them hide nothing. It hides nothing itself."""

from collections import defaultdict
from typing import NamedTuple

from bot.plan.model import Plan, Suppression
from bot.plan.rules import RULES, Rule
from bot.plan.rules.registry import find_suppressible
from bot.plan.text import Value


class Ignored(NamedTuple):
    """The codes that are hidden, by line, and the names in suppressions that hide nothing."""

    places: frozenset[tuple[str, int]] = frozenset()
    unused: tuple[Value, ...] = ()


def read_ignored(plan: Plan) -> Ignored:
    """Find out what the suppressions hide.

    One is used where its rule finds something, whatever the severity: what is off for a Draft may
    be an error in the Approved plan. A rule that lacks what it needs is not held against it.
    """
    if not plan.suppressions:
        return Ignored()
    named: defaultdict[str, list[tuple[Value, Suppression]]] = defaultdict(list)
    for suppression in plan.suppressions:
        for written in suppression.rules:
            if rule := find_suppressible(written.text):
                named[rule.code].append((written, suppression))
    hidden: set[tuple[str, int]] = set()
    unused: list[Value] = []
    for code, places in named.items():
        rule = RULES[code]
        found = {finding.span.line for finding in rule.check(plan)}
        for written, suppression in places:
            hidden.update((code, line) for line in suppression.lines)
            if found.isdisjoint(suppression.lines) and _can_judge(rule, plan):
                unused.append(written)
    return Ignored(frozenset(hidden), tuple(unused))


def _can_judge(rule: Rule, plan: Plan) -> bool:
    return not rule.needs or getattr(plan, rule.needs) is not None
