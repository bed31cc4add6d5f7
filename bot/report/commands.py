"""The commands that people write in comments: one table, for `/plan-help` and for the manual."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from bot.report.markdown import code

_CLOSE = 0.7  # of 1: `/plan-stats` and `/plan-chek` are slips, `/plan-feature` is somebody's word


@dataclass(frozen=True, slots=True)
class CommandWords:
    """What people are told of a command; *name* is without `/plan-`."""

    name: str
    usage: str
    does: str
    who: str


COMMANDS = (
    CommandWords(
        "status",
        "/plan-status [ID or path]",
        "answers where plans stand: those that the pull request links, those that name the issue, "
        "or the one that is asked for",
        "everybody who can read the plans",
    ),
    CommandWords(
        "check",
        "/plan-check",
        "judges the pull request anew, whatever is remembered of it",
        "who opened it, and everybody with write access",
    ),
    CommandWords(
        "exempt",
        "/plan-exempt REASON",
        "lets the present commit merge without an approved plan; `/plan-exempt off` ends that",
        "the roles *maintain* and *admin*, but not who opened the pull request",
    ),
    CommandWords("help", "/plan-help", "answers with this table", "everybody"),
)


def help_marker(comment: int) -> str:
    """What our help for a comment is known by."""
    return f"<!-- plan-gate:help {comment} -->"


def unknown_marker(login: str) -> str:
    """What our answer to somebody's unknown commands is known by: one in a conversation."""
    return f"<!-- plan-gate:unknown {login} -->"


def render_help(comment: int) -> str:
    """The table, in answer to a comment."""
    asked = f"[Asked here](#issuecomment-{comment})."
    return "\n".join(
        [help_marker(comment), f"**What can be written in a comment.** {asked}", "", *table()]
    )


def render_unknown(login: str, name: str, meant: str) -> str:
    """The answer to a command that is not there."""
    return (
        f"{unknown_marker(login)}\nThere is no command {code(f'/plan-{name}')}. "
        f"Did you mean `/plan-{meant}`? `/plan-help` answers with all of them."
    )


def nearest(name: str) -> str | None:
    """The command that was probably meant; None where it may be no slip, but a word of theirs."""
    return next(iter(get_close_matches(name, [one.name for one in COMMANDS], 1, _CLOSE)), None)


def table() -> Iterator[str]:
    """Yield the table's lines."""
    yield "| Write | It | Who may |"
    yield "|---|---|---|"
    for one in COMMANDS:
        yield f"| `{one.usage}` | {one.does} | {one.who} |"
