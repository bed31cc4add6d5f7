"""Answers are kept for each installation alone, within bounds for each and for all."""

from hypothesis import given
from hypothesis import strategies as st

from bot.github.kept_answers import Kept, KeptAnswers


def answer(size: int = 0, etag: str = "1") -> Kept:
    return Kept(etag, {}, b"x" * size)


def test_nobody_is_shown_another_s_answer() -> None:
    answers = KeptAnswers()
    answers.keep(1, "/a", answer(etag="one"))
    answers.keep(2, "/a", answer(etag="two"))
    assert answers.get(1, "/a") == answer(etag="one")
    assert answers.get(2, "/a") == answer(etag="two")
    assert answers.get(3, "/a") is None
    assert answers.get(1, "/b") is None


def test_an_answer_takes_the_place_of_an_older_one() -> None:
    answers = KeptAnswers()
    for etag in ("old", "new"):
        answers.keep(1, "/a", answer(100, etag))
    assert answers.get(1, "/a") == answer(100, "new")
    assert answers.size == answer(100).size


def test_what_is_larger_than_a_shelf_is_not_kept() -> None:
    answers = KeptAnswers(each=10_000, total=40_000)
    answers.keep(1, "/small", answer())
    answers.keep(1, "/large", answer(10_000))
    assert answers.get(1, "/large") is None
    assert answers.get(1, "/small") is not None


def test_the_shelf_goes_that_was_used_least_recently() -> None:
    answers = KeptAnswers(each=10_000, total=25_000)
    for installation in (1, 2):
        answers.keep(installation, "/a", answer(7_000))
    assert answers.get(1, "/a") is not None
    answers.keep(3, "/a", answer(7_000))
    assert [answers.get(n, "/a") is not None for n in (1, 2, 3)] == [True, False, True]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from("abcdef"), st.integers(0, 12_000)),
        max_size=60,
    )
)
def test_neither_bound_is_ever_passed(kept: list[tuple[int, str, int]]) -> None:
    answers = KeptAnswers(each=10_000, total=30_000)
    for installation, url, size in kept:
        answers.keep(installation, url, answer(size))
        found = {
            owner: [k.size for u in "abcdef" if (k := answers.get(owner, u))]
            for owner in range(1, 10)
        }
        assert all(sum(sizes) <= 10_000 for sizes in found.values())
        assert answers.size == sum(map(sum, found.values())) <= 30_000
