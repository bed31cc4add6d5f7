"""What a query costs before it runs: points of the rate limit, and the nodes that it may ask for.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    value_from_ast_untyped,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """The requests that a query stands for, a hundred to a point, and its nodes."""

    requests: int
    nodes: int

    @property
    def points(self) -> int:
        """What the rate limit counts: one point at least."""
        return max(1, round(self.requests / 100))


def cost_of(document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """Add up a valid document's connections, each for as many parents as it may have."""
    fragments = {
        each.name.value: each.selection_set
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }

    def add(selections: SelectionSetNode | None, parents: int) -> Cost:
        requests = nodes = 0
        for each in () if selections is None else selections.selections:
            inner, below = None, parents
            match each:
                case FragmentSpreadNode():
                    inner = fragments[each.name.value]
                case InlineFragmentNode():
                    inner = each.selection_set
                case FieldNode():
                    inner = each.selection_set
                    size = _page_size(each, variables)
                    if size is not None:
                        requests += parents
                        below = parents * size
                        nodes += below
                case _:
                    pass
            found = add(inner, below)
            requests, nodes = requests + found.requests, nodes + found.nodes
        return Cost(requests, nodes)

    queries = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    total = [add(each.selection_set, 1) for each in queries]
    return Cost(sum(each.requests for each in total), sum(each.nodes for each in total))


def _page_size(field: FieldNode, variables: Mapping[str, Any]) -> int | None:
    """Return how many a connection's page may hold, or None where the field has no pages."""
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            size = value_from_ast_untyped(argument.value, dict(variables))
            return size if isinstance(size, int) else None
    return None
