"""What is sent to GitHub and what comes back, as values. They know no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

GONE: Final = "[credentials]"

Resource = Literal["core", "graphql"]
"""Which of GitHub's rate limits a request counts against."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, to be sent once or again.

    *endpoint* is its path's template: it names no repository, and so it may be counted by. Of the
    answer's body no more than *limit* bytes are wanted, if there is one.
    """

    method: str
    url: str
    endpoint: str
    headers: Mapping[str, str]
    body: bytes = b""
    resource: Resource = "core"
    limit: int | None = None

    @property
    def name(self) -> str:
        """How it is counted, whoever it is about."""
        return self.endpoint if self.resource == "graphql" else f"{self.method} {self.endpoint}"

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that sending it again does no harm."""
        return self.method == "GET" or self.resource == "graphql"

    @property
    def writes(self) -> bool:
        """Whether it changes what people see; the App's own affairs, such as tokens, do not."""
        return not self.reads and self.endpoint.startswith("/repos/")

    @property
    def creates(self) -> bool:
        """Whether it creates content, or may be counted so: about check runs GitHub is silent."""
        return self.writes and self.method == "POST"

    @property
    def is_immutable(self) -> bool:
        """Whether the answer is about git objects by SHA, which never change."""
        return "/git/" in self.endpoint or "/compare/" in self.endpoint


class Answer(NamedTuple):
    """What GitHub answered; its headers are found by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def without(secret: str, answer: Answer) -> Answer:
    """Return *answer* as if it did not repeat our own *secret*: its words are shown to people.

    GitHub repeats none. A proxy or a gateway between us may, in a page that tells of an error.
    """
    headers = answer.headers
    if any(secret in value for value in headers.values()):
        headers = {name.lower(): text.replace(secret, GONE) for name, text in headers.items()}
    body = answer.body
    if answer.status >= 400 and secret.encode() in body:
        body = body.replace(secret.encode(), GONE.encode())
    return Answer(answer.status, headers, body)
