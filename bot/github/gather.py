"""From a pull request to its facts: reads what a verdict may depend on, and interprets nothing."""

import asyncio
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from cachetools import LRUCache

from bot.config.load import ConfigError, parse_config
from bot.config.match import matches
from bot.config.schema import CONFIG_PATH, Config
from bot.gate.decide import is_code, is_plan, may_be_exempt
from bot.gate.facts import Author, Branch, ChangedFile, Facts, InvalidConfig, PlanFile, Pull
from bot.gate.links import find_mentions
from bot.github.errors import Incomplete
from bot.github.reader import Entry, OpenPull, Reader, Tree
from bot.plan.lint import LintOptions, lint
from bot.plan.parse import MAX_BYTES, parse_plan
from bot.plan.rules import RULES

MAX_PLANS = 5_000  # of a repository
MAX_TOUCHED_PLANS = 100  # of one pull request
_AT_ONCE = 8  # requests for content under way at a time


@dataclass(frozen=True, slots=True)
class Group:
    """A merge group's two ends, as trees: what would be merged, and onto what."""

    head: Tree
    base: Tree


class Gatherer:
    """Gathers facts for one repository. Parsed plans are kept by blob and by what reads them."""

    def __init__(self, reader: Reader, parsed: "ParsedPlans") -> None:
        self._reader = reader
        self._parsed = parsed
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def gather(self, pull: OpenPull, group: Group | None = None) -> Facts:
        """Everything about *pull*; in a merge group its plans are those of the group's tree.

        A limit that was reached is a fact like another: `Facts.unread`.
        """
        branch, config = await self.read_policy(pull.default_branch, pull.pull.base_ref)
        facts = Facts(pull.pull, branch, config)
        if isinstance(config, InvalidConfig):
            return facts
        try:
            return await self._fill(facts, config, group)
        except Incomplete as limit:
            return replace(facts, unread=str(limit))

    async def read_policy(
        self, default_branch: str, base: str
    ) -> tuple[Branch, Config | InvalidConfig]:
        """The trusted branch that decides about pull requests to *base*, with its configuration.

        Which branches are trusted the default branch says: any other base is decided by it.
        """
        branch = await self._reader.read_branch(default_branch)
        config = await self._config(branch)
        if isinstance(config, InvalidConfig) or base == branch.name:
            return branch, config
        if matches(base, config.gate.base_branches):
            branch = await self._reader.read_branch(base)
            config = await self._config(branch)
        return branch, config

    async def read_changed_plans(
        self, before: str, after: str, config: Config
    ) -> tuple[PlanFile, ...] | None:
        """The plans in which two commits differ, as they are in each.

        `None`: anything may have changed, since the configuration did.
        """
        old, new = [
            await self._reader.read_tree(await self._reader.read_commit_tree(commit))
            for commit in (before, after)
        ]
        changed = changed_paths(old, new)
        if CONFIG_PATH in changed:
            return None
        plans = [path for path in changed if is_plan(path, config)]
        sides = [
            {path: tree[path] for path in plans if path in tree and tree[path].is_file}
            for tree in (old, new)
        ]
        return tuple([plan for side in sides for plan in await self._read_plans(side, config)])

    async def _config(self, branch: Branch) -> Config | InvalidConfig:
        try:
            tree = await self._reader.read_tree(branch.tree)
        except Incomplete as limit:
            return InvalidConfig(CONFIG_PATH, 1, 1, str(limit))
        return await self._read_config(tree) if CONFIG_PATH in tree else Config()

    async def _read_config(self, tree: Tree) -> Config | InvalidConfig:
        entry = tree[CONFIG_PATH]
        if not entry.is_file:
            return InvalidConfig(CONFIG_PATH, 1, 1, "It must be a file, not a link or a submodule")
        content = await self._reader.read_blob(entry.sha, MAX_BYTES)
        try:
            return parse_config(content.decode("utf-8-sig"), rules=RULES)
        except UnicodeDecodeError:
            return InvalidConfig(CONFIG_PATH, 1, 1, "The file is not UTF-8: save it as UTF-8")
        except ConfigError as error:
            return InvalidConfig.at(CONFIG_PATH, error)

    async def _fill(self, facts: Facts, config: Config, group: Group | None) -> Facts:
        """Read both sides as trees of fixed commits: nobody can move them while they are read.

        The change is taken against the deciding branch, not against the pull request's own base:
        else code could be brought to a branch of one's own first, and to the head from there.
        """
        head_sha = facts.pull.head_sha
        head = await self._reader.read_tree(await self._reader.read_commit_tree(head_sha))
        left = await self._reader.read_merge_base_tree(facts.branch.sha, head_sha)
        before = await self._reader.read_tree(left) if left else {}
        changed = sorted(changed_paths(before, head))
        base = await self._reader.read_tree(facts.branch.tree)
        if group is not None:
            base = _group_tree(group, changed)
        authors: tuple[Author, ...] = ()
        if may_be_exempt(facts.pull.author, config):
            authors = await self._reader.read_authors(facts.branch.sha, head_sha)
        touched = {path: head[path] for path in changed if path in head and is_plan(path, config)}
        return replace(
            facts,
            files=tuple(ChangedFile(path, removed=path not in head) for path in changed),
            base_plans=await self._base_plans(base, changed, touched, facts.pull, config),
            head_plans=await self._touched_plans(touched, config),
            proposed_config=await self._proposed_config(changed, head),
            commit_authors=authors,
        )

    async def _base_plans(
        self,
        tree: Tree,
        changed: Iterable[str],
        touched: Iterable[str],
        pull: Pull,
        config: Config,
    ) -> tuple[PlanFile, ...]:
        """The plans of the trusted branch that may decide about code; none where none changes.

        Files that carry a mentioned ID in their names, or are touched, are read first. Where those
        answer to every mentioned name, the others need not be read; else all of them are.
        """
        if not any(is_code(path, config) for path in changed):
            return ()
        plans = {
            path: entry for path, entry in tree.items() if entry.is_file and is_plan(path, config)
        }
        if len(plans) > MAX_PLANS:
            raise Incomplete(f"there are more than {MAX_PLANS:,} plan files")
        mentions = find_mentions(pull, config.plans.id_pattern)
        names = mentions.deciding | mentions.others
        likely = {path for path in plans if any(name in path.casefold() for name in names)}
        likely |= plans.keys() & set(touched)
        found = await self._read_plans({path: plans[path] for path in likely}, config)
        answering = {
            name.casefold() for plan in found for name in (plan.path, plan.plan.id) if name
        }
        if mentions.deciding and mentions.deciding <= answering:
            return found
        return await self._read_plans(plans, config)

    async def _touched_plans(
        self, plans: Mapping[str, Entry], config: Config
    ) -> tuple[PlanFile, ...]:
        """The plans that the pull request changes, as they are at its head."""
        for path, entry in plans.items():
            if not entry.is_file:
                raise Incomplete(f"{path} is a link or a submodule, no plan file")
        if len(plans) > MAX_TOUCHED_PLANS:
            raise Incomplete(f"more than {MAX_TOUCHED_PLANS} plan files change")
        return await self._read_plans(plans, config)

    async def _proposed_config(self, changed: Sequence[str], head: Tree) -> InvalidConfig | None:
        if CONFIG_PATH not in changed or CONFIG_PATH not in head:
            return None
        config = await self._read_config(head)
        return config if isinstance(config, InvalidConfig) else None

    async def _read_plans(self, plans: Mapping[str, Entry], config: Config) -> tuple[PlanFile, ...]:
        async def read(path: str, blob: str) -> PlanFile:
            async with self._gate:
                content = await self._reader.read_blob(blob, MAX_BYTES)
                return await self._parsed.read(path, blob, content, config)

        return tuple(await asyncio.gather(*(read(path, plans[path].sha) for path in sorted(plans))))


