"""What is kept of git objects: here while there is room, and small ones beyond the process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.objects import ENTRY, LARGEST, Entry, LastingShelf, Shelf, Tree, TreeShelf
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
        trees = LastingShelf(TreeShelf(1 << 20), memory, "tree", Tree)
        if not again:
            await trees.keep("acme/shop", "a", tree)
        found = await trees.get("acme/shop", "a")
        assert found == tree
        assert all(isinstance(entry, Entry) for entry in (found or {}).values())


@given(st.lists(TREES, min_size=2, max_size=4))
def test_trees_that_share_are_as_they_were(trees: list[Tree]) -> None:
    shelf = TreeShelf(1 << 20)
    for number, tree in enumerate(trees):
        shelf.keep("acme/shop", str(number), tree)
    for number, tree in enumerate(trees):
        found = shelf.get("acme/shop", str(number))
        assert found == tree
        assert list(found) == list(tree)


def test_what_two_trees_say_alike_is_held_once() -> None:
    shelf = TreeShelf(1 << 20)
    for sha in ("a", "b"):
        tree = {f"src/{n}.py": Entry("100644", f"{n:040}") for n in range(9)}
        shelf.keep("acme/shop", sha, {**tree, f"only in {sha}": Entry("100644", "1" * 40)})
    one, two = shelf.get("acme/shop", "a"), shelf.get("acme/shop", "b")
    assert one is not None
    assert two is not None
    common = list(zip(one.items(), two.items(), strict=True))[:-1]
    assert len(common) == 9
    assert all(mine is its and entry is other for (mine, entry), (its, other) in common)


def test_a_tree_like_another_needs_less_room() -> None:
    tree = {f"src/{n}.py": Entry("100644", f"{n:040}") for n in range(100)}
    shelf = TreeShelf(200 * ENTRY)
    for sha in ("a", "b", "c"):
        shelf.keep("acme/shop", sha, dict(tree))
    assert all(shelf.get("acme/shop", sha) for sha in ("a", "b", "c"))

    shelf.keep("acme/other", "d", dict(tree))
    assert shelf.get("acme/shop", "a") is None


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
