"""Where plans stand, read for somebody who asks. It decides nothing and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.gate.facts import Actor, Branch, Facts, InvalidConfig, PlanFile, Pull, Role
from bot.gate.link_forms import read_name
from bot.gate.links import Link, Mentions, Place
from bot.gate.looking import Look, names_issue
from bot.gate.overview import PlanOverview
from bot.gate.scope import home_of, linked_plans, links_of, named_by
from bot.github.access import Access
from bot.github.errors import GitHubError, Incomplete, OverBudget
from bot.github.gather import Gatherer
from bot.github.linked import LinkedPlans, Shelf
from bot.github.policy import PolicyReader
from bot.plan.model import Status
from bot.report.status_answer import tell_closed, tell_config, tell_private, tell_unreadable

MAX_LOOKED_AT: Final = 1_000  # plans that an issue's are looked for among
MAX_TRACED: Final = 20  # plans of which it is read who approved them: each takes a few requests


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know: of the plan *name*, or of those that matter in a conversation.

    *pull* is None where the conversation is an issue's. *day* is today's, in ISO 8601.
    """

    by: Actor
    number: int
    pull: Pull | None
    name: str
    day: str


@dataclass(frozen=True, slots=True)
class Found:
    """The plans in question, on the *branch* of *home* that decides; of a pull request that brings
    new ones, those too, as they are at its head. *problem*: why they cannot be told of.

    *every*: no plan names the issue, so these are all. *known* are names that plans go by,
    where the one in question was not found.
    """

    home: str
    branch: Branch | None = None
    overviews: tuple[PlanOverview, ...] = ()
    every: bool = False
    known: tuple[str, ...] = ()
    problem: str = ""


