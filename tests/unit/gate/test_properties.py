"""What holds of every verdict, whatever the facts."""

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.schema import Tasks
from bot.gate.decide import decide
from bot.gate.facts import Claim, Facts, Revision, Role
from bot.gate.scope import is_code, linked_plans, links_of
from bot.gate.verdict import (
    Conclusion,
    ExemptAuthor,
    ExemptByPerson,
    ExemptLabel,
    ProposedConfigBroken,
    Reason,
    Verdict,
    is_aside,
)
from bot.plan.model import Status
from bot.report.check_run import render_check_run
from bot.report.comment import render_comment
from bot.report.judged import Judged
from bot.report.site import Site
from tests.unit.gate.build import (
    CODE,
    EVE,
    HEAD,
    PROBLEM,
    UNREADABLE_REPOSITORY,
    change,
    commit,
    plan,
    review,
)
from tests.unit.gate.strategies import facts

SITE = Site("https://github.com", "acme/shop")


@given(facts)
def test_deciding_and_telling_are_total_and_repeatable(given_facts: Facts) -> None:
    verdict = decide(given_facts)
    assert verdict == decide(given_facts)
    judged = Judged(7, "Change", verdict)
    check = render_check_run([judged], SITE, "pull acme/shop#7")
    assert check.title
    assert check.conclusion is verdict.conclusion
    assert render_comment(judged, SITE, standing=True)


@given(facts)
def test_nothing_passes_without_a_reason_of_its_own(given_facts: Facts) -> None:
    verdict = decide(given_facts)
    if verdict.conclusion is Conclusion.SUCCESS:
        assert not any(reason.blocks for reason in verdict.reasons)
        assert any(not is_aside(reason) for reason in verdict.reasons)


# ── code ─────────────────────────────────────────────────────────────────────
def changes_code(given_facts: Facts) -> bool:
    return any(is_code(file.path, given_facts.config) for file in given_facts.files)


def is_exempt(given_facts: Facts) -> bool:
    """Whether an exemption holds, in the words of DESIGN rather than of the code."""
    author = given_facts.pull.author
    named = given_facts.config.gate.exempt_authors
    by_author = author.login in named and all(
        each.verified and each.author is not None and each.author.login in named
        for each in given_facts.commits
    )
    by_label = any(
        label.by is not None
        and not label.by.bot
        and label.by.login != author.login
        and label.role in (Role.MAINTAIN, Role.ADMIN)
        for label in given_facts.labels
    )
    by_person = given_facts.exemption is not None and given_facts.exemption.head_sha == HEAD
    return by_author or by_label or by_person


@given(facts)
def test_code_passes_only_by_its_plans_or_by_an_exemption(given_facts: Facts) -> None:
    verdict = decide(given_facts)
    if verdict.blocked or not changes_code(given_facts):
        return
    if any(isinstance(r, ExemptAuthor | ExemptLabel | ExemptByPerson) for r in verdict.reasons):
        assert is_exempt(given_facts)
        return
    linked = [linked_plans(link, given_facts) for link in links_of(given_facts).counted]
    assert linked
    for found in linked:
        [one] = found
        assert one.status is Status.APPROVED
        assert not one.errors


@given(facts)
def test_what_the_head_says_of_its_plans_never_frees_code(given_facts: Facts) -> None:
    bare = replace(given_facts, files=(*given_facts.files, CODE), base_plans=())
    assert decide(bare).blocked or is_exempt(given_facts)


# ── what blocks ──────────────────────────────────────────────────────────────
BROKEN = plan("FEAT-14", "Draft", errors=1)
ALWAYS: dict[str, Callable[[Facts], Facts]] = {
    "a limit": lambda f: replace(f, unread="a limit"),
    "a broken configuration": lambda f: replace(f, config_problem=PROBLEM),
    "a proposed configuration that is broken": lambda f: replace(f, proposed_config=PROBLEM),
    "an error in a plan": lambda f: replace(
        f,
        files=(*f.files, *[replace(CODE, path=path) for path in (BROKEN.path, "docs/plans/x.md")]),
        head_plans=(*f.head_plans, BROKEN),
    ),
}


@pytest.mark.parametrize("worsen", ALWAYS.values(), ids=ALWAYS.keys())
@given(given_facts=facts)
def test_some_facts_block_whatever_else_is(
    worsen: Callable[[Facts], Facts], given_facts: Facts
) -> None:
    assert decide(worsen(given_facts)).blocked


def every_plan(given_facts: Facts, **worse: object) -> Facts:
    plans = (replace(each, **worse) for each in given_facts.base_plans)  # type: ignore[arg-type]
    return replace(given_facts, base_plans=tuple(plans))


