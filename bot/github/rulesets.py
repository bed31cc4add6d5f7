"""Reads and writes of the one ruleset that requires our check. What it should say, it is told."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import UsageError
from bot.github import answers
from bot.github.client import Client
from bot.github.errors import NotFound, Refused
from bot.github.translation import typed
from bot.report.enforcing import refusal
from bot.rollout.ruleset import NAME, Place, Ruleset

_USER = "User"
_ABOVE = "Enterprise"


class Rulesets:
    """The rulesets of an organisation or a repository, under an administrator's own token."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self._place = place
        self._names = {"owner": place.owner, "name": place.name}
        self._url = (
            "/orgs/{owner}/rulesets" if place.is_organisation else "/repos/{owner}/{name}/rulesets"
        )

    async def read(self) -> Ruleset | None:
        """Return our ruleset, by its name; None where there is none.

        Raises `UsageError` where the token may not see them, or there can be none here.
        """
        parents = "" if self._place.is_organisation else "?includes_parents=false"
        try:
            with self._advised():
                listed = await self._client.read_all(
                    answers.RulesetEntry, self._url + parents, self._names
                )
        except UsageError:
            await self._refuse_user()
            raise
        found = next(
            (each for each in listed if each.name == NAME and each.source_type != _ABOVE), None
        )
        if found is None:
            return None
        with self._advised():
            return _value(
                await self._client.read(
                    answers.Ruleset, f"{self._url}/{{id}}", **self._names, id=str(found.id)
                )
            )

    async def write(self, ruleset: Ruleset) -> Ruleset:
        """Make GitHub's ruleset say that, and return what it says then."""
        with self._advised():
            if not ruleset.id:
                made = await self._client.create(
                    answers.Ruleset, self._url, ruleset.body, **self._names
                )
                return _value(made)
            url, number = f"{self._url}/{{id}}", str(ruleset.id)
            changed = await self._client.replace(
                answers.Ruleset, url, ruleset.body, **self._names, id=number
            )
            return _value(changed)

    async def delete(self, ruleset: Ruleset) -> None:
        """Delete it."""
        with self._advised():
            await self._client.delete(f"{self._url}/{{id}}", **self._names, id=str(ruleset.id))

    @contextmanager
    def _advised(self) -> Iterator[None]:
        """Say what to give the token, or to ask instead, where GitHub refuses."""
        try:
            yield
        except (NotFound, Refused) as answer:
            advice = refusal(self._place, answer.status, answer.said)
            raise UsageError(advice) from answer

    async def _refuse_user(self) -> None:
        """Raise `UsageError` where there can be no such rulesets, as it is a user's account."""
        if not self._place.is_organisation:
            return
        try:
            found = await self._client.read(answers.User, "/users/{owner}", owner=self._place.owner)
        except (NotFound, Refused):
            return
        if found.type == _USER:
            raise UsageError(
                f"{self._place} is a user's account, which has no rulesets of its own: name a "
                f"repository, `plan-gate enforce {self._place}/REPO`"
            )


def _value(answer: answers.Ruleset) -> Ruleset:
    """The ruleset as a value; raises `Unexpected` where a part is not as it is described."""
    for rule in answer.rules:
        typed(rule, answers.Rule)
    conditions = answer.conditions or {}
    typed(conditions, answers.Conditions)
    for actor in answer.bypass_actors or ():
        typed(actor, answers.BypassActor)
    return Ruleset(
        answer.enforcement,
        conditions,
        answer.rules,
        answer.bypass_actors,
        answer.target,
        answer.id,
    )
