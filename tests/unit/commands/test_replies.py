"""What people read when a command is refused."""

import re

import pytest

from bot.report.comment import MARKER
from bot.report.replies import Refusal, answer_marker, render_answer, words


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_says_what_to_do_and_calls_nobody(refusal: Refusal) -> None:
    said = words(refusal)
    assert re.search(r"\b(Write|Ask|Comment|comment)\b", said)
    assert said.endswith(".")
    assert "@" not in said


def test_an_answer_names_its_command_once_and_carries_its_own_mark() -> None:
    refused = [("exempt", Refusal.OWN), ("exempt", Refusal.OWN), ("exempt", Refusal.NO_REASON)]
    answer = render_answer(7, refused)
    assert answer == (
        "<!-- plan-gate:answer 7 -->\n\n"
        "**`/plan-exempt` was not carried out** ([asked here](#issuecomment-7)). "
        "Whoever opened a pull request cannot exempt it. "
        "Ask somebody else with the role *maintain* or *admin* in this repository.\n\n"
        "**`/plan-exempt` was not carried out** ([asked here](#issuecomment-7)). "
        "An exemption needs its reason, for those who read of it later. "
        "Write `/plan-exempt REASON`, or `/plan-exempt off` to end one."
    )
    assert MARKER not in answer
    assert answer_marker(7) not in render_answer(77, refused)
