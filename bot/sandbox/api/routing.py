"""The table of routes: a method, a path, the permissions that open it, and its handler."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from bot.sandbox.api.answers import Answer
from bot.sandbox.api.call import Call

Handler = Callable[[Call], Answer]

_PARAMETER: Final = re.compile(r"\\\{(\w+)(\\\*)?\\\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; any of `needs` is enough, `app` needs the App's JWT, `public` nothing."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    needs: tuple[str, ...]
    app: bool
    public: bool


class Routes:
    """A group of endpoints, filled by decorators where their handlers stand."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def __call__(
        self, method: str, path: str, *, needs: str = "", app: bool = False, public: bool = False
    ) -> Callable[[Handler], Handler]:
        """Register a handler; `{name}` is one segment of the path and `{name*}` is several."""

        def register(handler: Handler) -> Handler:
            route = Route(method, _compile(path), handler, tuple(needs.split()), app, public)
            self.table.append(route)
            return handler

        return register


def match(table: list[Route], method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the first route of a still percent-encoded path with the parameters it decodes to."""
    for route in table:
        found = route.pattern.fullmatch(raw_path)
        if found is not None and route.method == method:
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def _compile(path: str) -> re.Pattern[str]:
    def group(parameter: re.Match[str]) -> str:
        return f"(?P<{parameter[1]}>{'.+' if parameter[2] else '[^/]+'})"

    return re.compile(_PARAMETER.sub(group, re.escape(path)))
