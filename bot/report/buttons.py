"""The buttons beside a check run, and what people read where one was pressed."""

from dataclasses import dataclass

from bot.gate.verdict import Verdict
from bot.report.comment import MAX_COMMENT
from bot.report.markdown import code, fence, fit, folded
from bot.subject import Button

EXPLANATION = "<!-- plan-gate:explanation -->"
EXEMPTING = "<!-- plan-gate:exempting -->"
_ROOM = 1_000  # bytes for what stands around a tree


@dataclass(frozen=True, slots=True)
class Action:
    """A button as GitHub takes it: at most 20, 40 and 20 characters."""

    label: str
    description: str
    identifier: Button


RECHECK = Action("Re-check", "Judge this commit anew", Button.RECHECK)
EXPLAIN = Action("Explain", "Comment how this was decided", Button.EXPLAIN)
EXEMPT = Action("Exempt…", "Comment who may exempt it, and how", Button.EXEMPT)


def buttons(verdict: Verdict) -> tuple[Action, ...]:
    """What is offered: where nothing blocks there is nothing to explain or to exempt."""
    if not verdict.blocked:
        return (RECHECK,)
    return (RECHECK, EXPLAIN) if verdict.shadow else (RECHECK, EXPLAIN, EXEMPT)


def render_explanation(decision: str, title: str, tree: str) -> str:
    """How a decision came about: its one line, and its conditions folded."""
    shown = fence(fit(tree, MAX_COMMENT - _ROOM))
    conditions = folded("Every condition: ✓ holds, ✗ does not, – was not asked", [shown])
    return (
        f"{EXPLANATION}\n**How this was decided:** {title}\n\n{conditions}\n\n"
        f"Decision `{decision}`: `plan-gate replay {decision}` decides it again."
    )


def render_withheld(decision: str, home: str) -> str:
    """Why a decision is not explained where its plans are in another repository, *home*."""
    return (
        f"{EXPLANATION}\n**How this was decided** is not told here: the plans are in {code(home)}, "
        "and whoever reads this may not be able to read that. The App's operator explains it by "
        f"`plan-gate replay {decision}`."
    )


def render_exempting(head_sha: str) -> str:
    """Who may let a commit merge without an approved plan, and what to write."""
    return (
        f"{EXEMPTING}\n**To exempt `{head_sha[:7]}`** from needing an approved plan, somebody with "
        "the role *maintain* or *admin* in this repository, who did not open this pull request, "
        "writes a comment with the reason:\n\n"
        "```text\n/plan-exempt REASON\n```\n\n"
        "It holds for this commit alone, is shown in the check and kept in the audit log; "
        "`/plan-exempt off` ends it."
    )
