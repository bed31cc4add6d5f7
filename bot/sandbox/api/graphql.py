"""The endpoint of GraphQL: a query in, data and errors out, nearly always with HTTP 200.

https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from bot.sandbox.api.answers import Answer, Refused
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.graph.cost import Cost, cost_of
from bot.sandbox.graph.query import root
from bot.sandbox.graph.view import View, refused, resolve
from bot.sandbox.state.records import JsonObject

routes = Routes()

# As on GitHub Enterprise Server, where REST begins at /api/v3.
PATH: Final = "/api/graphql"
SCHEMA_FILE: Final = Path(__file__).parent / "github.graphql"


class Query(msgspec.Struct, rename="camel"):
    """The body of a request."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@routes("POST", PATH)
def post(call: Call) -> Answer:
    """Run a query; what fails of it is null in the data, and told among the errors."""
    body = call.decode(Query)
    variables = body.variables or {}
    try:
        document = parse(body.query)
        if problems := validate(schema(), document):
            return errors_answer(problems)
        cost = _affordable(call, document, variables)
    except GraphQLError as error:
        return errors_answer([error])
    view = View(call.world, call.caller, _rate_limit(call, cost), call.broken)
    result = execute_sync(
        schema(),
        document,
        root(view),
        view,
        variables,
        body.operation_name,
        field_resolver=resolve,
    )
    content: JsonObject = {"data": result.data}
    if result.errors:
        content["errors"] = [_told(error) for error in result.errors]
    return Answer(content, cost=cost.points)


@cache
def schema() -> GraphQLSchema:
    """Return GitHub's schema, as far as it is used."""
    return build_schema(SCHEMA_FILE.read_text())


def errors_answer(errors: list[GraphQLError]) -> Answer:
    """Answer with errors alone, as where nothing of a query was run."""
    return Answer({"errors": [_told(error) for error in errors]})


def rate_limited(refusal: Refused) -> Answer:
    """Answer as where the rate limit is used up: with HTTP 200, and an error that says so."""
    answer = errors_answer([refused("RATE_LIMITED", refusal.message)])
    answer.headers, answer.cost = refusal.headers, 0
    return answer


def _affordable(call: Call, document: DocumentNode, variables: dict[str, Any]) -> Cost:
    cost, limit = cost_of(document, variables), call.world.limits.graphql_nodes
    if cost.nodes > limit:
        raise refused(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {cost.nodes:,} possible nodes which exceeds the maximum "
            f"limit of {limit:,}.",
        )
    return cost


def _rate_limit(call: Call, cost: Cost) -> JsonObject:
    rates = {name: int(call.rates[f"x-ratelimit-{name}"]) for name in ("limit", "used", "reset")}
    used = rates["used"] + cost.points
    return {
        "limit": rates["limit"],
        "cost": cost.points,
        "used": used,
        "remaining": max(rates["limit"] - used, 0),
        "resetAt": call.world.time(rates["reset"]),
        "nodeCount": cost.nodes,
    }


def _told(error: GraphQLError) -> JsonObject:
    """Return an error in GitHub's form, where its type does not stand among the extensions."""
    told: JsonObject = dict(error.formatted)
    return {**told.pop("extensions", {}), **told}
