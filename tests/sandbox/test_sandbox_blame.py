"""Blame over the sandbox's own git objects: line by line, as git has it."""

import pytest

from bot.sandbox.git.blame import blame, ranges
from bot.sandbox.git.objects import ObjectStore, Signature


class History:
    """Commits by name, each a minute after the one before."""

    def __init__(self) -> None:
        self.store = ObjectStore()
        self.shas: dict[str, str] = {}

    def commit(self, name: str, files: dict[str, str], *parents: str) -> None:
        """Store a commit; a file's text is its letters, one a line."""
        who = Signature("alice", "alice@example.org", 1_700_000_000 + 60 * len(self.shas))
        entries = {
            path: self.store.write_content("".join(f"{letter}\n" for letter in text))
            for path, text in files.items()
        }
        self.shas[name] = self.store.write_commit(
            tree=self.store.edit_tree(self.store.empty_tree, entries),
            parents=tuple(self.shas[parent] for parent in parents),
            author=who,
            committer=who,
            message=name,
        ).sha

    def blame(self, tip: str, path: str = "a") -> str:
        """Return the names of the commits that brought each line."""
        lines = blame(self.store, self.shas[tip], path)
        return " ".join(commit.message for commit in lines)


@pytest.fixture
def history() -> History:
    return History()


def test_lines_keep_their_commit_while_others_come_and_go(history: History) -> None:
    history.commit("one", {"a": "abc"})
    history.commit("two", {"a": "xabc"}, "one")
    history.commit("three", {"a": "xac", "b": "q"}, "two")
    history.commit("four", {"a": "xayc", "b": "q"}, "three")
    assert history.blame("one") == "one one one"
    assert history.blame("four") == "two one four one"
    assert history.blame("four", "b") == "three"


def test_a_line_that_was_taken_back_belongs_to_who_took_it_back(history: History) -> None:
    history.commit("draft", {"a": "hD"})
    history.commit("approve", {"a": "hA"}, "draft")
    history.commit("again", {"a": "hD"}, "approve")
    history.commit("approve again", {"a": "hA"}, "again")
    assert history.blame("approve again") == "draft approve again"


def test_a_merge_passes_each_line_to_the_side_that_has_it(history: History) -> None:
    history.commit("root", {"a": "abcdef"})
    history.commit("left", {"a": "Abcdef"}, "root")
    history.commit("right", {"a": "abcdeF"}, "root")
    history.commit("merge", {"a": "AbcdeF"}, "left", "right")
    assert history.blame("merge") == "left root root root root right"


def test_what_a_merge_slips_in_is_its_own(history: History) -> None:
    history.commit("root", {"a": "abc"})
    history.commit("left", {"a": "Abc"}, "root")
    history.commit("right", {"a": "abc", "b": "x"}, "root")
    history.commit("evil", {"a": "AbC", "b": "x"}, "left", "right")
    assert history.blame("evil") == "left root evil"


def test_of_two_parents_with_the_same_line_the_first_counts(history: History) -> None:
    history.commit("root", {"a": "ab"})
    history.commit("left", {"a": "aXb"}, "root")
    history.commit("right", {"a": "aXbc"}, "root")
    history.commit("merge", {"a": "aXbcd"}, "left", "right")
    assert history.blame("merge") == "root left root right merge"


def test_a_parent_with_the_very_file_has_all_of_it(history: History) -> None:
    history.commit("root", {"a": "ab"})
    history.commit("left", {"a": "aXb"}, "root")
    history.commit("right", {"a": "aXbc"}, "root")
    history.commit("merge", {"a": "aXbc"}, "left", "right")
    assert history.blame("merge") == "root right root right"


def test_a_renamed_file_keeps_its_history(history: History) -> None:
    history.commit("old", {"a": "abcdef"})
    history.commit("move", {"b": "abcdeF"}, "old")
    history.commit("after", {"b": "abcdeFg"}, "move")
    assert history.blame("after", "b") == "old old old old old move after"


def test_a_file_that_came_back_is_new(history: History) -> None:
    history.commit("first", {"a": "ab", "b": "x"})
    history.commit("gone", {"b": "x"}, "first")
    history.commit("back", {"a": "ab", "b": "x"}, "gone")
    assert history.blame("back") == "back back"


def test_lines_of_one_commit_that_touch_are_one_range(history: History) -> None:
    history.commit("one", {"a": "abc"})
    history.commit("two", {"a": "aXbc"}, "one")
    lines = blame(history.store, history.shas["two"], "a")
    assert [(start, end, commit.message) for start, end, commit in ranges(lines)] == [
        (1, 1, "one"),
        (2, 2, "two"),
        (3, 4, "one"),
    ]
    assert list(ranges([])) == []


def test_what_is_no_file_has_no_blame(history: History) -> None:
    history.commit("one", {"a": "a", "dir/b": "b"})
    for path in ("none", "dir"):
        with pytest.raises(LookupError):
            history.blame("one", path)


def test_only_a_newline_ends_a_line(history: History) -> None:
    history.commit("one", {"a": ""})
    assert history.blame("one") == ""
    store = history.store
    tree = store.edit_tree(store.empty_tree, {"a": store.write_content("x\x0cy\r\nz")})
    who = Signature("alice", "alice@example.org", 1_700_000_000)
    sha = store.write_commit(tree=tree, parents=(), author=who, committer=who, message="m").sha
    assert len(blame(store, sha, "a")) == 2