class Overviews:
    """Reads where the plans of one repository stand."""

    def __init__(self, access: Access, repository: str) -> None:
        self._access = access
        self._repository = repository
        self._linked = LinkedPlans(access, repository)

    async def find(self, question: Question) -> Found:
        """What *question* asks for; nothing that who asks could not read is in it."""
        if problem := await self._closed_to(question.by, self._repository):
            return Found(self._repository, problem=problem)
        facts = await self._read_facts(question)
        if facts.config_problem is not None:
            return Found(self._repository, problem=tell_config(facts.config_problem))
        if facts.unread is not None:
            return Found(self._repository, problem=facts.unread)
        try:
            tree = await self._access.reader(self._repository).read_tree(facts.branch.tree)
            by_links = question.pull is not None and not question.name
            reading = self._linked.find if by_links else self._linked.read_shelf
            facts, shelf = await reading(facts, tree)
            if shelf is None:
                if facts.config_problem is not None:
                    return Found(home_of(facts), problem=tell_config(facts.config_problem))
                return Found(home_of(facts), problem=tell_unreadable(home_of(facts)))
            if problem := await self._withheld(question.by, shelf.repository):
                return Found(shelf.repository, problem=problem)
            return await self._find_on(shelf, facts, question)
        except Incomplete as limit:
            return Found(self._repository, problem=str(limit))

    async def trace(self, found: Found) -> Found:
        """*found* with who set Approved the first of its plans that are.

        It is only to be shown: not knowing it is no fault, but for a budget that will come again.
        """
        traced = []
        traced = [await self._trace(one, found) for one in found.overviews[:MAX_TRACED]]
        return replace(found, overviews=(*traced, *found.overviews[MAX_TRACED:]))

    async def _trace(self, one: PlanOverview, found: Found) -> PlanOverview:
        branch = found.branch
        if one.plan.status is not Status.APPROVED or branch is None or one.branch != branch.name:
            return one
        history = self._access.history(found.home)
        try:
            known = await history.read_provenance(branch, one.plan, decides=False)
        except GitHubError as fault:
            if isinstance(fault, OverBudget):
                raise
            return one
        return replace(one, provenance=known)

    async def _closed_to(self, by: Actor, repository: str) -> str:
        """Why nothing of a repository is told to somebody; empty where they may read it."""
        role = await self._access.people(repository).read_role(by.login)
        return "" if role.at_least(Role.READ) else tell_closed(repository)

    async def _withheld(self, by: Actor, home: str) -> str:
        """Why plans of *home* are not told of in this repository; empty where they may be."""
        if home == self._repository:
            return ""
        here = await self._access.reader(self._repository).read_repository()
        there = await self._access.reader(home).read_repository()
        if there.private and not here.private:
            return tell_private(home)
        return await self._closed_to(by, home)

    async def _read_facts(self, question: Question) -> Facts:
        """The pull request with what it links and touches; an issue is one that says nothing."""
        if question.pull is not None and not question.name:
            gatherer = Gatherer(self._access, self._repository)
            pull = await self._access.reader(self._repository).read_pull(question.number)
            if pull.pull.is_open:
                return await gatherer.gather(pull)
            return await gatherer.gather_links(pull)
        default = (await self._access.reader(self._repository).read_repository()).default_branch
        base = question.pull.base_ref if question.pull and question.pull.is_open else default
        policy = await PolicyReader(self._access, self._repository).read(default, base)
        silent = Pull(self._repository, question.number, "", "", question.by, "", "", base)
        if isinstance(policy.config, InvalidConfig):
            return Facts(silent, policy.branch, config_problem=policy.config)
        return Facts(silent, policy.branch, policy.config)

    # ── which plans ──────────────────────────────────────────────────────────
    async def _find_on(self, shelf: Shelf, facts: Facts, question: Question) -> Found:
        async def look(plans: Sequence[PlanFile]) -> list[Look]:
            return await shelf.plans.look(plans, shelf.branch.name, question.day)

        if question.name:
            return await self._find_named(shelf, facts, question)
        if question.pull is not None:
            looks = await look(_standing(facts))
            looks += await shelf.plans.look(_new(facts), facts.pull.head_sha, question.day)
            return Found(shelf.repository, shelf.branch, tuple(one.overview for one in looks))
        plans = await shelf.plans.find(shelf.tree, Mentions(frozenset()))
        if len(plans) > MAX_LOOKED_AT:
            raise Incomplete(f"there are more than {MAX_LOOKED_AT:,} plans: ask for one by its ID")
        looks = await look(plans)
        here = shelf.repository == self._repository
        naming = [
            one.overview
            for one in looks
            if names_issue(one.ticket, self._repository, question.number, here=here)
        ]
        every = tuple(one.overview for one in looks)
        return Found(shelf.repository, shelf.branch, tuple(naming) or every, every=not naming)

    async def _find_named(self, shelf: Shelf, facts: Facts, question: Question) -> Found:
        read = read_name(question.name, facts.config.plans.id_pattern)
        name = read.name if read else question.name
        plans = await shelf.plans.find(shelf.tree, Mentions(frozenset([name.casefold()])))
        elsewhere = read is not None and read.repository.casefold() not in {
            "",
            shelf.repository.casefold(),
        }
        link = Link(name, Place.BODY, in_url=read.in_url if read else False)
        named = [] if elsewhere else named_by(link, plans)
        if not named:
            known = tuple(word for plan in plans for word in (plan.id, plan.path) if word)
            return Found(shelf.repository, shelf.branch, known=known)
        looks = await shelf.plans.look(named, shelf.branch.name, question.day)
        return Found(shelf.repository, shelf.branch, tuple(one.overview for one in looks))


def _standing(facts: Facts) -> list[PlanFile]:
    """The plans that a pull request links, and those that it changes, as they are."""
    linked = [plan for link in links_of(facts).counted for plan in linked_plans(link, facts)]
    changed = [] if facts.home else [change.base for change in facts.changes if change.base]
    return list({plan.path: plan for plan in (*linked, *changed)}.values())


def _new(facts: Facts) -> list[PlanFile]:
    """The plans that it brings to the branch that decides."""
    return [] if facts.home else [change.head for change in facts.changes if not change.base]
