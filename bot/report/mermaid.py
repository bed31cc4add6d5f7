"""A plan's tasks as a Mermaid graph: what plan text says in it stays inside its label."""

from collections.abc import Sequence

from bot.gate.overview import TaskOverview, TaskState
from bot.report.markdown import visible

MOST_NODES = 30
MOST_EDGES = 200  # Mermaid draws no graph of more than a few hundred

_WIDEST = 60
_PLAIN = frozenset(" .,-_()/")  # beside letters and digits, what means nothing to Mermaid

# Mid-tones under white words are readable on a light page and on a dark one.
_FILLS = {
    TaskState.BLOCKED: ("blocked", "#b35900"),
    TaskState.READY: ("ready", "#1f6feb"),
    TaskState.IN_REVIEW: ("review", "#8250df"),
    TaskState.MERGED: ("merged", "#1a7f37"),
    TaskState.UNKNOWN: ("unknown", "#6e7781"),
}


def render_graph(tasks: Sequence[TaskOverview]) -> str | None:
    """The fence with the graph; `None` where there is nothing to draw, or too much to see it.

    Of tasks with one number the first counts. What a task depends on and is not there is no node.
    """
    nodes = {one.task.number: one for one in reversed(tasks)}
    shown = [nodes[number] for number in sorted(nodes)]
    edges = [
        f"  T{before} --> T{one.task.number}"
        for one in shown
        for before in sorted(set(one.task.depends_on))
        if before in nodes
    ]
    if not shown or len(shown) > MOST_NODES or len(edges) > MOST_EDGES:
        return None
    states = {one.state for one in shown}
    return "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            *map(_node, shown),
            *edges,
            *(_class(*fill) for state, fill in _FILLS.items() if state in states),
            "```",
        ]
    )


def _node(one: TaskOverview) -> str:
    number = one.task.number
    words = f"Task {number}: {_label(one.task.title)}<br/>{one.state}"
    return f'  T{number}["{words}"]:::{_FILLS[one.state][0]}'


def _class(name: str, fill: str) -> str:
    return f"  classDef {name} fill:{fill},stroke:#8c959f,color:#ffffff"


def _label(text: str) -> str:
    """*text* with all that could be syntax as Mermaid's character codes (`#34;` is a quote)."""
    return "".join(
        char if char.isalnum() or char in _PLAIN else f"#{ord(char)};"
        for char in visible(text, _WIDEST)
    )
