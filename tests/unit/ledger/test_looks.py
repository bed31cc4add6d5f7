"""What tells a sweep that something was missed: looks, branches, and what was open."""

from bot.ledger.branches import Branches
from bot.ledger.looks import Looks
from bot.ledger.port import Ledger, Linked, PullState
from bot.subject import GroupSubject, PullSubject
from tests.unit.ledger.conftest import SHOP, linked, relink

ONE, TWO, THREE = (PullSubject(SHOP, number) for number in (1, 2, 3))
A, B = "a" * 40, "b" * 40


async def test_what_looks_otherwise_or_was_never_judged_is_stale(ledger: Ledger) -> None:
    looks = Looks(ledger)
    await looks.keep(ONE, b"same")
    await looks.keep(TWO, b"before")
    now = {ONE: b"same", TWO: b"after", THREE: b"new"}
    assert await looks.stale(now) == [TWO, THREE]
    await looks.keep(TWO, b"after")
    assert await looks.stale(now) == [THREE]


async def test_a_look_that_is_forgotten_is_stale(ledger: Ledger) -> None:
    looks = Looks(ledger)
    await looks.keep(ONE, b"same")
    await looks.forget(ONE)
    assert await looks.stale({ONE: b"same"}) == [ONE]


async def test_nothing_is_stale_among_nothing(ledger: Ledger) -> None:
    assert await Looks(ledger).stale({}) == []


async def test_a_branch_stands_where_its_last_push_led(ledger: Ledger) -> None:
    branches = Branches(ledger)
    assert await branches.handled(SHOP, "main") is None
    await branches.note(SHOP, "main", A)
    await branches.note(SHOP, "release/1", B)
    assert await branches.handled(SHOP, "main") == A
    assert await branches.handled("acme/till", "main") is None


async def test_what_was_open_when_it_was_heard_of_last(ledger: Ledger) -> None:
    group = GroupSubject(SHOP, 4, A, B)
    await relink(
        ledger,
        linked(1),
        linked(2, "feat-1#1", state=PullState.CLOSED),
        linked(3, "feat-1#2", state=PullState.MERGED),
        linked(1, repository="acme/till"),
        Linked(group.key, SHOP, 4, PullState.OPEN, ""),
    )
    assert await ledger.open_subjects(SHOP) == [group.key, ONE.key]
    assert await ledger.open_subjects("acme/nowhere") == []
