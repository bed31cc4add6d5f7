"""A renaming in pages: what is cut off goes on, and in between everything is under one name."""

from dataclasses import replace

import pytest

from bot.ledger.port import Ledger
from bot.ledger.renaming import carry_over
from bot.work.database import Database
from tests.unit.ledger.conftest import SHOP, exemption, linked, relink

NEW = "acme/store"


async def claimed(ledger: Ledger, home: str = "acme/plans") -> set[tuple[str, int]]:
    return {(claim.repository, claim.number) for claim in await ledger.claims(home, "feat-1")}


async def carry(database: Database, old: str = SHOP, new: str = NEW) -> int:
    return await database.run(lambda db: carry_over(db, old, new, at_once=2))


@pytest.fixture
async def five(ledger: Ledger) -> Ledger:
    await relink(ledger, *(linked(number, "feat-1#1", "feat-2") for number in range(1, 6)))
    await ledger.set_indexed(SHOP, 5)
    await ledger.exempt(SHOP, 1, exemption())
    return ledger


async def test_each_page_is_whole(five: Ledger, database: Database) -> None:
    for pages in range(1, 4):
        assert await carry(database)
        names = [name for name, _ in await claimed(five)]
        assert len(names) == 5, "each is there once"
        assert names.count(NEW) == min(2 * pages, 5)
    assert await carry(database) == 0
    assert await carry(database) == 0, "again does no harm"


async def test_what_was_cut_off_goes_on(five: Ledger, database: Database) -> None:
    await carry(database)
    await five.rename_repository(SHOP, NEW)

    assert await claimed(five) == {(NEW, number) for number in range(1, 6)}
    assert await five.indexed(NEW) == 5
    assert await five.exemption(NEW, 1) == exemption()
    assert await five.exemption(SHOP, 1) is None


async def test_what_comes_between_two_pages_stays(five: Ledger, database: Database) -> None:
    await carry(database)
    await relink(five, linked(5, "feat-2", repository=NEW), linked(6, "feat-1#6"))
    await five.rename_repository(SHOP, NEW)

    assert await claimed(five) == {(NEW, number) for number in (1, 2, 3, 4, 6)}


async def test_a_repository_of_plans_is_carried_over_in_pages(
    five: Ledger, database: Database
) -> None:
    while await carry(database, "acme/plans", "acme/ideas"):
        pass
    assert len(await claimed(five, "acme/ideas")) == 5
    assert await claimed(five) == set()


async def test_another_case_is_another_name_but_for_plans(five: Ledger) -> None:
    await five.rename_repository(SHOP, "Acme/Shop")
    await five.rename_repository("acme/plans", "Acme/Plans")

    assert await claimed(five, "ACME/plans") == {("Acme/Shop", number) for number in range(1, 6)}


async def test_a_merge_group_is_carried_over_beside_its_pull_request(ledger: Ledger) -> None:
    subject = f"group {SHOP}#1 {'1' * 40} {'2' * 40}"
    group = replace(linked(1, "feat-1#1"), subject=subject)
    await relink(ledger, group, linked(1, "feat-1#2", repository=NEW))
    await ledger.rename_repository(SHOP, NEW)

    subjects = [one.subject for one in await ledger.linking("acme/plans", ["feat-1"])]
    assert subjects == [subject.replace(SHOP, NEW), f"pull {NEW}#1"]


async def test_what_is_remembered_under_the_new_name_is_from_another_time(ledger: Ledger) -> None:
    kept = [("check", f"{NEW} abc"), ("comment", f"{NEW}#1 mark"), ("check", f"{NEW}-2 abc")]
    for kind, key in kept:
        await ledger.keep(kind, key, b"1")
    await ledger.rename_repository(SHOP, NEW)
    assert [await ledger.recall(kind, key) for kind, key in kept] == [None, None, b"1"]
