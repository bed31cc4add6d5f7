"""The way of a request through the API: admitted, routed, allowed, answered, stamped."""

import hashlib
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final
from urllib.parse import urlencode

from bot.sandbox.api import (
    apps,
    checks,
    contents,
    deliveries,
    graphql,
    issues,
    manifests,
    pulls,
    rates,
    repos,
    rulesets,
    search,
)
from bot.sandbox.api.answers import Answer, Moved, RateLimited, Refused, not_found
from bot.sandbox.api.auth import (
    Anonymous,
    Caller,
    authenticate,
    reaches,
)
from bot.sandbox.api.call import Call
from bot.sandbox.api.permissions import allow
from bot.sandbox.api.rates import RateLimits, Resource
from bot.sandbox.api.routing import Route, match
from bot.sandbox.graph.view import Broken
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

VERSIONS: Final = ("2022-11-28",)

_TABLE: Final = [
    route
    for group in (
        apps,
        manifests,
        deliveries,
        repos,
        checks,
        contents,
        pulls,
        issues,
        search,
        rulesets,
        rates,
        graphql,
    )
    for route in group.routes.table
]


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the API; the path is still percent-encoded and begins after `/api/v3`.

    `broken` is a field of GraphQL that fails for this request.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    broken: Broken | None = None

    @property
    def resource(self) -> Resource:
        """The rate limit that it counts against."""
        return "graphql" if self.path == graphql.PATH else "core"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The finished answer; `counted` where it cost a piece of the rate limit."""

    status: int
    headers: dict[str, str]
    body: bytes
    counted: bool


class Gateway:
    """Answers requests from the state alone: no network, no waiting."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rates = RateLimits(world)
        self._request_ids = itertools.count(1)

    def answer(self, request: Request) -> Outcome:
        """Answer a request, a refusal included."""
        caller: Caller = Anonymous()
        try:
            _admit(request)
            route, path = self._find(request)
            if not route.public:
                caller = authenticate(self._world, request.headers.get("Authorization"))
            self._rates.check(caller, request.resource)
            answer = self._call(request, caller, route, path)
        except Refused as refusal:
            answer = _refusal(request, refusal)
        return self._stamp(request, caller, answer)

    def refuse(self, request: Request, refusal: Refused) -> Outcome:
        """Answer with a refusal that was ordered; it does not count."""
        answer = _refusal(request, refusal)
        try:
            caller = authenticate(self._world, request.headers.get("Authorization"))
        except Refused:
            caller = Anonymous()
        reset = answer.headers.get("x-ratelimit-reset", "")
        if reset.startswith("+"):
            moment = int(self._world.clock()) + int(reset)
            answer.headers = {**answer.headers, "x-ratelimit-reset": str(moment)}
        return self._stamp(request, caller, answer, free=True)

    def _call(self, request: Request, caller: Caller, route: Route, path: dict[str, str]) -> Answer:
        target = self._target(request, path, route, caller)
        allow(self._world, route, caller, target, request.method)
        call = Call(
            world=self._world,
            caller=caller,
            url=self._world.api + request.path,
            path=path,
            query=request.query,
            body=request.body,
            accept=request.headers.get("Accept", ""),
            target=target,
            rates=self._rates.headers(caller, request.resource),
            broken=request.broken,
        )
        return route.handler(call)

    def _find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """Return the route of a request, with the parameters of its path.

        `/repositories/{id}` stands for a repository by what it never loses; redirects lead there.
        """
        path, by_id = request.path, re.match(r"/repositories/(\d+)(?=/|$)", request.path)
        if by_id is not None:
            repo = next((r for r in self._world.repos.values() if str(r.id) == by_id[1]), None)
            if repo is None:
                raise not_found()
            path = f"/repos/{repo.full_name}{path[by_id.end() :]}"
        found = match(_TABLE, request.method, path)
        if found is None:
            raise not_found()
        return found

    def _target(
        self, request: Request, path: dict[str, str], route: Route, caller: Caller
    ) -> Repo | None:
        """Return the repository that a path names; one out of reach is as good as none.

        Raises Moved for the name that it had before.
        """
        if "repo" not in path:
            return None
        name = f"{path['owner']}/{path['repo']}"
        repo = self._world.repo(name)
        found = repo or self._world.moved_from(name)
        if found is None or not (route.app or reaches(self._world, caller, found)):
            raise not_found()
        if repo is None:
            below = "".join(f"/{step}" for step in request.path.split("/")[4:])
            query = f"?{urlencode(request.query)}" if request.query else ""
            location = f"{self._world.api}/repositories/{found.id}{below}{query}"
            raise Moved(request.method, location)
        return repo

    def _stamp(
        self, request: Request, caller: Caller, answer: Answer, *, free: bool = False
    ) -> Outcome:
        body, headers = _encode(answer)
        status = answer.status
        if status == 200 and request.method == "GET":
            etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
            headers |= {"ETag": etag, "Cache-Control": "private, max-age=60, s-maxage=60"}
            if etag in request.headers.get("If-None-Match", ""):
                status, body = 304, b""
        counted = not free and status != 304 and request.path != "/rate_limit"
        if counted:
            self._rates.count(caller, request.resource, answer.cost)
        if self._world.limits.rated:
            headers = self._rates.headers(caller, request.resource) | headers
        number = next(self._request_ids)
        headers["x-github-request-id"] = f"SAND:B0{number:04X}:{number:06X}"
        headers["Date"] = formatdate(self._world.clock(), usegmt=True)
        headers["x-github-media-type"] = "github.v3; format=json"
        headers["x-github-api-version-selected"] = VERSIONS[-1]
        return Outcome(status, headers, body, counted)


def _refusal(request: Request, refusal: Refused) -> Answer:
    if isinstance(refusal, RateLimited) and request.resource == "graphql":
        return graphql.rate_limited(refusal)
    return refusal.answer()


def _admit(request: Request) -> None:
    if not request.headers.get("User-Agent"):
        raise Refused(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a "
            "User-Agent header.",
        )
    version = request.headers.get("X-GitHub-Api-Version", VERSIONS[-1])
    if version not in VERSIONS:
        raise Refused(400, f'Invalid API version "{version}".')


def _encode(answer: Answer) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    if answer.content is None:
        return b"", dict(answer.headers)
    if isinstance(answer.content, bytes):
        return answer.content, headers
    return json.dumps(answer.content, separators=(",", ":"), ensure_ascii=False).encode(), headers
