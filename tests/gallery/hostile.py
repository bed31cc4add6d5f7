"""The same messages, where somebody hostile has chosen every word in them that is not ours."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from hypothesis import strategies as st

from bot.gate.facts import InvalidConfig
from bot.gate.verdict import Verdict
from bot.report.buttons import render_explanation, render_withheld
from bot.report.check_run import render_check_run
from bot.report.commands import render_unknown
from bot.report.comment import render_comment
from bot.report.examples import EXAMPLES, SITE
from bot.report.judged import Judged
from bot.report.markdown import escape
from bot.report.status_answer import (
    render_none,
    render_status,
    render_untold,
    tell_closed,
    tell_config,
)
from bot.report.titles import title
from tests.gallery.overviews import OVERVIEWS

T = TypeVar("T")

_PIECES = [
    "@everyone",
    "@acme/team",
    "`",
    "``",
    "```",
    "~~~",
    "<",
    ">",
    "<!--",
    "-->",
    "<details>",
    "</details>",
    "<summary>",
    "<img/src=x>",
    "<b>",
    "<a/href=x>",
    "&",
    "&#64;bob",
    "&commat;bob",
    "&lt;",
    "[a](https://evil.example)",
    "](https://evil.example)",
    "![",
    "[",
    "]",
    "(",
    ")",
    "|",
    "\\",
    "\\`",
    "*",
    "_",
    "**",
    "~~",
    "~",
    "#1",
    "acme/shop#1",
    "https://evil.example",
    "http://",
    "www.evil.example",
    "-",
    "1.",
    "#",
    ">",
    "$x$",
    ":tada:",
    "a",
    "word",
    "é",
    "GH-1",
    "<https://evil.example>",
    "<a@evil.example>",
    "a@evil.example",
    "mailto:a@evil.example",
    "[^1]",
    "[x]:",
    "---",
    "===",
    '"',
    "'",
]
_SPACES = [
    " ",
    "\n",
    "\n\n",
    "\r",
    "\t",
    "    ",
    "\u2028",
    "\u202e",
    "\u200b",
    "\x00",
    "\n```\n",
    "\n---\n",
]
_words = st.lists(st.sampled_from([*_PIECES, *_SPACES]), max_size=8).map("".join)

# What GitHub makes, and what we do: nobody chooses it.
_OURS = {"blob", "commit", "head_sha", "digest", "code", "at", "request_id"}


@st.composite
def hostile_messages(draw: st.DrawFn) -> list[str]:
    """Some messages, made of the examples."""

    def word() -> str:
        return draw(_words)

    reasons = draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=4))
    verdict = Verdict(tuple(_spoilt(one, word) for one in reasons), home=word())
    judged = Judged(7, word(), verdict, head_ref=word())
    run = render_check_run([judged, replace(judged, number=8)], SITE, "pull acme/shop#7")
    comment = render_comment(judged, SITE, standing=True)
    plans = [_spoilt(one, word) for one in draw(st.lists(st.sampled_from(OVERVIEWS), max_size=3))]
    site = replace(SITE, home=word())
    problem = InvalidConfig(word(), 1, 1, word(), word())
    return [
        run.summary,
        escape(run.title),
        comment or "",
        render_status(plans, site, every=True, left=2),
        render_none(word(), [word(), word()]),
        render_untold(tell_config(problem)),
        render_untold(tell_closed(word())),
        render_explanation("3f2a", escape(title(verdict.reasons[0])), word()),
        render_withheld("3f2a", word()),
        render_unknown("bob", word(), "status"),
    ]


def _spoilt(value: T, word: Callable[[], str]) -> T:
    """*value* with another word in place of each of its words."""
    spoilt: object = value
    if type(value) is str:
        spoilt = word()
    elif isinstance(value, tuple):
        spoilt = tuple(_spoilt(one, word) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        chosen = [field.name for field in fields(value) if field.init and field.name not in _OURS]
        spoilt = replace(value, **{name: _spoilt(getattr(value, name), word) for name in chosen})
    return cast("T", spoilt)
