"""Looking into a ledger that somebody else has open."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import UsageError
from bot.ledger.peek import LedgerView, peek_ledger
from bot.ledger.port import Decision, Ledger
from bot.settings import Postgres
from bot.work.database import Database
from bot.work.errors import StoreUnavailable
from tests.unit.ledger.conftest import SHOP, decision, exemption, ids

T = TypeVar("T")
Where = Path | Postgres


async def looked(where: Where, ask: Callable[[LedgerView], T]) -> T:
    """Look from elsewhere: it is for commands, which run no loop of their own."""
    return await asyncio.to_thread(peek_ledger, where, ask)


def decisions(look: LedgerView) -> list[Decision]:
    return look.decisions()


async def test_a_ledger_in_use_can_be_looked_into(ledger: Ledger, where: Where) -> None:
    await ledger.record(decision("a", at=1))
    await ledger.record(decision("b", at=2, number=2))
    await ledger.exempt(SHOP, 1, exemption())

    assert await looked(where, decisions) == await ledger.decisions()
    assert ids(await looked(where, lambda look: look.decisions(f"pull {SHOP}#1"))) == ["a"]
    assert ids(await looked(where, lambda look: look.decisions(limit=1))) == ["b"]
    assert await looked(where, lambda look: look.audit()) == await ledger.audit()
    assert await looked(where, lambda look: look.audit(1, 1)) == await ledger.audit(1, 1)


async def test_a_ledger_not_in_use_can_be_looked_into(
    ledger: Ledger, database: Database, where: Where
) -> None:
    await ledger.record(decision("a"))
    await database.close()

    assert await looked(where, decisions) == [decision("a")]


@pytest.mark.parametrize(
    ("beginning", "found"),
    [("ab", "ab"), ("abc", "abc1"), ("abc1", "abc1"), ("f", "f%_"), ("f%", "f%_")],
)
async def test_a_decision_is_found_by_its_id_or_how_only_that_begins(
    ledger: Ledger, where: Where, beginning: str, found: str
) -> None:
    for id_ in ("ab", "abc1", "abd1", "f%_", "g"):
        await ledger.record(decision(id_, number=len(id_)))

    one = await looked(where, lambda look: look.decision(beginning))
    assert one == await ledger.decision(found)


@pytest.mark.parametrize(
    ("beginning", "complaint"),
    [
        ("a", "several decisions begin with 'a', ab1 and ab2 among them: give more of it"),
        ("", "several decisions begin with ''"),
        ("AB1", "no decision begins with 'AB1'"),
        ("%", "no decision begins with '%'"),
        ("ab11", "no decision begins with 'ab11'"),
    ],
)
async def test_what_is_not_one_decision_is_said(
    ledger: Ledger, where: Where, beginning: str, complaint: str
) -> None:
    for id_ in ("ab1", "ab2", "ab3"):
        await ledger.record(decision(id_))

    with pytest.raises(UsageError, match=complaint):
        await looked(where, lambda look: look.decision(beginning))


async def test_nothing_can_be_written(ledger: Ledger, where: Where) -> None:
    await ledger.record(decision("a"))

    def spoil(look: LedgerView) -> None:
        look._connection.exec_driver_sql("DELETE FROM decision")

    with pytest.raises(StoreUnavailable, match=r"readonly|read-only"):
        await looked(where, spoil)
    assert await ledger.decisions() == [decision("a")]


def test_what_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        peek_ledger(path, decisions)
    assert not path.exists()


def test_a_database_of_something_else_says_so(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE cake (flour)")
    other.close()

    with pytest.raises(StoreUnavailable, match="the database has no tables yet"):
        peek_ledger(path, decisions)