class ParsedPlans:
    """Plans by their content and the settings that read it: parsing is pure, so it is kept."""

    def __init__(self, characters: int = 8 << 20) -> None:
        self._kept: MutableMapping[tuple[object, ...], PlanFile] = LRUCache(
            characters, getsizeof=_size
        )

    async def read(self, path: str, blob: str, content: bytes, config: Config) -> PlanFile:
        """The plan file at *path*, linted by its own status; a thread works, the loop goes on."""
        reading = (config.plans.id_pattern, config.sections, config.rules)
        key = (path, blob, msgspec.json.encode(reading))
        if (kept := self._kept.get(key)) is None:
            kept = await asyncio.to_thread(_parse, path, blob, content, config)
            self._kept[key] = kept
        return kept


def _parse(path: str, blob: str, content: bytes, config: Config) -> PlanFile:
    sections = config.sections
    plan = parse_plan(content, id_pattern=config.plans.id_pattern, aliases=sections.aliases)
    options = LintOptions(
        severities=config.rules,
        required=dict(sections.required.items()),
        house_sections=sections.extra,
        id_pattern=config.plans.id_pattern,
    )
    return PlanFile(path, blob, plan, lint(plan, options))


def _size(plan: PlanFile) -> int:
    return 1_000 + sum(len(line) for line in plan.plan.text.lines)


def changed_paths(old: Tree, new: Tree) -> set[str]:
    """The paths whose content differs between two trees."""
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def _group_tree(group: Group, touched: Iterable[str]) -> Tree:
    """The group's files, with those that the pull request itself touches as they were before.

    So an approval that sits in the same group counts, and one that the pull request brings
    along does not.
    """
    tree = dict(group.head)
    for path in touched:
        tree.pop(path, None)
        if path in group.base:
            tree[path] = group.base[path]
    return tree
