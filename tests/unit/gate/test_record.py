"""A decision's record: what was decided on, and nothing else, comes back another day."""

import zlib
from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.gate import record
from bot.gate.decide import decide
from bot.gate.facts import Facts
from bot.gate.record import Unreadable, decision_id, pack, unpack
from tests.unit.gate.build import APPROVED, CODE, proof, pull
from tests.unit.gate.strategies import facts
from tests.unit.gate.test_decide import ROWS

PLAIN = pull(CODE, says="Plan: FEAT-12", main=[APPROVED], provenance=proof())


@given(facts)
def test_a_record_gives_back_its_facts_and_the_same_verdict(given_facts: Facts) -> None:
    again = unpack(pack(given_facts))
    assert again == given_facts
    assert decide(again) == decide(given_facts)


def test_each_row_of_the_table_can_be_decided_again() -> None:
    for given_facts, expected in ROWS.values():
        if isinstance(given_facts, Facts):
            assert decide(unpack(pack(given_facts))).conclusion is expected.conclusion


@given(facts)
def test_equal_facts_give_equal_records(given_facts: Facts) -> None:
    rules = {"T004": "off", "O001": "warning"}
    one, other = (
        replace(
            given_facts,
            provenance=dict(step(given_facts.provenance.items())),
            config=msgspec.structs.replace(given_facts.config, rules=dict(step(rules.items()))),
        )
        for step in (list, lambda items: reversed(list(items)))
    )
    assert pack(one) == pack(other)
    assert decision_id(pack(one)) == decision_id(pack(other))


def test_other_facts_have_another_id() -> None:
    ids = {decision_id(pack(f)) for f, _ in ROWS.values() if isinstance(f, Facts)}
    assert len(ids) == len({repr(f) for f, _ in ROWS.values() if isinstance(f, Facts)})
    assert all(len(each) == 12 for each in ids)


@given(st.binary() | st.binary().map(zlib.compress))
@example(zlib.compress(b'{"pull": "\xff"}'))
@example(zlib.compress(b'{"\xff": 1}'))
def test_what_is_no_record_is_unreadable(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(junk)


@given(st.integers(1, len(pack(PLAIN))))
def test_a_record_that_is_cut_off_is_unreadable(lost: int) -> None:
    with pytest.raises(Unreadable):
        unpack(pack(PLAIN)[:-lost])


def test_a_record_with_something_behind_it_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        unpack(pack(PLAIN) + b"x")


def test_a_record_that_grows_without_end_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="too large"):
        unpack(zlib.compress(b" " * (record.MAX_BYTES + 1)))
