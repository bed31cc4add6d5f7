"""What is kept of git objects: here while there is room, and small ones beyond the process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.objects import LARGEST, Entry, LastingShelf, Shelf, Tree
from tests.unit.github.conftest import Memory

SHAS = st.text("0123456789abcdef", min_size=40, max_size=40)
TREES = st.dictionaries(
    st.text(st.characters(codec="utf-8")),
    st.builds(Entry, st.sampled_from(["100644", "100755", "120000", "160000"]), SHAS),
)


def shelf(memory: Memory, room: int = 1_000) -> LastingShelf[bytes]:
    return LastingShelf(Shelf(room, len), memory, "blob", bytes)


@given(TREES)
async def test_a_tree_comes_back_as_it_was(tree: Tree) -> None:
    memory = Memory()
    for again in (False, True):
        trees = LastingShelf(Shelf[Tree](1_000, len), memory, "tree", Tree)
        if not again:
            await trees.keep("acme/shop", "a", tree)
        found = await trees.get("acme/shop", "a")
        assert found == tree
        assert all(isinstance(entry, Entry) for entry in (found or {}).values())


async def test_each_repository_has_its_own(memory: Memory) -> None:
    await shelf(memory).keep("acme/secret", "a", b"1")
    assert await shelf(memory).get("acme/shop", "a") is None
    assert await shelf(memory).get("acme/secret", "a") == b"1"


async def test_what_is_large_stays_in_the_process(memory: Memory) -> None:
    blobs = shelf(memory, room=LARGEST * 2)
    await blobs.keep("acme/shop", "a", b"x" * (LARGEST + 1))
    assert await blobs.get("acme/shop", "a") is not None
    assert memory.kept == {}


async def test_what_finds_no_room_is_read_again(memory: Memory) -> None:
    blobs = shelf(memory, room=LARGEST)
    await blobs.keep("acme/shop", "a", b"x" * (LARGEST + 1))
    assert await blobs.get("acme/shop", "a") is None


@pytest.mark.parametrize("spoilt", [b"", b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
async def test_what_is_damaged_counts_as_nothing(memory: Memory, spoilt: bytes) -> None:
    await shelf(memory).keep("acme/shop", "a", b"1")
    memory.kept["blob", "acme/shop a"] = spoilt
    assert await shelf(memory).get("acme/shop", "a") is None
