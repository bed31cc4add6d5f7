"""The documents, read by name alone; GitHub's schema is held against them in `tests/contracts/`."""

import pytest
from graphql import parse

from bot.github import queries
from bot.github.graphql import name_of
from bot.sandbox.graph.cost import cost_of

DOCUMENTS = {name: text for name, text in vars(queries).items() if name.isupper()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_a_query_and_bears_its_name(name: str) -> None:
    """The client asks it again after a fault, so it must change nothing."""
    operation = "".join(word.title() for word in name.split("_"))
    assert DOCUMENTS[name].strip().startswith(f"query {operation}(")
    assert name_of(DOCUMENTS[name]) == operation


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_costs_one_point(document: str) -> None:
    """So a run's tally counts it as one."""
    assert cost_of(parse(document), {}).points == 1
