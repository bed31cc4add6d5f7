"""What the API answers: JSON, bytes or nothing, and refusals in GitHub's shapes."""

from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.state.records import JsonObject

DOCS: Final = "https://docs.github.com/rest"


@dataclass(slots=True)
class Answer:
    """One answer; `content` is JSON, or bytes that go out as they are, or None for no body.

    `cost` is what it takes from the rate limit.
    """

    content: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cost: int = 1


class Refused(Exception):
    """GitHub refuses the request with a status and a message; `errors` names the fields."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[JsonObject] | list[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Return the refusal as it goes over the wire."""
        content: JsonObject = {"message": self.message}
        if self.errors is not None:
            content["errors"] = self.errors
        content |= {"documentation_url": DOCS, "status": str(self.status)}
        return Answer(content, self.status, self.headers)


class Moved(Refused):
    """What is asked for stands elsewhere now: 301 to a GET, and to a write 307."""

    def __init__(self, method: str, location: str) -> None:
        told = (301, "Moved Permanently") if method == "GET" else (307, "Temporary Redirect")
        super().__init__(*told, headers={"Location": location})

    def answer(self) -> Answer:
        """Return the redirect as it goes over the wire."""
        url = self.headers["Location"]
        content = {"message": self.message, "url": url, "documentation_url": DOCS}
        return Answer(content, self.status, self.headers)


class RateLimited(Refused):
    """The primary rate limit is used up, which GraphQL says in its own way."""


def not_found() -> Refused:
    """Return what GitHub says of what is not there, or not for the caller to see."""
    return Refused(404, "Not Found")


def forbidden() -> Refused:
    """Return what GitHub says to an App that lacks a permission."""
    return Refused(403, "Resource not accessible by integration")


def bad_credentials() -> Refused:
    """Return what GitHub says to a token that is unknown or has expired."""
    return Refused(401, "Bad credentials")


def invalid_request(*problems: str) -> Refused:
    """Return what GitHub says of a body that its schema forbids."""
    return Refused(422, "\n\n".join(["Invalid request.", *problems]))


def validation_failed(resource: str, field_name: str, code: str, message: str = "") -> Refused:
    """Return what GitHub says of a body that fits the schema and still makes no sense."""
    error = {"resource": resource, "field": field_name, "code": code}
    return Refused(422, "Validation Failed", [error | ({"message": message} if message else {})])
