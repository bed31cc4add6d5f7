"""Why a recorded decision blocks."""

import pytest

from bot.gate.facts import Facts
from bot.gate.record import pack
from bot.gate.verdict import kind_of
from bot.report.examples import EXAMPLES
from bot.report.manual import anchor
from bot.report.rollout.words import CAUSES
from bot.rollout.why import UNKNOWN, Awaited, Why, blocking
from tests.unit.gate.build import (
    APPROVED,
    CODE,
    DRAFT,
    INVALID,
    PLANS_REPOSITORY,
    changed,
    plan,
    pull,
)

FEAT_12 = Awaited("acme/shop", "FEAT-12", "One-page checkout")
LINKS = "Plan: FEAT-12"


@pytest.mark.parametrize(
    ("facts", "whys"),
    [
        (pull(CODE), [Why("no-plan-linked", "G004")]),
        (pull(CODE, says=LINKS, main=[DRAFT]), [Why("plan-not-approved", "G005", FEAT_12)]),
        (pull(CODE, says=LINKS, main=[INVALID]), [Why("plan-invalid", "G007", FEAT_12)]),
        (
            pull(CODE, says=LINKS),
            [Why("plan-unknown", "G008", Awaited("acme/shop", "FEAT-12"))],
        ),
        (
            pull(CODE, says=LINKS, main=[DRAFT], home=PLANS_REPOSITORY),
            [Why("plan-not-approved", "G005", Awaited("acme/plans", "FEAT-12", DRAFT.title or ""))],
        ),
        (
            pull(CODE, says=LINKS, main=[plan(path="plans/a.md"), plan(path="plans/b.md")]),
            [Why("plan-ambiguous", "P001", Awaited("acme/shop", "FEAT-12"))],
        ),
        (
            pull(CODE, says=LINKS, main=[APPROVED], policy="approval: {provenance: enforce}"),
            [Why("approval-unproven", "G002", FEAT_12)],
        ),
        (pull(CODE, says=LINKS, main=[APPROVED]), [Why(UNKNOWN)]),
        (pull(*changed("README.md")), [Why(UNKNOWN)]),
    ],
)
def test_a_record_tells_its_reasons_and_the_plans_that_are_waited_for(
    facts: Facts, whys: list[Why]
) -> None:
    assert list(blocking(pack(facts))) == whys


def test_a_record_that_cannot_be_read_is_one_unknown_reason() -> None:
    assert blocking(b"facts") == (Why(UNKNOWN),)


def test_every_reason_that_blocks_has_words() -> None:
    kinds = {kind_of(reason) for reason in EXAMPLES if reason.blocks}
    assert kinds | {UNKNOWN} == set(CAUSES)


@pytest.mark.parametrize("reason", EXAMPLES, ids=kind_of)
def test_a_kind_is_its_place_in_the_policy(reason: object) -> None:
    assert anchor(type(reason).__name__) == f"#{kind_of(reason)}"  # type: ignore[arg-type]
