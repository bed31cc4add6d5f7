"""The graph of a plan's tasks: plan text neither leaves its label nor adds a node."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import PlanTask
from bot.gate.overview import TaskOverview, TaskState
from bot.report.mermaid import MOST_EDGES, MOST_NODES, render_graph

NODE = re.compile(
    r'  T(\d+)\["Task \d+: [^"`<>\[\]{}|;#]*(?:#\d+;[^"`<>\[\]{}|;#]*)*'
    r'<br/>(blocked|ready|in review|merged|unknown)"\]:::[a-z]+'
)
EDGE = re.compile(r"  T\d+ --> T\d+")
CLASS = re.compile(r"  classDef [a-z]+ fill:#\w{6},stroke:#\w{6},color:#\w{6}")

states = st.sampled_from(TaskState)


def task(
    number: int, *after: int, title: str = "Do it", state: TaskState = TaskState.READY
) -> TaskOverview:
    return TaskOverview(PlanTask(number, title, after), "billing", state)


def test_a_graph_shows_each_task_with_its_state_in_words_and_colour() -> None:
    graph = render_graph(
        [task(1, title='Say "hi"', state=TaskState.MERGED), task(2, 1, 9, title="Then `rest`")]
    )
    assert graph == (
        "```mermaid\n"
        "flowchart LR\n"
        '  T1["Task 1: Say #34;hi#34;<br/>merged"]:::merged\n'
        '  T2["Task 2: Then #96;rest#96;<br/>ready"]:::ready\n'
        "  T1 --> T2\n"
        "  classDef ready fill:#1f6feb,stroke:#8c959f,color:#ffffff\n"
        "  classDef merged fill:#1a7f37,stroke:#8c959f,color:#ffffff\n"
        "```"
    )


@given(st.lists(st.tuples(st.text(), states), min_size=1, max_size=MOST_NODES))
def test_no_title_leaves_its_label(titles: list[tuple[str, TaskState]]) -> None:
    tasks = [
        task(number, number - 1, title=title, state=state)
        for number, (title, state) in enumerate(titles, start=1)
    ]
    graph = render_graph(tasks)
    assert graph is not None
    first, second, *lines, last = graph.split("\n")
    assert (first, second, last) == ("```mermaid", "flowchart LR", "```")
    count = len(titles)
    assert all(map(NODE.fullmatch, lines[:count]))
    assert all(map(EDGE.fullmatch, lines[count : 2 * count - 1]))
    assert all(map(CLASS.fullmatch, lines[2 * count - 1 :]))


@pytest.mark.parametrize(
    ("tasks", "why"),
    [
        ([], "nothing to draw"),
        ([task(n) for n in range(1, MOST_NODES + 2)], "too many nodes"),
        ([task(n, *range(1, n)) for n in range(1, MOST_NODES + 1)], "too many edges"),
    ],
)
def test_what_nobody_could_read_is_not_drawn(tasks: list[TaskOverview], why: str) -> None:
    assert render_graph(tasks) is None, why
    assert MOST_NODES * (MOST_NODES - 1) / 2 > MOST_EDGES


def test_of_tasks_with_one_number_the_first_is_drawn() -> None:
    graph = render_graph([task(1, title="first"), task(1, title="second")])
    assert graph is not None
    assert "first" in graph
    assert "second" not in graph
