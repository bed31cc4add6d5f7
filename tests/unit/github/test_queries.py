"""The documents, read by name alone; GitHub's schema is held against them in `tests/contracts/`."""

import pytest

from bot.github import queries

DOCUMENTS = {name: text for name, text in vars(queries).items() if name.isupper()}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_a_query_and_bears_its_name(name: str) -> None:
    """The client asks it again after a fault, so it must change nothing."""
    operation = "".join(word.title() for word in name.split("_"))
    assert DOCUMENTS[name].strip().startswith(f"query {operation}(")
