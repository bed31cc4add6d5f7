"""Buttons keep to GitHub's limits, and no decision breaks out of the fence it is shown in."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.report.buttons import EXEMPT, EXPLAIN, RECHECK, render_explanation
from bot.report.comment import MAX_COMMENT


def test_buttons_are_as_short_as_github_wants_them() -> None:
    # https://docs.github.com/en/rest/checks/runs#create-a-check-run
    for action in (RECHECK, EXPLAIN, EXEMPT):
        assert len(action.label) <= 20
        assert len(action.description) <= 40
        assert len(action.identifier) <= 20


@given(st.lists(st.sampled_from(["`" * 3, "`" * 7, "\n", "</details>", "@bob", "words"])))
def test_a_tree_stays_within_its_fence(parts: list[str]) -> None:
    text = render_explanation("0123456789ab", "No plan linked", "".join(parts))
    fence = re.findall(r"^`{3,}(?=text$)", text, re.MULTILINE)[0]
    assert [line for line in text.splitlines() if line.startswith(fence)] == [f"{fence}text", fence]


def test_a_tree_that_is_too_long_is_cut_inside_its_fence() -> None:
    text = render_explanation("0123456789ab", "No plan linked", "✗ It is linked\n" * 10_000)
    assert len(text.encode()) <= MAX_COMMENT
    assert "… cut: too long to show." in text
    assert text.endswith("`plan-gate replay 0123456789ab` decides it again.")
