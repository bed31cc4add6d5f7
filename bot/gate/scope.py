"""What of a pull request is a plan and what is code, and which plans it is about."""

from collections.abc import Sequence

from bot.config.match import matches
from bot.config.schema import Config
from bot.gate.facts import Facts, PlanFile
from bot.gate.links import Link, Links, Mentions, find_links, find_mentions, follow_rename


def is_plan(path: str, config: Config) -> bool:
    """Whether *path* is a plan file's."""
    return matches(path, config.plans.paths) and not matches(path, config.plans.exclude)


def is_code(path: str, config: Config) -> bool:
    """Whether a change of *path* needs a plan."""
    return not (is_plan(path, config) or matches(path, config.gate.exempt_paths))


def plans_repository(repository: str, config: Config) -> str | None:
    """The other repository in which the plans of *repository* live, if they do."""
    home = config.plans.repository
    return home if home and home.casefold() != repository.casefold() else None


def links_of(facts: Facts) -> Links:
    """The plans that the pull request names, and where."""
    here = facts.head_plans if facts.home is None else ()
    return find_links(
        pull=facts.pull,
        commits=facts.commits,
        id_pattern=facts.config.plans.id_pattern,
        known={plan.id for plan in (*facts.base_plans, *here) if plan.id},
        touched=tuple(plan.label for plan in here),
        plans_repository=_elsewhere(facts),
    )


def tasked_links(facts: Facts) -> list[Link]:
    """The links that count and name a task."""
    return [link for link in links_of(facts).counted if link.task is not None]


def mentions_of(facts: Facts) -> Mentions:
    """The names that may turn out to be links once the plans are known."""
    return find_mentions(
        pull=facts.pull,
        commits=facts.commits,
        id_pattern=facts.config.plans.id_pattern,
        plans_repository=_elsewhere(facts),
    )


def by_plan(links: Sequence[Link], facts: Facts) -> list[list[Link]]:
    """The links, those that name one plan together, by ID or path: their tasks may differ."""
    found: dict[PlanFile | tuple[str, str], list[Link]] = {}
    for link in links:
        plans = linked_plans(link, facts)
        found.setdefault(plans[0] if len(plans) == 1 else link.plan, []).append(link)
    return list(found.values())


def linked_plans(link: Link, facts: Facts) -> list[PlanFile]:
    """The plans on the trusted branch that *link* names, by the path that one moves to as well."""
    if link.repository:
        return []
    found = named_by(link, facts.base_plans)
    return found or named_by(follow_rename(link, facts.changes), facts.base_plans)


def names_same(link: Link, others: Sequence[Link], facts: Facts) -> bool:
    """Whether *link* names a plan that one of *others* names too, be it in another way."""
    plans = {plan.path for other in others for plan in linked_plans(other, facts)}
    return any(plan.path in plans for plan in linked_plans(link, facts))


def named_by(link: Link, plans: Sequence[PlanFile]) -> list[PlanFile]:
    """Those of *plans* that *link* names."""
    if link.is_path:
        return [plan for plan in plans if link.names(plan.path)]
    return [plan for plan in plans if plan.id == link.name]


def home_of(facts: Facts) -> str:
    """The repository whose plans count."""
    return _elsewhere(facts) or facts.pull.repository


def _elsewhere(facts: Facts) -> str | None:
    """The other repository that plans are read from, if they are."""
    return facts.home.repository if facts.home else None
