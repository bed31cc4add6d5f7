"""What was said between a client and the API, for the tests to look at."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; the status is 0 where the connection was dropped instead.

    The path begins after `/api/v3`; bodies are read where they are JSON. `counted`: it cost a piece
    of the rate limit; `injected`: the answer was a fault that a test had ordered.
    """

    method: str
    path: str
    query: dict[str, str]
    request_headers: dict[str, str]
    request_body: Any
    status: int
    response_headers: dict[str, str]
    response_body: Any
    counted: bool
    injected: bool = False

    @property
    def from_cache(self) -> bool:
        """The client had it already, and it cost no rate limit."""
        return self.status == 304
