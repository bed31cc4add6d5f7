"""What a push changed of plans and policy, and which pull requests that may concern."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.config.schema import CONFIG_PATH, Config
from bot.gate.facts import InvalidConfig, PlanFile
from bot.gate.links import find_links
from bot.gate.scope import is_code, is_plan, named_by
from bot.github.access import Access
from bot.github.errors import Incomplete, NotFound
from bot.github.events import NO_COMMIT
from bot.github.gather import changed_paths
from bot.github.objects import Tree
from bot.github.plans import MAX_TOUCHED_PLANS
from bot.github.reader import OpenPull, Reader
from bot.subject import PushSubject


@dataclass(frozen=True, slots=True)
class Change:
    """The plans in which two commits differ, as they are in each; None where all may differ.

    *moves*: git may take it for a file's move to where a plan is. Then it carries into the plan
    what any pull request changes in that file: see `bot.github.gather`.
    """

    plans: tuple[PlanFile, ...] | None
    moves: bool = False

    @property
    def concerns_nobody(self) -> bool:
        """Whether no verdict can be another now."""
        return self.plans == () and not self.moves

    @property
    def policy(self) -> bool:
        """Whether the configuration may have changed."""
        return self.plans is None

    @property
    def names(self) -> frozenset[str] | None:
        """By what the index knows the plans."""
        if self.plans is None:
            return None
        both = [name for plan in self.plans for name in (plan.path, plan.id) if name]
        return frozenset(name.casefold() for name in both)

    def concerned(
        self, pulls: Sequence[OpenPull], config: Config | InvalidConfig
    ) -> Sequence[OpenPull]:
        """Those of this repository that it may concern: that may link one of the plans, or all."""
        if self.plans is None or self.moves or isinstance(config, InvalidConfig):
            return pulls
        return [pull for pull in pulls if _may_link(pull, self.plans, config.plans.id_pattern)]


async def read_change(
    access: Access,
    reader: Reader,
    push: PushSubject,
    handled: str | None,
    config: Config | InvalidConfig,
) -> Change:
    """What *push* changed, and what has changed since *handled*; all may have, if in doubt.

    That is where the last push led that was worked off. The two begin at the same commit unless a
    push in between was lost.
    """
    if isinstance(config, InvalidConfig) or push.before == NO_COMMIT:
        return Change(None)
    befores = {push.before, handled or push.before}
    try:
        *olds, new = [
            await reader.read_tree(await reader.read_commit_tree(commit))
            for commit in (*befores, push.after)
        ]
        changed = {path for old in olds for path in changed_paths(old, new)}
        if CONFIG_PATH in changed:
            return Change(None)
        paths = [path for path in changed if is_plan(path, config)]
        if len(paths) > MAX_TOUCHED_PLANS:
            return Change(None)
        plans = access.plans(reader, config)
        sides = [await plans.read_at(side, paths) for side in (*olds, new)]
    except (NotFound, Incomplete):  # a forced push may leave no trace of what was before
        return Change(None)
    moves = any(_may_move(old, new, config) for old in olds)
    return Change(tuple(plan for side in sides for plan in side.values()), moves)


def _may_move(old: Tree, new: Tree, config: Config) -> bool:
    """Whether a plan is new, or a file that no plan is asked for is gone: each is half a move."""
    plans = (is_plan(path, config) for path in new.keys() - old.keys())
    return any(plans) or any(not is_code(path, config) for path in old.keys() - new.keys())


def _may_link(pull: OpenPull, plans: Sequence[PlanFile], id_pattern: str) -> bool:
    """Whether a pull request names one of the plans, or names none in its own words.

    Then only its files can tell which plan it is about, so it is looked at.
    """
    names = {name for plan in plans for name in (plan.path, plan.id) if name}
    links = find_links(
        pull=pull.pull, commits=(), id_pattern=id_pattern, known=names, plans_repository=None
    )
    return not links.counted or any(named_by(link, plans) for link in links.counted)
