"""The state as one query's caller may see it, and the errors that GitHub puts beside its data."""

import re
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from bot.sandbox.api.auth import Caller, InstallationCaller, reaches
from bot.sandbox.state.accounts import allows
from bot.sandbox.state.records import JsonObject, Repo
from bot.sandbox.state.world import World


@dataclass(frozen=True, slots=True)
class Broken:
    """A field that fails on demand: its path is that of its names in the answer, with dots."""

    path: str
    message: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Who asks, and what stands in `rateLimit`."""

    world: World
    caller: Caller
    rate_limit: JsonObject
    broken: Broken | None = None

    def reaches(self, repo: Repo) -> bool:
        """Tell whether a repository exists for the caller."""
        return reaches(self.world, self.caller, repo)

    def need(self, *permissions: str) -> None:
        """Raise FORBIDDEN where a token has none of them; people read whatever they reach."""
        if isinstance(self.caller, InstallationCaller):
            granted = self.caller.token.permissions
            if not any(allows(granted, each) for each in permissions):
                raise refused("FORBIDDEN", "Resource not accessible by integration")


def refused(kind: str | None, message: str) -> GraphQLError:
    """Return an error of GitHub's own; `kind` becomes its `type`."""
    return GraphQLError(message, extensions={} if kind is None else {"type": kind})


def resolve(source: JsonObject, info: GraphQLResolveInfo[View], **arguments: Any) -> Any:
    """Return a field of a type's shape: a value, or what a function makes of the arguments.

    `orderBy` is `order_by` to it.

    Each shape has all of its type's fields, so that one which is missing is an error.
    """
    broken = info.context.broken
    if broken is not None:
        names = [step for step in info.path.as_list() if isinstance(step, str)]
        if ".".join(names) == broken.path:
            raise refused(broken.type, broken.message)
    value = source[info.field_name]
    if not callable(value):
        return value
    return value(**{_snake(name): argument for name, argument in arguments.items()})


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
