"""The memory: bytes by kind and key, of which the least recently written are given up."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.memory import Bounds
from bot.ledger.port import Ledger
from bot.work.database import Database


@pytest.fixture
def small(database: Database, ledger: Ledger) -> Ledger:
    """Hand out a ledger that keeps three of a kind, or ten bytes; *ledger* made its tables."""
    return KeptLedger(database, Bounds(values=3, bytes=10))


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


async def test_what_is_asked_at_once_is_answered_each(ledger: Ledger) -> None:
    for key in "abc":
        await ledger.keep("config", key, key.encode())
    asked = [("config", "a"), ("head", "a"), ("config", "none"), ("config", "c"), ("config", "a")]
    answers = await asyncio.gather(*(ledger.recall(kind, key) for kind, key in asked))
    assert answers == [b"a", None, None, b"c", b"a"]


async def test_what_is_no_text_spoils_no_other_answer(ledger: Ledger) -> None:
    await ledger.keep("config", "a", b"1")
    keys = ("a", "\ud800", "a")
    answers = await asyncio.gather(
        *(ledger.recall("config", key) for key in keys), return_exceptions=True
    )
    assert answers[::2] == [b"1", b"1"]
    assert isinstance(answers[1], ValueError)


async def test_nothing_is_an_answer_of_its_own(ledger: Ledger) -> None:
    await ledger.keep("config", "none", b"")
    assert await ledger.recall("config", "none") == b""


async def test_many_are_recalled_at_once(ledger: Ledger) -> None:
    for key in "abc":
        await ledger.keep("blob", key, key.encode())
    await ledger.keep("tree", "d", b"")

    assert await ledger.recall_many("blob", ["c", "a", "d", "a"]) == {"a": b"a", "c": b"c"}
    assert await ledger.recall_many("blob", []) == {}
    assert len(await ledger.recall_many("blob", [*map(str, range(9_998)), "a", "b"])) == 2


async def test_what_is_forgotten_is_not_recalled(ledger: Ledger) -> None:
    for kind in ("blob", "tree"):
        await ledger.keep(kind, "a", b"")
    await ledger.forget("blob", "a")
    await ledger.forget("blob", "never kept")

    assert await ledger.recall("blob", "a") is None
    assert await ledger.recall("tree", "a") == b""


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


async def test_the_bytes_are_bounded_as_well(small: Ledger) -> None:
    for key, size in (("a", 4), ("b", 4), ("c", 4)):
        await small.keep("blob", key, b"x" * size)
    assert await prune(small) == 1
    assert await kept(small, "blob", "abc") == "bc"

    await small.keep("blob", "b", b"x" * 7)
    await prune(small)
    assert await kept(small, "blob", "abc") == "b", "a value counts as what it is now"

    await small.keep("blob", "more than there is room for", b"x" * 11)
    await prune(small)
    assert await kept(small, "blob", ["b", "more than there is room for"]) == ""
