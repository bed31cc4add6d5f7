"""Every query that the bot sends is one that GitHub's schema knows."""

import pytest

from bot.github import queries
from tests.contracts.graphql import validate

DOCUMENTS = {name: text for name, text in vars(queries).items() if name.isupper()}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_query_is_as_github_describes_it(document: str) -> None:
    assert validate(document) == []


def test_there_are_queries() -> None:
    assert len(DOCUMENTS) >= 5
