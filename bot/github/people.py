"""What people may do and what they did: roles, teams, reviews, labels, edits of comments.

Who is unknown may do nothing, and who acted unknown to GitHub is nobody.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from bot.gate.facts import Actor, LabelAdded, Review, Role
from bot.github import answers, queries
from bot.github.accounts import as_actor
from bot.github.client import Client
from bot.github.errors import Incomplete, NotFound, Refused
from bot.github.query_answers import CommentNode, InRepository, LabelEvents, LabelledPull, OfPull
from bot.github.reviews import APPROVED, Said, latest_opinions

_AT_ONCE: Final = 8  # requests under way at a time

# What `permission` says for each role; the two that it does not know count as the next lower.
_PERMISSIONS: Final = {
    Role.ADMIN: "admin",
    Role.MAINTAIN: "write",
    Role.WRITE: "write",
    Role.TRIAGE: "read",
    Role.READ: "read",
    Role.NONE: "none",
}

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class CommentRead:
    """A comment as it is now; *author* and *editor* are None where GitHub knows no account.

    It was never edited where *last_edited_at* (ISO 8601, as *created_at*) is None.
    """

    body: str
    author: Actor | None
    editor: Actor | None
    created_at: str
    last_edited_at: str | None


class People:
    """Reads of the people around one repository; each role and membership is asked for once.

    So it is good for one evaluation, and no longer.
    """

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self.repository = repository
        self._owner, _, self._name = repository.partition("/")
        gate = asyncio.Semaphore(_AT_ONCE)
        self._roles = _Once(self._ask_role, gate)
        self._members = _Once(self._ask_member, gate)

    async def read_role(self, login: str) -> Role:
        """What *login* may do in the repository."""
        return await self._roles.read(login)

    async def read_reviews(self, number: int, approvers: Sequence[str]) -> tuple[Review, ...]:
        """What each reviewer last said, by login; a later comment changes nothing.

        Roles are read of those who approve; the others' play no part.
        https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
        """
        url = "/repos/{owner}/{repo}/pulls/{number}/reviews"
        found = await self._client.read_all(answers.Review, url, self._at(number=str(number)))
        latest = latest_opinions(
            Said(actor, review.state, review.commit_id or "", review.submitted_at or "")
            for review in found
            if (actor := as_actor(review.user)) is not None
        )
        return await self.mark_approvers(
            await asyncio.gather(*(self._review(said) for said in latest)), approvers
        )

    async def mark_approvers(
        self, reviews: Iterable[Review], approvers: Sequence[str]
    ) -> tuple[Review, ...]:
        """*reviews* with whether *approvers* (logins and `@org/team`) name who approves.

        Raises `Incomplete` where that depends on a team whose members may not be read: a review
        might be missing for that alone, and only this says what to do about it.
        """
        return tuple(await asyncio.gather(*(self._marked(review, approvers) for review in reviews)))

    async def read_label_adders(self, number: int, labels: Iterable[str]) -> tuple[LabelAdded, ...]:
        """Who put each of *labels* on last.

        Nobody is known where GitHub has no such event, or one that took it off since, nor where
        the label was changed since: it may have had another name then.
        """
        names = tuple(labels)
        wanted = {name.casefold() for name in names}
        found: dict[str, Actor | None] = {}
        before: str | None = None
        while wanted - found.keys():
            page = await self._label_events(number, before)
            for event in reversed(page.nodes):
                found.setdefault(event.label.name.casefold(), as_actor(event.adder))
            if not page.page_info.has_previous_page or page.page_info.start_cursor in {
                None,
                before,
            }:
                break
            before = page.page_info.start_cursor
        added = (self._label_added(name, found.get(name.casefold())) for name in names)
        return tuple(await asyncio.gather(*added))

    async def read_comment(self, node_id: str) -> CommentRead:
        """A comment with who edited it last."""
        found = await self._client.query(CommentNode, queries.READ_COMMENT, {"id": node_id})
        return CommentRead(
            found.node.body,
            as_actor(found.node.author),
            as_actor(found.node.editor),
            found.node.created_at,
            found.node.last_edited_at,
        )

    async def _review(self, said: Said) -> Review:
        approves = said.state == APPROVED
        role = await self.read_role(said.by.login) if approves else Role.NONE
        return Review(said.by, said.state, said.commit, role)

    async def _marked(self, review: Review, approvers: Sequence[str]) -> Review:
        named = review.state == APPROVED and await self._is_named(review.by.login, approvers)
        return replace(review, approver=named or not approvers)

    async def _is_named(self, login: str, approvers: Sequence[str]) -> bool:
        """Whether *approvers* name an account, or a team of its; in any case of letters."""
        names = [name.removeprefix("@") for name in approvers]
        if login.casefold() in {name.casefold() for name in names}:
            return True
        hidden = ""
        for team in (name for name in names if "/" in name):
            try:
                if await self._members.read((team, login)):
                    return True
            except Refused:
                hidden = team
        if hidden:
            raise Incomplete(
                f"GitHub does not tell who is in @{hidden}: "
                "grant the App “Members: read” in that organisation"
            )
        return False

    async def _label_events(self, number: int, before: str | None) -> LabelEvents:
        at = {"owner": self._owner, "name": self._name, "number": number, "before": before}
        found = await self._client.query(
            InRepository[OfPull[LabelledPull]], queries.READ_LABEL_EVENTS, at
        )
        return found.repository.pull_request.timeline_items

    async def _label_added(self, name: str, by: Actor | None) -> LabelAdded:
        return LabelAdded(name, by, await self.read_role(by.login) if by else Role.NONE)

    async def _ask_role(self, login: str) -> Role:
        """https://docs.github.com/en/rest/collaborators/collaborators"""
        url = "/repos/{owner}/{repo}/collaborators/{login}/permission"
        try:
            found = await self._client.read(answers.Permission, url, **self._at(login=login))
        except NotFound:
            return Role.NONE
        return _role(found)

    async def _ask_member(self, key: tuple[str, str]) -> bool:
        """https://docs.github.com/en/rest/teams/members – members of child teams included."""
        team, login = key
        org, _, slug = team.partition("/")
        url = "/orgs/{org}/teams/{slug}/memberships/{login}"
        try:
            found = await self._client.read(
                answers.Membership, url, org=org, slug=slug, login=login
            )
        except NotFound:
            return False
        return found.state == "active"

    def _at(self, **more: str) -> dict[str, str]:
        return {"owner": self._owner, "repo": self._name, **more}


class _Once(Generic[K, V]):
    """Asks for each thing once, however many want to know it at once."""

    def __init__(self, ask: Callable[[K], Awaitable[V]], gate: asyncio.Semaphore) -> None:
        self._ask = ask
        self._gate = gate
        self._known: dict[K, V] = {}
        self._locks: defaultdict[K, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, key: K) -> V:
        async with self._locks[key]:
            if key not in self._known:
                async with self._gate:
                    self._known[key] = await self._ask(key)
            return self._known[key]


def _role(answer: answers.Permission) -> Role:
    """`role_name` says more than `permission`, but where it is a role of the organisation's own."""
    for role, permission in _PERMISSIONS.items():
        if role == answer.role_name and permission == answer.permission:
            return role
    return Role(answer.permission)
