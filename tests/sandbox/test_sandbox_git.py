"""Git as the sandbox keeps it: real ids, differences, merge bases and merges."""

import pytest

from bot.sandbox.git.diff import Change, diff_trees
from bot.sandbox.git.history import commits_between, log, merge_base
from bot.sandbox.git.merge import merge_trees
from bot.sandbox.git.objects import Content, ObjectStore, Signature, Symlink

ALICE = Signature("alice", "alice@example.org", 1_700_000_000)


def tree(store: ObjectStore, **files: Content) -> str:
    entries = {name.replace("__", "/"): store.write_content(c) for name, c in files.items()}
    return store.edit_tree(store.empty_tree, entries)


def commit(store: ObjectStore, tree_sha: str, *parents: str) -> str:
    return store.write_commit(
        tree=tree_sha, parents=parents, author=ALICE, committer=ALICE, message="Change\n"
    ).sha


def test_ids_are_those_that_git_gives() -> None:
    store = ObjectStore()
    assert store.empty_tree == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert store.write_content("hello\n").sha == "ce013625030ba8dba906f756967f9e9ca394464a"
    # Made with git itself: `git write-tree`, then `git commit-tree` twice.
    top = tree(store, **{"lib__a": "hello", "lib.b": Symlink("a"), "lib-c": "hello\n"})
    assert top == "9a2cbfc8f1dcb746139668b32a9425248e7ff58d"
    first = commit(store, top)
    assert first == "05f4333fa43861ca1eb08d78fd905777152f0cd6"
    assert commit(store, top, first) == "0756aee0fb44fff6441b59bfa9e0e8b844b11679"


def test_a_directory_sorts_as_if_it_ended_in_a_slash() -> None:
    store = ObjectStore()
    sha = tree(store, **{"lib__a": "1", "lib.b": "2", "lib-c": "3"})
    assert list(store.trees[sha]) == ["lib-c", "lib.b", "lib"]


def test_removing_the_last_file_removes_its_directories() -> None:
    store = ObjectStore()
    start = tree(store, a__b__c="x", top="y")
    assert store.edit_tree(start, {"a/b/c": None}) == tree(store, top="y")


def test_a_file_gives_way_to_a_directory_and_back() -> None:
    store = ObjectStore()
    start = tree(store, plans="file")
    inside = store.edit_tree(start, {"plans/a": store.write_content("x")})
    assert inside == tree(store, plans__a="x")
    assert store.edit_tree(inside, {"plans": store.write_content("file")}) == start


def test_removing_what_is_not_there_changes_nothing() -> None:
    store = ObjectStore()
    start = tree(store, a="x")
    assert store.edit_tree(start, {"b": None, "a/c": None, "d/e": None}) == start


def one(changes: list[Change]) -> Change:
    assert len(changes) == 1
    return changes[0]


def test_a_modified_file_counts_its_lines() -> None:
    store = ObjectStore()
    change = one(diff_trees(store, tree(store, a="1\n2\n3\n"), tree(store, a="1\nb\nc\n3\n")))
    assert (change.status, change.path, change.additions, change.deletions) == (
        "modified",
        "a",
        2,
        1,
    )
    assert change.patch == "@@ -1,3 +1,4 @@\n 1\n-2\n+b\n+c\n 3"


def test_a_missing_end_of_line_is_said() -> None:
    store = ObjectStore()
    change = one(diff_trees(store, tree(store, a="1\n"), tree(store, a="1")))
    assert change.patch == "@@ -1 +1 @@\n-1\n+1\n\\ No newline at end of file"


@pytest.mark.parametrize(
    ("after", "status"),
    [
        pytest.param("1\n2\n3\n4\n", "renamed", id="the same"),
        pytest.param("1\n2\n3\nfour\n", "renamed", id="much the same"),
        pytest.param("a\nb\nc\n4\n", "added", id="another"),
    ],
)
def test_a_rename_is_known_by_its_content(after: str, status: str) -> None:
    store = ObjectStore()
    changes = diff_trees(store, tree(store, old="1\n2\n3\n4\n"), tree(store, new=after))
    assert changes[0].status == status
    assert changes[0].previous_path == ("old" if status == "renamed" else None)
    assert len(changes) == (1 if status == "renamed" else 2)


def test_what_is_split_is_matched_once_and_a_crowd_is_not_compared() -> None:
    store = ObjectStore()
    text = "1\n2\n3\n4\n"
    changes = diff_trees(store, tree(store, old=text), tree(store, a=text, b=text + "5\n"))
    assert [change.status for change in changes] == ["renamed", "added"]
    before = tree(store, **{f"old{n}": f"{text}{n}\n" for n in range(21)})
    after = tree(store, **{f"new{n}": f"{text}{n}!\n" for n in range(21)})
    assert {change.status for change in diff_trees(store, before, after)} == {"added", "removed"}


def test_an_empty_file_is_no_rename_of_a_full_one() -> None:
    store = ObjectStore()
    changes = diff_trees(store, tree(store, old="1\n"), tree(store, new=""))
    assert [change.status for change in changes] == ["added", "removed"]


def test_a_binary_file_has_no_patch() -> None:
    store = ObjectStore()
    change = one(diff_trees(store, tree(store, a=b"\0\1"), tree(store, a=b"\0\2")))
    assert (change.patch, change.additions) == (None, 0)


def test_a_link_in_place_of_a_file_is_a_modification() -> None:
    store = ObjectStore()
    assert (
        one(diff_trees(store, tree(store, a="b"), tree(store, a=Symlink("b")))).status == "modified"
    )


def test_history_forks_and_joins() -> None:
    store = ObjectStore()
    root = commit(store, tree(store, a="0"))
    left = commit(store, tree(store, a="1"), root)
    right = commit(store, tree(store, b="1"), root)
    join = commit(store, tree(store, a="1", b="1"), left, right)
    assert merge_base(store, left, right) == root
    assert merge_base(store, join, right) == right
    assert [each.sha for each in commits_between(store, left, join)] == [right, join]
    assert [each.sha for each in log(store, join)] == [join, right, left, root]
    assert merge_base(store, root, commit(store, tree(store, z="z"))) is None


def test_both_sides_of_a_merge_survive() -> None:
    store = ObjectStore()
    base = tree(store, a="1\n2\n3\n4\n5\n", b="b", gone="x")
    ours = tree(store, a="one\n2\n3\n4\n5\n", b="b")
    theirs = tree(store, a="1\n2\n3\n4\nfive\n", b="b", gone="x", new="n")
    assert merge_trees(store, base, ours, theirs) == tree(
        store, a="one\n2\n3\n4\nfive\n", b="b", new="n"
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("1\nours\n", "1\ntheirs\n", id="one line"),
        pytest.param("0\n1\n2\n", "-1\n1\n2\n", id="one place"),
        pytest.param("1\nours\n", None, id="changed and removed"),
    ],
)
def test_a_merge_conflicts(ours: str, theirs: str | None) -> None:
    store = ObjectStore()
    base = tree(store, a="1\n2\n", b="")
    other = tree(store, b="") if theirs is None else tree(store, a=theirs, b="")
    assert merge_trees(store, base, tree(store, a=ours, b=""), other) is None
    assert merge_trees(store, base, other, tree(store, a=ours, b="")) is None
