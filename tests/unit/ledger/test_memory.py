"""The memory: bytes by kind and key, of which the least recently written are given up."""

from collections.abc import Sequence

import pytest

from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Ledger
from bot.work.sqlite import SqliteDatabase


@pytest.fixture
def small(database: SqliteDatabase, ledger: Ledger) -> Ledger:
    """Hand out a ledger that keeps three of a kind; *ledger* made its tables."""
    return KeptLedger(database, most_kept=3)


async def kept(ledger: Ledger, kind: str, keys: Sequence[str]) -> str:
    return "".join([key for key in keys if await ledger.recall(kind, key) is not None])


async def prune(ledger: Ledger) -> int:
    return await ledger.prune(before=0, audit_before=0)


async def test_what_was_kept_is_recalled_by_kind_and_key(ledger: Ledger) -> None:
    await ledger.keep("provenance", "blob", b"\x00\xff")
    await ledger.keep("config", "blob", b"")
    await ledger.keep("config", "blob", b"mode: shadow")

    assert await ledger.recall("provenance", "blob") == b"\x00\xff"
    assert await ledger.recall("config", "blob") == b"mode: shadow"
    assert await ledger.recall("config", "other") is None


async def test_nothing_is_an_answer_of_its_own(ledger: Ledger) -> None:
    await ledger.keep("config", "none", b"")
    assert await ledger.recall("config", "none") == b""


async def test_the_least_recently_written_is_given_up(small: Ledger) -> None:
    for key in "abcdeb":
        await small.keep("config", key, key.encode())
    assert await kept(small, "config", "abcde") == "abcde", "until somebody prunes"

    assert await prune(small) == 2
    assert await kept(small, "config", "abcde") == "bde"
    assert await prune(small) == 0


async def test_kinds_do_not_crowd_each_other_out(small: Ledger) -> None:
    for key in "cba":
        await small.keep("config", key, b"")
    for key in "abcde":
        await small.keep("provenance", key, b"")

    await prune(small)
    assert await kept(small, "config", "abcde") == "abc"
    assert await kept(small, "provenance", "abcde") == "cde"


async def test_what_is_written_after_a_pruning_is_newer(small: Ledger) -> None:
    for key in "abcd":
        await small.keep("config", key, b"")
    await prune(small)
    await small.keep("config", "e", b"")
    await prune(small)

    assert await kept(small, "config", "abcde") == "cde"
