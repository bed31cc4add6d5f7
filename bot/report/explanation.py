"""An explanation as a tree for people, and as values for programs. Pure: it decides nothing."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from bot.gate.condition import Condition, Question
from bot.report.evidence import tell
from bot.report.markdown import visible

MAX_EVIDENCE = 20  # lines below one condition

_GREEN, _RED, _FAINT = "32", "1;31", "2"
_MARKS = {True: ("✓", _GREEN), False: ("✗", _RED), None: ("–", _FAINT)}

_WORDS = {
    Question.POLICY: "The configuration can be read",
    Question.READ: "Everything could be read",
    Question.PROPOSAL: "It leaves the configuration valid",
    Question.PLANS: "The plans that it touches are valid",
    Question.PLAN: "{about} holds to the plan format",
    Question.CODE: "Its code has an approved plan, or is exempt",
    Question.EXEMPT: "Its code is exempt",
    Question.EXEMPT_BY_AUTHOR: "Its author is exempt",
    Question.AUTHOR_NAMED: "The configuration names the author",
    Question.COMMITS_VOUCHED: "Every commit is verified as an exempt author's",
    Question.EXEMPT_BY_LABEL: "The label {about} was put on by somebody who may",
    Question.EXEMPT_BY_PERSON: "Somebody has exempted this head with /plan-exempt",
    Question.HOME: "The repository of plans can be read",
    Question.LINKED: "It links a plan, and not too many",
    Question.LINK: "{about} frees its code",
    Question.COUNTS: "It is in the repository whose plans count",
    Question.EXISTS: "It is on the trusted branch",
    Question.UNIQUE: "It is one file there",
    Question.APPROVED: "It is Approved there",
    Question.VALID: "It has no errors there",
    Question.KEPT: "It is left so by this pull request",
    Question.PROVEN: "Its approval came about as the policy asks",
    Question.TASK: "{about} may be taken",
    Question.TASK_EXISTS: "The plan has the task",
    Question.TASK_TURN: "The tasks before it are merged",
    Question.TASK_FREE: "No other pull request has it",
    Question.APPROVALS: "What it does to approvals is allowed",
    Question.APPROVAL: "{about} may be approved",
    Question.BY_HUMAN: "A person sets it Approved",
    Question.REVIEWED: "It is reviewed",
    Question.CURRENT: "Nobody else has changed {about} meanwhile",
}


def render_tree(
    conditions: Sequence[Condition], *, width: int | None = None, colour: bool = False
) -> str:
    """The conditions as a tree, each with ✓, ✗ or –; lines are broken where *width* is given."""
    paint = _paint if colour else _leave
    return "\n".join(
        line
        for condition, last in _marked(conditions)
        for line in _branch(condition, "", last, optional=False, width=width, paint=paint)
    )


def as_json(condition: Condition) -> dict[str, object]:
    """The condition and all below it; `held` is null where it was not asked."""
    return {
        "question": condition.question.value,
        "about": condition.about,
        "text": words(condition),
        "held": condition.held,
        "needed": condition.needed,
        "evidence": [tell(one) for one in condition.evidence],
        "children": [as_json(child) for child in condition.children],
    }


def words(condition: Condition) -> str:
    """The question as the sentence that holds, or does not."""
    return _WORDS[condition.question].format(about=visible(condition.about))


# ── the tree ─────────────────────────────────────────────────────────────────
Paint = Callable[[str, str], str]


def _branch(
    condition: Condition,
    margin: str,
    last: bool,
    *,
    optional: bool,
    width: int | None,
    paint: Paint,
) -> Iterator[str]:
    """One condition's lines. Below one that is not needed (*optional*) nothing is."""
    mark, colour = _MARKS[condition.held]
    fork, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
    stem = "│  " if condition.children else "   "
    text = words(condition)
    if condition.held is None:
        text += " (not asked)"
    elif not condition.held and not condition.needed and not optional:
        text += " (not required)"
    first, *more = wrap(text, width and width - len(margin) - 5)
    yield f"{margin}{fork}{paint(mark, colour)} {first}"
    for line in more:
        yield f"{margin}{below}{stem}{line}"
    for line in _evidence(condition, width and width - len(margin) - 6):
        yield f"{margin}{below}{stem}{paint(line, _FAINT)}"
    for child, ends in _marked(condition.children):
        yield from _branch(
            child,
            margin + below,
            ends,
            optional=optional or not condition.needed,
            width=width,
            paint=paint,
        )


def _evidence(condition: Condition, width: int | None) -> Iterator[str]:
    for one in condition.evidence[:MAX_EVIDENCE]:
        first, *more = wrap(tell(one), width)
        yield first
        yield from (f"  {line}" for line in more)
    if (hidden := len(condition.evidence) - MAX_EVIDENCE) > 0:
        yield f"… and {hidden} more, which --format json shows"


def _marked(conditions: Sequence[Condition]) -> Iterator[tuple[Condition, bool]]:
    """Each with whether it is the last one."""
    for index, condition in enumerate(conditions, start=1):
        yield condition, index == len(conditions)


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"


def _leave(text: str, _: str) -> str:
    return text


# ── widths ───────────────────────────────────────────────────────────────────
def wrap(text: str, width: int | None) -> list[str]:
    """*text* in lines of at most *width* columns, broken between words; at least one line.

    A longer word stands alone. Lines but the first leave two columns free, to be indented by.
    """
    if width is None:
        return [text]
    lines = [""]
    for word in text.split(" "):
        room = max(width, 20) - 2 * (len(lines) > 1)
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and columns(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def columns(text: str) -> int:
    """How many columns of a terminal *text* takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
