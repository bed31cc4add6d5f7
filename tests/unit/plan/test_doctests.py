"""The examples in the docstrings of the plan language are true."""

import doctest
from types import ModuleType

import pytest

from bot.plan import formats, graph, questions, tables, tasks, words
from bot.plan.rules import tasks as task_rules


@pytest.mark.parametrize(
    "module",
    [formats, graph, questions, tables, tasks, words, task_rules],
    ids=lambda module: module.__name__,
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
