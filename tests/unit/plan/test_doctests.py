"""The examples in the docstrings of the plan language are true."""

import doctest
from types import ModuleType

import pytest

from bot.cli import formats
from bot.cli.formats import text
from bot.plan import fix, graph, questions, tables, tasks, words
from bot.plan.rules import header as header_rules
from bot.plan.rules import tasks as task_rules


@pytest.mark.parametrize(
    "module",
    [fix, formats, graph, header_rules, questions, tables, tasks, task_rules, text, words],
    ids=lambda module: module.__name__,
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
