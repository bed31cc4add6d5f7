"""Where the App is installed: who is new, who was left, and what is then forgotten."""

from bot.gate.facts import Exemption
from bot.ledger.port import Ledger
from tests.unit.ledger.conftest import SHOP, decision, exemption, linked

ELSEWHERE = "acme/depot"
HERE, THERE = 7, 8


async def test_a_repository_is_known_until_it_is_left_and_again_when_it_is_back(
    ledger: Ledger,
) -> None:
    await ledger.enrol(HERE, [SHOP, ELSEWHERE], 1)
    assert await ledger.enrolled(HERE) == {SHOP, ELSEWHERE}
    await ledger.enrol(HERE, [SHOP], 2)
    assert await ledger.enrolled(HERE) == {SHOP}
    await ledger.enrol(HERE, [SHOP, ELSEWHERE], 3)
    assert await ledger.enrolled(HERE) == {SHOP, ELSEWHERE}


async def test_a_repository_that_moves_belongs_to_who_reaches_it_now(ledger: Ledger) -> None:
    await ledger.enrol(HERE, [SHOP], 1)
    await ledger.enrol(THERE, [SHOP], 2)
    await ledger.enrol(HERE, [], 3)
    assert await ledger.enrolled(HERE) == frozenset()
    assert await ledger.enrolled(THERE) == {SHOP}


async def test_installations_that_are_gone_have_left_all_of_theirs(ledger: Ledger) -> None:
    await ledger.enrol(HERE, [SHOP], 1)
    await ledger.enrol(THERE, [ELSEWHERE], 1)
    await ledger.leave_all_but([HERE], 2)
    assert await ledger.enrolled(HERE) == {SHOP}
    assert await ledger.enrolled(THERE) == frozenset()


async def fill(ledger: Ledger) -> Exemption:
    """Something of every kind, of one repository."""
    stands = exemption()
    await ledger.record(decision("a"))
    await ledger.exempt(SHOP, 1, stands)
    await ledger.relink(linked(1, "feat-1#1"), HERE, 1)
    await ledger.set_indexed(SHOP, 1)
    await ledger.keep("look", f"{SHOP}#1", b"x")
    return stands


async def test_what_was_left_is_forgotten_after_its_grace_but_for_the_audit_log(
    ledger: Ledger,
) -> None:
    stands = await fill(ledger)
    await ledger.keep("look", f"{ELSEWHERE}#1", b"x")
    await ledger.enrol(HERE, [SHOP, ELSEWHERE], 1)
    await ledger.enrol(HERE, [ELSEWHERE], 5)

    assert await ledger.prune(0, 0, left_before=5) == 0
    assert await ledger.exemption(SHOP, 1) == stands
    told = await ledger.audit()

    while await ledger.prune(0, 0, left_before=6):
        pass
    assert await ledger.decisions() == []
    assert await ledger.exemption(SHOP, 1) is None
    assert await ledger.open_subjects(SHOP) == []
    assert await ledger.indexed(SHOP) is None
    assert await ledger.recall("look", f"{SHOP}#1") is None
    assert await ledger.recall("look", f"{ELSEWHERE}#1") == b"x"
    assert await ledger.audit() == told


async def test_who_comes_back_in_time_loses_nothing(ledger: Ledger) -> None:
    stands = await fill(ledger)
    for reach in ([SHOP], [], [SHOP]):
        await ledger.enrol(HERE, reach, 1)
    assert await ledger.prune(0, 0, left_before=9) == 0
    assert await ledger.exemption(SHOP, 1) == stands


async def test_a_new_name_is_no_departure(ledger: Ledger) -> None:
    await fill(ledger)
    await ledger.enrol(HERE, [SHOP], 1)
    await ledger.rename_repository(SHOP, ELSEWHERE)
    await ledger.enrol(HERE, [ELSEWHERE], 2)
    assert await ledger.prune(0, 0, left_before=9) == 0
    assert len(await ledger.decisions()) == 1
