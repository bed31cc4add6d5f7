"""GitHub's GraphQL schema, held against a query before it is sent and against each exchange."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, Literal

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ValidationRule,
    VariableNode,
    build_schema,
    get_named_type,
    parse,
    specified_rules,
)
from graphql import validate as validate_document

from bot.sandbox import Exchange
from bot.sandbox.api.graphql import SCHEMA_FILE

_LARGEST: Final = 100


@cache
def schema() -> GraphQLSchema:
    """Return GitHub's schema, as far as it is used."""
    return build_schema(SCHEMA_FILE.read_text())


def validate(document: str) -> list[str]:
    """Return what GitHub would refuse a document for; the bounds of pages are looked at, too."""
    try:
        parsed = parse(document)
    except GraphQLError as error:
        return [error.message]
    rules = [*specified_rules, _Bounds]
    return [error.message for error in validate_document(schema(), parsed, rules)]


def problems(exchange: Exchange) -> Iterator[tuple[Literal["request", "answer"], str]]:
    """Yield what is wrong with a query that was sent, and with its answer.

    Data have their shape from the schema that they were made with; the rest is looked at.
    """
    body, answer = exchange.request_body, exchange.response_body
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        yield "request", "no query"
    else:
        yield from (("request", problem) for problem in validate(body["query"]))
    if exchange.status == 0:
        return
    if "x-github-request-id" not in exchange.response_headers:
        yield "answer", "header x-github-request-id is missing"
    told = answer if isinstance(answer, dict) else {}
    if exchange.status != 200:
        if not isinstance(told.get("message"), str):
            yield "answer", "an error without a message"
    elif not told.keys() & {"data", "errors"} or told.keys() - {"data", "errors"}:
        yield "answer", "neither data nor errors, or something else"
    elif any(not isinstance(error.get("message"), str) for error in told.get("errors", [])):
        yield "answer", "an error without a message"


class _Bounds(ValidationRule):
    """A connection names `first` or `last`, at most 100: the schema itself lets it be left out."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        named = get_named_type(self.context.get_type())
        if named is None or not named.name.endswith("Connection"):
            return
        bounds = [each for each in node.arguments or () if each.name.value in ("first", "last")]
        if len(bounds) != 1:
            problem = f"`{node.name.value}` needs one of `first` and `last`"
            self.report_error(GraphQLError(problem, node))
            return
        size = bounds[0].value
        fits = isinstance(size, IntValueNode) and 1 <= int(size.value) <= _LARGEST
        if not fits and not isinstance(size, VariableNode):
            problem = f"`{node.name.value}` lists 1 to {_LARGEST} at a time"
            self.report_error(GraphQLError(problem, node))
