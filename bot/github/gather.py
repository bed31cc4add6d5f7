"""From a pull request to its facts: reads what a verdict may depend on, and interprets nothing."""

import asyncio
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from cachetools import LRUCache

from bot.config.load import ConfigError, parse_config
from bot.config.match import matches
from bot.config.schema import CONFIG_PATH, Config
from bot.gate.decide import is_plan
from bot.gate.facts import Branch, ChangedFile, Facts, InvalidConfig, PlanFile
from bot.github.errors import Incomplete
from bot.github.reader import HeadFile, OpenPull, Reader, Tree
from bot.plan.lint import LintOptions, lint
from bot.plan.parse import MAX_BYTES, parse_plan
from bot.plan.rules import RULES

MAX_PLANS = 5_000  # of a repository
MAX_TOUCHED_PLANS = 300  # of one pull request
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
            return await self._fill(facts, config, pull, group)
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
        sides = [{path: tree[path] for path in plans if path in tree} for tree in (old, new)]
        return tuple([plan for side in sides for plan in await self._read_plans(side, config)])

    async def _config(self, branch: Branch) -> Config | InvalidConfig:
        try:
            tree = await self._reader.read_tree(branch.tree)
        except Incomplete:
            return InvalidConfig(CONFIG_PATH, 1, 1, "GitHub cuts the list of the files beside it")
        return await self._read_config(tree[CONFIG_PATH]) if CONFIG_PATH in tree else Config()

    async def _read_config(self, blob: str) -> Config | InvalidConfig:
        content = await self._reader.read_blob(blob, MAX_BYTES)
        try:
            return parse_config(content.decode("utf-8-sig"), rules=RULES)
        except UnicodeDecodeError:
            return InvalidConfig(CONFIG_PATH, 1, 1, "The file is not UTF-8: save it as UTF-8")
        except ConfigError as error:
            return InvalidConfig.at(CONFIG_PATH, error)

    async def _fill(
        self, facts: Facts, config: Config, pull: OpenPull, group: Group | None
    ) -> Facts:
        files = await self._reader.read_files(pull)
        tree = await self._reader.read_tree(facts.branch.tree)
        if group is not None:
            tree = _group_tree(group, [head.file for head in files])
        return replace(
            facts,
            files=tuple(head.file for head in files),
            base_plans=await self._plans(tree, config),
            head_plans=await self._touched_plans(files, config),
            proposed_config=await self._proposed_config(files),
        )

    async def _plans(self, tree: Tree, config: Config) -> tuple[PlanFile, ...]:
        blobs = {path: sha for path, sha in tree.items() if is_plan(path, config)}
        if len(blobs) > MAX_PLANS:
            raise Incomplete(f"there are more than {MAX_PLANS:,} plan files")
        return await self._read_plans(blobs, config)

    async def _touched_plans(
        self, files: Sequence[HeadFile], config: Config
    ) -> tuple[PlanFile, ...]:
        blobs = {}
        for head in files:
            if is_plan(head.file.path, config) and not head.file.removed:
                if head.blob is None:
                    raise Incomplete(f"GitHub does not show the content of {head.file.path}")
                blobs[head.file.path] = head.blob
        if len(blobs) > MAX_TOUCHED_PLANS:
            raise Incomplete(f"more than {MAX_TOUCHED_PLANS} plan files change")
        return await self._read_plans(blobs, config)

    async def _proposed_config(self, files: Iterable[HeadFile]) -> InvalidConfig | None:
        for head in files:
            if head.file.path == CONFIG_PATH and head.blob is not None:
                config = await self._read_config(head.blob)
                return config if isinstance(config, InvalidConfig) else None
        return None

    async def _read_plans(self, blobs: Mapping[str, str], config: Config) -> tuple[PlanFile, ...]:
        async def read(path: str, blob: str) -> PlanFile:
            async with self._gate:
                content = await self._reader.read_blob(blob, MAX_BYTES)
            return self._parsed.read(path, blob, content, config)

        return tuple(await asyncio.gather(*(read(path, blobs[path]) for path in sorted(blobs))))


class ParsedPlans:
    """Plans by their content and the settings that read it: parsing is pure, so it is kept."""

    def __init__(self, size: int = 10_000) -> None:
        self._kept: MutableMapping[tuple[object, ...], PlanFile] = LRUCache(size)

    def read(self, path: str, blob: str, content: bytes, config: Config) -> PlanFile:
        """The plan file at *path*, linted by its own status."""
        pattern, severities = config.plans.id_pattern, config.rules
        key = (path, blob, pattern, *sorted(severities.items()))
        if (kept := self._kept.get(key)) is None:
            plan = parse_plan(content, id_pattern=pattern)
            found = lint(plan, LintOptions(severities=severities))
            kept = self._kept[key] = PlanFile(path, blob, plan, found)
        return kept


def changed_paths(old: Tree, new: Tree) -> set[str]:
    """The paths whose content differs between two trees."""
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def _group_tree(group: Group, files: Iterable[ChangedFile]) -> Tree:
    """The group's files, with those that the pull request itself touches as they were before.

    So an approval that sits in the same group counts, and one that the pull request brings
    along does not.
    """
    tree = dict(group.head)
    for path in {path for file in files for path in file.paths}:
        tree.pop(path, None)
        if path in group.base:
            tree[path] = group.base[path]
    return tree
