"""What people read in answer to a command that was not carried out: why, who may, what to do."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import assert_never

from bot.report.markdown import code

MAX_REASON = 500  # characters of an exemption's reason


class Refusal(Enum):
    """Why a command is not carried out."""

    EDITED = auto()
    NO_PULL = auto()
    OWN = auto()
    ROLE = auto()
    CLOSED = auto()
    NO_REASON = auto()
    LONG_REASON = auto()
    HEAD_UNSEEN = auto()
    NOT_THEIRS = auto()
    NO_WRITER = auto()


def answer_marker(comment: int) -> str:
    """What our one answer to a comment is known by."""
    return f"<!-- plan-gate:answer {comment} -->"


def render_answer(comment: int, refused: Iterable[tuple[str, Refusal]]) -> str:
    """The answer to a comment whose commands, by name, were refused."""
    asked = f"[asked here](#issuecomment-{comment})"
    parts = [
        f"**{code(f'/plan-{name}')} was not carried out** ({asked}). {words(refusal)}"
        for name, refusal in dict.fromkeys(refused)
    ]
    return "\n\n".join([answer_marker(comment), *parts])


def words(refusal: Refusal) -> str:
    """Say what is the case, and what to do about it."""
    match refusal:
        case Refusal.EDITED:
            return (
                "Somebody other than its author edited that comment, so it counts for nobody. "
                "Write a new comment."
            )
        case Refusal.NO_PULL:
            return "This is an issue, and only a pull request has a check. Comment there."
        case Refusal.OWN:
            return (
                "Whoever opened a pull request cannot exempt it. "
                "Ask somebody else with the role *maintain* or *admin* in this repository."
            )
        case Refusal.ROLE:
            return (
                "That takes the role *maintain* or *admin* in this repository. "
                "Ask somebody who has it."
            )
        case Refusal.CLOSED:
            return "This pull request is closed. Reopen it, then comment again."
        case Refusal.NO_REASON:
            return (
                "An exemption needs its reason, for those who read of it later. "
                "Write `/plan-exempt REASON`, or `/plan-exempt off` to end one."
            )
        case Refusal.LONG_REASON:
            return (
                f"The reason is longer than {MAX_REASON} characters. "
                "Comment again with a shorter one, or with a link."
            )
        case Refusal.HEAD_UNSEEN:
            return (
                "An exemption is for the commit that you have seen, and the present head had no "
                "verdict yet when you wrote, or it has changed since. "
                "Look at its check, then comment again."
            )
        case Refusal.NOT_THEIRS:
            return (
                "Only whoever gave an exemption, whoever opened the pull request, or somebody with "
                "the role *maintain* or *admin* can end it. Ask one of them."
            )
        case Refusal.NO_WRITER:
            return (
                "That is for whoever opened the pull request, and for those with write access to "
                "this repository. Ask one of them; a push has it judged anew as well."
            )
        case _:
            assert_never(refusal)
