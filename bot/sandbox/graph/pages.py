"""Connections: lists in pages, forward by `first` and `after`, backward by `last` and `before`.

https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
"""

import base64
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from bot.sandbox.graph.view import refused
from bot.sandbox.state.records import JsonObject

T = TypeVar("T")

_LARGEST: Final = 100


def connection(
    name: str, items: Callable[..., Sequence[T]], shape: Callable[[T], JsonObject]
) -> Callable[..., JsonObject]:
    """Return a connection's field; arguments that are not of the page choose among the items."""

    def page(
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        **chosen: Any,
    ) -> JsonObject:
        _check(name, first, last)
        found = items(**chosen)
        start = 0 if after is None else _number(after) + 1
        end = len(found) if before is None else min(_number(before), len(found))
        if first is not None:
            end = min(end, start + first)
        else:
            start = max(start, end - (last or 0))
        edges = [
            {"cursor": _cursor(number), "node": shape(item)}
            for number, item in enumerate(found[start:end], start)
        ]
        return {
            "edges": edges,
            "nodes": [edge["node"] for edge in edges],
            "totalCount": len(found),
            "pageInfo": {
                "hasNextPage": end < len(found),
                "hasPreviousPage": start > 0,
                "startCursor": edges[0]["cursor"] if edges else None,
                "endCursor": edges[-1]["cursor"] if edges else None,
            },
        }

    return page


def _check(name: str, first: int | None, last: int | None) -> None:
    if first is None and last is None:
        raise refused(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{name}` "
            "connection.",
        )
    if first is not None and last is not None:
        raise refused(
            "INVALID_PAGINATION_BOUNDARIES",
            f"Passing both `first` and `last` to paginate the `{name}` connection is not "
            "supported.",
        )
    bound, count = ("first", first) if first is not None else ("last", last or 0)
    if count > _LARGEST:
        raise refused(
            "EXCESSIVE_PAGINATION",
            f"Requesting {count} records on the `{name}` connection exceeds the `{bound}` limit of "
            f"{_LARGEST} records.",
        )
    if count < 1:
        raise refused(
            "INVALID_PAGINATION_BOUNDARIES",
            f"`{bound}` on the `{name}` connection cannot be less than 1.",
        )


def _cursor(number: int) -> str:
    return base64.b64encode(f"cursor:{number}".encode()).decode()


def _number(cursor: str) -> int:
    try:
        kind, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        kind, number = "", ""
    if kind != "cursor" or not number.isdecimal():
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise refused("INVALID_CURSOR_ARGUMENTS", message)
    return int(number)
