"""Looking into a ledger that somebody else has open."""

import sqlite3
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.ledger.peek import peek_ledger
from bot.ledger.port import Ledger
from bot.work.errors import StoreUnavailable
from bot.work.sqlite import SqliteDatabase
from tests.unit.ledger.conftest import SHOP, decision, exemption, ids


async def test_a_ledger_in_use_can_be_looked_into(ledger: Ledger, path: Path) -> None:
    await ledger.record(decision("a", at=1))
    await ledger.record(decision("b", at=2, number=2))
    await ledger.exempt(SHOP, 1, exemption())

    with peek_ledger(path) as look:
        assert look.decisions() == await ledger.decisions()
        assert ids(look.decisions(f"pull {SHOP}#1")) == ["a"]
        assert ids(look.decisions(limit=1)) == ["b"]
        assert look.audit() == await ledger.audit()
        assert look.audit(after_id=1, limit=1) == await ledger.audit(1, 1)


async def test_a_ledger_not_in_use_can_be_looked_into(
    ledger: Ledger, database: SqliteDatabase, path: Path
) -> None:
    await ledger.record(decision("a"))
    await database.close()

    with peek_ledger(path) as look:
        assert look.decisions() == [decision("a")]


@pytest.mark.parametrize(
    ("beginning", "found"),
    [("ab", "ab"), ("abc", "abc1"), ("abc1", "abc1"), ("f", "f%_"), ("f%", "f%_")],
)
async def test_a_decision_is_found_by_its_id_or_how_only_that_begins(
    ledger: Ledger, path: Path, beginning: str, found: str
) -> None:
    for id_ in ("ab", "abc1", "abd1", "f%_", "g"):
        await ledger.record(decision(id_))

    with peek_ledger(path) as look:
        assert look.decision(beginning) == decision(found)


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
    ledger: Ledger, path: Path, beginning: str, complaint: str
) -> None:
    for id_ in ("ab1", "ab2", "ab3"):
        await ledger.record(decision(id_))

    with peek_ledger(path) as look, pytest.raises(UsageError, match=complaint):
        look.decision(beginning)


def test_what_is_not_there_is_not_made(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file"), peek_ledger(path):
        pass
    assert not path.exists()


def test_a_file_without_a_ledger_says_so(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE cake (flour)")
    other.close()
    with (
        pytest.raises(StoreUnavailable, match="no such table: decision"),
        peek_ledger(path) as look,
    ):
        look.decisions()
