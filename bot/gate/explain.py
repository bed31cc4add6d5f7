"""Facts to conditions: the rows of `decide`, each with its evidence. It has no rule of its own.

It asks the functions that `decide` asks, and a test holds its answers against the verdict.
"""

from collections.abc import Iterator

import msgspec

from bot.config.schema import Config
from bot.gate.approval import Sets, approvals, reviews_of, set_by_bot, stake, unseen_parts
from bot.gate.condition import (
    Condition,
    FileRole,
    Question,
    Quorum,
    Setting,
    Touched,
    Unread,
    all_of,
    known,
)
from bot.gate.decide import comes_first, decide
from bot.gate.exemption import find_exemption, is_named, is_vouched, no_right, uncounted
from bot.gate.explain_links import explain_links
from bot.gate.facts import Facts, LabelAdded, PlanChange
from bot.gate.scope import is_code, is_plan
from bot.gate.verdict import ExemptAuthor, ExemptionEnded, Reason


def explain(facts: Facts) -> tuple[Condition, ...]:
    """Tell every condition for merging, and whether it held, in the order of `decide`."""
    later = (Question.READ, Question.PROPOSAL, Question.PLANS, Question.CODE, Question.APPROVALS)
    if facts.config_problem is not None:
        evidence = (facts.branch, facts.config_problem)
        policy = Condition(Question.POLICY, held=False, evidence=evidence)
        return (policy, *(Condition(question, held=None) for question in later))
    settings = _differing(facts.config, Config())
    limit, proposed = facts.unread, facts.proposed_config
    return (
        Condition(
            Question.POLICY, held=True, evidence=(facts.branch, *settings, *facts.overridden)
        ),
        Condition(
            Question.READ,
            held=limit is None,
            evidence=known(None if limit is None else Unread(limit)),
        ),
        Condition(Question.PROPOSAL, held=proposed is None, evidence=known(proposed)),
        _plans(facts),
        _code(facts),
        _approvals(facts),
    )


def _differing(value: object, default: object, group: str = "") -> Iterator[Setting]:
    """The configuration's keys that are not at their defaults."""
    if value == default:
        return
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            key = f"{group}.{name}" if group else name
            yield from _differing(getattr(value, name), getattr(default, name), key)
    else:
        yield Setting(group, msgspec.json.encode(value, order="sorted").decode())


# ── what it touches ──────────────────────────────────────────────────────────
def _touched(facts: Facts) -> tuple[Touched, ...]:
    return tuple(
        Touched(file.path, file.removed, _role(file.path, facts.config)) for file in facts.files
    )


def _role(path: str, config: Config) -> FileRole:
    if is_plan(path, config):
        return FileRole.PLAN
    return FileRole.CODE if is_code(path, config) else FileRole.EXEMPT


def _plans(facts: Facts) -> Condition:
    files = tuple(file for file in _touched(facts) if file.role is FileRole.PLAN)
    if not files:
        return Condition(Question.PLANS, held=None)
    children = tuple(
        Condition(Question.PLAN, not plan.errors, plan.label, evidence=(plan, *plan.findings))
        for plan in facts.head_plans
    )
    return all_of(Question.PLANS, children, evidence=files)


def _code(facts: Facts) -> Condition:
    files = tuple(file for file in _touched(facts) if file.role is not FileRole.PLAN)
    if all(file.role is FileRole.EXEMPT for file in files):
        return Condition(Question.CODE, held=None, evidence=files)
    exempt = _exempt(facts)
    if exempt.held:
        return all_of(
            Question.CODE, (exempt, Condition(Question.LINKED, held=None)), evidence=files
        )
    return all_of(Question.CODE, (exempt, *explain_links(facts)), evidence=files)


# ── what may exempt its code ─────────────────────────────────────────────────
def _exempt(facts: Facts) -> Condition:
    """Any of the ways is enough, and none is needed: there is a plan to be linked instead."""
    found = find_exemption(facts, facts.config)
    ways = [_by_author(facts, found), *(_by_label(label, facts) for label in facts.labels)]
    ways.append(_by_person(facts))
    return Condition(Question.EXEMPT, found is not None, needed=False, children=tuple(ways))


def _by_author(facts: Facts, found: Reason | None) -> Condition:
    author, config = facts.pull.author, facts.config
    named, held = is_named(author, config), isinstance(found, ExemptAuthor)
    others = tuple(commit for commit in facts.commits if not is_vouched(commit, config))
    children = (
        Condition(Question.AUTHOR_NAMED, named, needed=False, evidence=(author,)),
        Condition(Question.COMMITS_VOUCHED, held if named else None, needed=False, evidence=others),
    )
    return Condition(Question.EXEMPT_BY_AUTHOR, held, needed=False, children=children)


def _by_label(label: LabelAdded, facts: Facts) -> Condition:
    why_not = no_right(label, facts.pull)
    evidence = known(label, why_not)
    return Condition(
        Question.EXEMPT_BY_LABEL, why_not is None, label.name, needed=False, evidence=evidence
    )


def _by_person(facts: Facts) -> Condition:
    ended = any(isinstance(reason, ExemptionEnded) for reason in uncounted(facts))
    return Condition(
        Question.EXEMPT_BY_PERSON,
        facts.exemption is not None and not ended,
        needed=False,
        evidence=known(facts.exemption),
    )


# ── what it does to approvals ────────────────────────────────────────────────
def _approvals(facts: Facts) -> Condition:
    rows = decide(facts).reasons
    children = tuple(
        _approval(change, facts, later=comes_first(change, rows)) for change in facts.changes
    )
    if all(child.held is None for child in children):
        return Condition(Question.APPROVALS, held=None, children=children)
    return all_of(Question.APPROVALS, children)


def _approval(change: PlanChange, facts: Facts, *, later: bool) -> Condition:
    """The policy for one plan; *later*: it is to be approved in a pull request of its own."""
    at_stake, plan, policy = stake(change), change.head, facts.config.approval
    evidence = known(plan, at_stake)
    if at_stake is None or later:
        return Condition(Question.APPROVAL, None, plan.label, evidence=evidence)
    sets = isinstance(at_stake, Sets)
    no_human = set_by_bot(change, facts.pull.author) if sets else None
    counted = reviews_of(change, facts)
    unseen = unseen_parts(change) if sets and policy.reviews else ()
    children = (
        Condition(
            Question.BY_HUMAN,
            no_human is None if sets else None,
            needed=not policy.allow_bots,
            evidence=known(change.authorship, no_human),
        ),
        Condition(
            Question.REVIEWED,
            approvals(counted) >= policy.reviews,
            evidence=(Quorum(policy.reviews, policy.approvers), *counted),
        ),
        *(Condition(Question.CURRENT, held=False, about=part) for part in unseen),
    )
    return all_of(Question.APPROVAL, children, plan.label, evidence)
