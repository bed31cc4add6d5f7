"""The plans that a pull request links, where they live, and how they came to be Approved there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.gate.facts import Branch, Facts, InvalidConfig, PlanFile, PlansHome, Provenance
from bot.gate.links import MAX_LINKS
from bot.gate.scope import linked_plans, links_of, mentions_of, plans_repository
from bot.github.access import Access
from bot.github.errors import GitHubError, NotFound, OverBudget
from bot.github.objects import Tree
from bot.github.plans import PlanReader
from bot.github.policy import PolicyReader
from bot.plan.model import Status


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the linked plans stand: a tree, and who reads it by which configuration."""

    repository: str
    branch: Branch
    tree: Tree
    plans: PlanReader


class LinkedPlans:
    """Reads the plans that pull requests of one repository link."""

    def __init__(self, access: Access, repository: str) -> None:
        self._access = access
        self._repository = repository

    async def find(self, facts: Facts, base: Tree) -> tuple[Facts, Shelf | None]:
        """The plans among which the linked ones are: in *base*, or in the central repository.

        No shelf where that one is unreadable.
        """
        facts, shelf = await self.read_shelf(facts, base)
        if shelf is None:
            return facts, None
        touched = [plan.path for plan in facts.head_plans] if facts.home is None else []
        plans = await shelf.plans.find(shelf.tree, mentions_of(facts), touched)
        return replace(facts, base_plans=plans), shelf

    async def trace(self, facts: Facts, shelf: Shelf) -> Facts:
        """How the linked plans that are Approved came to be so.

        Where it only is to be shown, not knowing it is no fault, and what changed since is not
        read. But a backfill that lacks the budget waits: it must not take away what is shown.
        """
        history = self._access.history(shelf.repository)
        policy = facts.config.approval
        enforced = policy.provenance == "enforce"
        found = {}
        for plan in _approved(facts):
            try:
                provenance = await history.read_provenance(shelf.branch, plan, decides=enforced)
                if enforced:
                    revisions = self._access.revisions(history, shelf.plans)
                    later = await revisions.read_later(shelf.branch, plan, provenance.commit)
                    provenance = replace(provenance, later=later)
                found[plan.path] = await self._marked(provenance, shelf, policy.approvers)
            except GitHubError as fault:
                if enforced or isinstance(fault, OverBudget):
                    raise
        return replace(facts, provenance=found)

    async def read_shelf(self, facts: Facts, base: Tree) -> tuple[Facts, Shelf | None]:
        """Where the plans are: here, or in the central repository, none where it is unreadable.

        Central plans are those of that repository's default branch, read as its own configuration
        says: so they are judged here as they are judged there.
        """
        repository = plans_repository(facts.pull.repository, facts.config)
        if repository is None:
            plans = self._access.plans(self._access.reader(self._repository), facts.config)
            return facts, Shelf(self._repository, facts.branch, base, plans)
        unreadable = replace(facts, home=PlansHome(repository, None))
        if _owner(repository) != _owner(self._repository):
            return unreadable, None  # we hear nothing of it
        try:
            found = await self._access.reader(repository).read_repository()
            if _owner(found.full_name) != _owner(repository):
                return unreadable, None
            repository, name = found.full_name, found.default_branch
            policy = await PolicyReader(self._access, repository).read(name, name)
        except NotFound:
            return unreadable, None
        if isinstance(policy.config, InvalidConfig):
            problem = replace(policy.config, repository=policy.config.repository or repository)
            return replace(facts, home=PlansHome(repository, None), config_problem=problem), None
        reader = self._access.reader(repository)
        plans = self._access.plans(reader, policy.config)
        tree = await reader.read_tree(policy.branch.tree)
        home = PlansHome(repository, policy.branch)
        return replace(facts, home=home), Shelf(repository, policy.branch, tree, plans)

    async def _marked(
        self, provenance: Provenance, shelf: Shelf, approvers: Sequence[str]
    ) -> Provenance:
        """*provenance* with whom `approval.approvers` names by now."""
        mark = self._access.people(shelf.repository).mark_approvers
        return replace(
            provenance,
            reviews=await mark(provenance.reviews, approvers),
            later=tuple(
                [
                    replace(revision, reviews=await mark(revision.reviews, approvers))
                    for revision in provenance.later
                ]
            ),
        )


def _owner(repository: str) -> str:
    return repository.partition("/")[0].casefold()


def _approved(facts: Facts) -> list[PlanFile]:
    """The linked plans that are Approved on the trusted branch, each once."""
    linked = [plan for link in links_of(facts).counted for plan in linked_plans(link, facts)]
    approved = dict.fromkeys(plan for plan in linked if plan.status is Status.APPROVED)
    return list(approved)[:MAX_LINKS]
