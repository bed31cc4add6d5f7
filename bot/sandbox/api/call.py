"""One call of the API as its handler sees it: the caller, the path, the query, the body, pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from bot.sandbox.api.answers import Answer, Refused, forbidden, invalid_request, not_found
from bot.sandbox.api.auth import (
    Anonymous,
    AppCaller,
    Caller,
    InstallationCaller,
    UserCaller,
    reaches,
)
from bot.sandbox.graph.view import Broken
from bot.sandbox.state.accounts import Account, App, Token
from bot.sandbox.state.records import Issue, Pull, Repo
from bot.sandbox.state.world import World

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """A request that is routed, authenticated and allowed."""

    world: World
    caller: Caller
    url: str
    path: dict[str, str]
    query: dict[str, str]
    body: bytes
    accept: str
    target: Repo | None
    rates: dict[str, str]
    broken: Broken | None = None

    @property
    def repo(self) -> Repo:
        """The repository that the path names."""
        if self.target is None:
            raise not_found()
        return self.target

    @property
    def app(self) -> App | None:
        """The App that calls, as itself or by an installation."""
        match self.caller:
            case AppCaller(app):
                return app
            case InstallationCaller(token):
                return token.installation.app
            case _:
                return None

    @property
    def actor(self) -> Account:
        """The account in whose name things are done: an App's is its bot."""
        match self.caller:
            case AppCaller(app):
                return app.bot
            case InstallationCaller(token):
                return token.installation.app.bot
            case UserCaller(token):
                return token.account
            case Anonymous():
                raise forbidden()

    @property
    def token(self) -> Token:
        """The installation token that calls."""
        if not isinstance(self.caller, InstallationCaller):
            raise Refused(403, "You must authenticate with an installation access token")
        return self.caller.token

    def reaches(self, repo: Repo) -> bool:
        """Tell whether a repository exists for the caller."""
        return reaches(self.world, self.caller, repo)

    def decode(self, kind: type[T]) -> T:
        """Read the body; raises Refused where GitHub's schema would."""
        try:
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except msgspec.ValidationError as error:
            raise invalid_request(str(error)) from error
        except msgspec.DecodeError as error:
            raise Refused(400, "Problems parsing JSON") from error

    def number(self, name: str) -> int:
        """Return a whole number of the path; what is none is not found."""
        if not self.path[name].isdecimal():
            raise not_found()
        return int(self.path[name])

    def organization(self) -> Account:
        """Return the organisation that the path names; to people it is there if they own it."""
        found = self.world.accounts.get(self.path["org"].lower())
        is_user = isinstance(self.caller, UserCaller)
        if found is None or (is_user and not found.is_owned_by(self.actor)):
            raise not_found()
        return found

    def issue(self) -> Issue:
        """Return the issue or pull request that the path names."""
        issue = self.repo.issues.get(self.number("number"))
        if issue is None:
            raise not_found()
        return issue

    def pull(self) -> Pull:
        """Return the pull request that the path names."""
        pull = self.repo.pull(self.number("number"))
        if pull is None:
            raise not_found()
        return pull

    def choice(self, name: str, default: str, *others: str) -> str:
        """Return a query parameter out of a closed set."""
        value = self.query.get(name, default)
        if value not in (default, *others):
            raise invalid_request(f"{name} must be one of {', '.join((default, *others))}.")
        return value

    def page(self, items: Sequence[T], shape: Callable[[T], Any], key: str | None = None) -> Answer:
        """Answer one page of a list, under a key with its total where the API does so."""
        size = min(max(self.count("per_page", 30), 1), 100)
        number = max(self.count("page", 1), 1)
        last = max(-(-len(items) // size), 1)
        shown = [shape(item) for item in items[(number - 1) * size : number * size]]
        content = shown if key is None else {"total_count": len(items), key: shown}
        return Answer(content, headers=self._links(number, last))

    def count(self, name: str, default: int) -> int:
        """Return a whole number of the query; what is none is as good as left out."""
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() else default

    def _links(self, number: int, last: int) -> dict[str, str]:
        pages = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        if number >= last:
            del pages["next"], pages["last"]
        if number == 1:
            del pages["prev"], pages["first"]
        links = [
            f'<{self.url}?{urlencode({**self.query, "page": page})}>; rel="{relation}"'
            for relation, page in pages.items()
        ]
        return {"Link": ", ".join(links)} if links else {}
