"""Misbehaviour on demand: answers that fail, come late or never, webhooks lost and out of order."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from bot.sandbox.api.answers import RateLimited, Refused
from bot.sandbox.api.graphql import PATH as GRAPHQL
from bot.sandbox.disorder import Disorder
from bot.sandbox.graph.view import Broken
from bot.sandbox.state.deliveries import Delivery

_MESSAGES: Final = {
    400: "Bad Request",
    401: "Bad credentials",
    403: "Forbidden",
    404: "Not Found",
    500: "Server Error",
    502: "Server Error",
    503: "Service unavailable",
    504: "We couldn't respond to your request in time.",
}
_SECONDARY: Final = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


@dataclass(slots=True)
class Fault:
    """What happens to the next requests that match; `applied`: after they have done their work.

    `broken` is a field of GraphQL that fails while the others answer.
    """

    method: str
    path: re.Pattern[str]
    times: int
    refusal: Refused | None = None
    seconds: float = 0.0
    disconnects: bool = False
    applied: bool = False
    broken: Broken | None = None

    @property
    def takes_effect(self) -> bool:
        """The request does its work all the same: it is only late, or its answer is lost."""
        return self.applied or not (self.disconnects or self.refusal)

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether this fault meets a request."""
        return self.times > 0 and self.method in ("*", method) and bool(self.path.search(path))


@dataclass(slots=True)
class WebhookFaults:
    """What happens to the next webhooks."""

    resume: Callable[[Delivery], None] = lambda _: None
    _dropping: int = 0
    _doubling: int = 0
    _held: list[Delivery] = field(default_factory=list)
    _holding: bool = False
    _reordering: int = 0
    _disorder: Disorder | None = None

    def disturb(self, disorder: Disorder) -> None:
        """Let chance lose, double and delay webhooks, until `calm`."""
        self.calm()
        self._disorder = disorder

    def calm(self) -> None:
        """End the disorder, and send what it has kept back."""
        ended, self._disorder = self._disorder, None
        for delivery in ended.let_go() if ended else ():
            self.resume(delivery)

    def drop(self, count: int = 1) -> None:
        """Lose the next webhooks: they are neither sent nor logged."""
        self._dropping += count

    def double(self, count: int = 1) -> None:
        """Send the next webhooks twice under one GUID."""
        self._doubling += count

    def reorder(self, count: int = 2) -> None:
        """Keep the next webhooks until there are so many, then send the newest first."""
        self._reordering = count

    def hold(self) -> None:
        """Keep every webhook back until `release`."""
        self._holding = True

    def release(self, *, newest_first: bool = False) -> None:
        """Send what was held back, in order or the other way round."""
        held, self._held = self._held, []
        self._holding = False
        self._reordering = 0
        for delivery in reversed(held) if newest_first else held:
            self.resume(delivery)

    def let_through(self, delivery: Delivery) -> list[Delivery]:
        """Return what is sent now of a webhook: nothing, itself, or itself twice.

        In disorder it may be others that have waited, as well.
        """
        if self._disorder is not None:
            return [*self._disorder.let_through(delivery)]
        if self._dropping:
            self._dropping -= 1
            return []
        if self._holding or self._reordering:
            self._held.append(delivery)
            if len(self._held) == self._reordering:
                self.release(newest_first=True)
            return []
        if self._doubling:
            self._doubling -= 1
            return [delivery, replace(delivery)]
        return [delivery]


class Faults:
    """The switchboard of misbehaviour; paths are those after `/api/v3`."""

    def __init__(self) -> None:
        self.webhooks = WebhookFaults()
        self._faults: list[Fault] = []

    def fail(
        self,
        method: str,
        path: str,
        status: int = 502,
        times: int = 1,
        *,
        applied: bool = False,
    ) -> None:
        """Answer with an error, before or after the request has taken effect."""
        refusal = Refused(status, _MESSAGES.get(status, "Error"))
        self._add(Fault(method, re.compile(path), times, refusal, applied=applied))

    def slow(self, path: str, seconds: float, times: int = 1) -> None:
        """Answer late."""
        self._add(Fault("*", re.compile(path), times, seconds=seconds))

    def disconnect(
        self, method: str = "*", path: str = "", times: int = 1, *, applied: bool = False
    ) -> None:
        """Drop the connection instead of an answer, before or after the request took effect."""
        self._add(Fault(method, re.compile(path), times, disconnects=True, applied=applied))

    def rate_limit(
        self,
        kind: Literal["primary", "secondary"] = "primary",
        times: int = 1,
        retry_after: int | None = 60,
        *,
        status: Literal[403, 429] = 403,
        path: str = "",
    ) -> None:
        """Refuse as one of the two rate limits does.

        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: the primary
        limit tells by `x-ratelimit-reset` when to come back, the secondary one by `retry-after`,
        or not at all (None).
        """
        if kind == "primary":
            message = "API rate limit exceeded for installation."
            # The gateway turns the delay into a moment of the sandbox's clock.
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"+{retry_after or 0}"}
            refusal: Refused = RateLimited(status, message, headers=headers)
        else:
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            refusal = Refused(status, _SECONDARY, headers=headers)
        self._add(Fault("*", re.compile(path), times, refusal))

    def break_field(
        self,
        path: str,
        message: str = "Something went wrong while executing your query.",
        type: str | None = None,  # noqa: A002 - GitHub's word
        times: int = 1,
    ) -> None:
        """Answer GraphQL in part: the field at a path like `repository.object.blame` fails.

        Its names are those of the answer, so aliases where the query has them; numbers of items in
        lists are left out. What fails is null, and so is what may not be without it.
        """
        broken = Broken(path, message, type)
        self._add(Fault("POST", re.compile(f"^{GRAPHQL}$"), times, broken=broken))

    def clear(self) -> None:
        """Behave again."""
        self._faults.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """Return the fault that meets a request, and count it as used."""
        for fault in self._faults:
            if fault.strikes(method, path):
                fault.times -= 1
                return fault
        return None

    def _add(self, fault: Fault) -> None:
        self._faults.append(fault)