def stricter(given_facts: Facts, **keys: object) -> Facts:
    config = msgspec.structs.replace(given_facts.config, **keys)
    return replace(given_facts, config=config)


def approval(given_facts: Facts, **keys: object) -> Facts:
    policy = msgspec.structs.replace(given_facts.config.approval, **keys)
    return stricter(given_facts, approval=policy)


def unknown_authorship(given_facts: Facts) -> Facts:
    changes = (replace(each, authorship=None) for each in given_facts.changes)
    return replace(given_facts, changes=tuple(changes))


WORSE: dict[str, Callable[[Facts], Facts]] = {
    "code": lambda f: replace(f, files=(*f.files, CODE)),
    "a plan set Approved": lambda f: replace(
        f, changes=(*f.changes, change(plan("FEAT-15", "Draft"), plan("FEAT-15")))
    ),
    "an Approved plan revised": lambda f: replace(
        f, changes=(*f.changes, change(plan("FEAT-15"), plan("FEAT-15", scope="wide")))
    ),
    "plans set back to Draft": lambda f: every_plan(f, status=Status.DRAFT),
    "plans with errors": lambda f: every_plan(f, findings=BROKEN.findings),
    "no plans": lambda f: replace(f, base_plans=()),
    "plans that cannot be read": lambda f: replace(f, home=UNREADABLE_REPOSITORY),
    "no reviews": lambda f: replace(f, reviews=()),
    "a request for changes": lambda f: replace(
        f, reviews=(*f.reviews, *[review(r.by, "CHANGES_REQUESTED") for r in f.reviews])
    ),
    "a reviewer who may not write": lambda f: replace(
        f, reviews=tuple(replace(r, role=Role.READ) for r in f.reviews)
    ),
    "nobody known to have written a plan": unknown_authorship,
    "no label": lambda f: replace(f, labels=()),
    "no exemption": lambda f: replace(f, exemption=None),
    "somebody else's commit": lambda f: replace(f, commits=(*f.commits, commit(EVE))),
    "no known history": lambda f: replace(f, provenance={}),
    "plans that were changed past everybody": lambda f: replace(
        f,
        provenance={
            path: replace(known, later=(*known.later, Revision("1" * 40, ("scope",))))
            for path, known in f.provenance.items()
        },
    ),
    "another claim": lambda f: replace(
        f, claims=(*f.claims, Claim("FEAT-12", 2, "acme/shop", 1, merged=False))
    ),
    "more reviews asked for": lambda f: approval(f, reviews=f.config.approval.reviews + 1),
    "no Bots allowed": lambda f: approval(f, allow_bots=False),
    "provenance enforced": lambda f: approval(f, provenance="enforce"),
    "tasks enforced": lambda f: stricter(f, tasks=Tasks(order="error", link="error")),
}


@pytest.mark.parametrize("worsen", WORSE.values(), ids=WORSE.keys())
@given(given_facts=facts)
def test_what_makes_it_worse_never_opens_the_gate(
    worsen: Callable[[Facts], Facts], given_facts: Facts
) -> None:
    if decide(given_facts).blocked:
        assert decide(worsen(given_facts)).blocked


# ── what plays no part ───────────────────────────────────────────────────────
@given(facts)
def test_the_heads_configuration_only_ever_adds_a_reason_to_block(given_facts: Facts) -> None:
    without = decide(replace(given_facts, proposed_config=None))
    reasons = decide(replace(given_facts, proposed_config=PROBLEM)).reasons
    others = tuple(reason for reason in reasons if not isinstance(reason, ProposedConfigBroken))
    assert others == without.reasons
    assert (given_facts.config_problem is None) is (len(reasons) == len(others) + 1)


def told(verdict: Verdict) -> tuple[Conclusion, list[tuple[str, bool, str]]]:
    """The conclusion and what kinds of reasons there are, in no order."""

    def kind(reason: Reason) -> tuple[str, bool, str]:
        return type(reason).__name__, reason.blocks, getattr(reason, "code", "")

    return verdict.conclusion, sorted(map(kind, verdict.reasons))


@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_plays_no_part(given_facts: Facts, random: Random) -> None:
    mixed: dict[str, object] = {}
    for field in fields(Facts):
        match getattr(given_facts, field.name):
            case tuple() as values:
                mixed[field.name] = tuple(random.sample(values, len(values)))
            case dict() as values:
                mixed[field.name] = dict(random.sample(list(values.items()), len(values)))
            case _:
                pass
    other = replace(given_facts, **mixed)  # type: ignore[arg-type]
    assert told(decide(other)) == told(decide(given_facts))
