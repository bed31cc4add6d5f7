"""Plan files of one repository's trees, read and parsed. It knows no pull request's rights."""

import asyncio
from collections.abc import Collection, Mapping, MutableMapping, Sequence

import msgspec
from cachetools import LRUCache

from bot.config.schema import Config
from bot.gate.facts import PlanFile
from bot.gate.links import Mentions
from bot.gate.plan_file import summarise
from bot.gate.scope import is_plan
from bot.github.errors import Incomplete
from bot.github.memory import Memory
from bot.github.reader import Entry, Reader, Tree
from bot.plan.across import find_others, lint_tree, words_of
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Plan
from bot.plan.parse import MAX_BYTES, parse_plan

MAX_PLANS = 5_000  # of a repository
MAX_TOUCHED_PLANS = 100  # of one pull request
MAX_SURVEYED = 1_000  # other plans that are read to lint one
_AT_ONCE = 8  # requests for content under way at a time


class ParsedPlans:
    """Plan files by their content and the settings that read it: parsing is pure, so it is kept."""

    def __init__(self, files: int = 20_000) -> None:
        self._kept: MutableMapping[tuple[object, ...], PlanFile] = LRUCache(files)

    async def read(self, path: str, blob: str, content: bytes, config: Config) -> PlanFile:
        """The plan file at *path*, linted by its own status; a thread works, the loop goes on."""
        reading = (config.plans.id_pattern, config.sections, config.rules)
        key = (path, blob, msgspec.json.encode(reading))
        if (kept := self._kept.get(key)) is None:
            kept = await asyncio.to_thread(_read_plan, path, blob, content, config)
            self._kept[key] = kept
        return kept


class PlanReader:
    """Reads plan files through one reader."""

    def __init__(self, reader: Reader, parsed: ParsedPlans, memory: Memory, config: Config) -> None:
        self._reader = reader
        self._parsed = parsed
        self._memory = memory
        self._config = config
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def read_at(self, tree: Tree, paths: Collection[str]) -> dict[str, PlanFile]:
        """The plan files of *tree* among *paths*; what is no regular file there is none."""
        found = {path: tree[path] for path in paths if path in tree and tree[path].is_file}
        return {plan.path: plan for plan in await self._read(found)}

    async def read_touched(self, tree: Tree, paths: Collection[str]) -> tuple[PlanFile, ...]:
        """The plan files that a pull request changes, as they are in its tree.

        They are linted with all that the tree knows: its other plans, its files, what is merged.
        """
        touched = {path: tree[path] for path in paths if path in tree}
        for path, entry in touched.items():
            if not entry.is_file:
                raise Incomplete(f"{path} is a link or a submodule, no plan file")
        if len(touched) > MAX_TOUCHED_PLANS:
            raise Incomplete(f"more than {MAX_TOUCHED_PLANS} plan files change")
        return await self._lint(touched, tree) if touched else ()

    async def find(
        self, tree: Tree, mentions: Mentions, touched: Sequence[str] = ()
    ) -> tuple[PlanFile, ...]:
        """The plans of *tree* among which the mentioned ones are.

        Files that carry a mentioned ID in their names, or are touched, are read first. Where those
        answer to every mentioned name, the others need not be read; else all of them are.
        """
        plans = self._plans_of(tree)
        names = mentions.deciding | mentions.others
        likely = {path for path in plans if any(name in path.casefold() for name in names)}
        likely |= plans.keys() & set(touched)
        found = await self._read({path: plans[path] for path in likely})
        answering = {name.casefold() for plan in found for name in (plan.path, plan.id) if name}
        if mentions.deciding and mentions.deciding <= answering:
            return found
        return await self._read(plans)

    def _plans_of(self, tree: Tree) -> dict[str, Entry]:
        """The plan files of a tree."""
        plans = {
            path: entry
            for path, entry in tree.items()
            if entry.is_file and is_plan(path, self._config)
        }
        if len(plans) > MAX_PLANS:
            raise Incomplete(f"there are more than {MAX_PLANS:,} plan files")
        return plans

    async def _lint(self, touched: Mapping[str, Entry], tree: Tree) -> tuple[PlanFile, ...]:
        """Lint with the other plans of the tree; of very many those that are named alike."""
        plans = await self._contents(touched)
        parsed = await asyncio.to_thread(_parse_all, plans, self._config)
        others = {path: entry for path, entry in self._plans_of(tree).items() if path not in plans}
        if len(others) > MAX_SURVEYED:
            pattern = self._config.plans.id_pattern
            words = {word for plan in parsed.values() for word in words_of(plan, pattern)}
            others = {
                path: entry
                for path, entry in others.items()
                if any(word in path.casefold() for word in words)
            }
        return await asyncio.to_thread(
            _lint_tree,
            {path: (touched[path].sha, plan) for path, plan in parsed.items()},
            await self._contents(others),
            tree,
            await self._open_tasks(parsed),
            self._config,
        )

    async def _open_tasks(self, plans: Mapping[str, Plan]) -> dict[str, set[int]]:
        """By path the tasks that no merged pull request names, where any names one."""
        found = {}
        for path, plan in plans.items():
            merged = await self._memory.merged_tasks(self._reader.repository, plan.id or "")
            if merged:
                found[path] = {task.number for task in plan.tasks} - merged
        return found

    async def _contents(self, plans: Mapping[str, Entry]) -> dict[str, bytes]:
        async def read(path: str) -> bytes:
            async with self._gate:
                return await self._reader.read_blob(plans[path].sha, MAX_BYTES)

        paths = sorted(plans)
        return dict(zip(paths, await asyncio.gather(*map(read, paths)), strict=True))

    async def _read(self, plans: Mapping[str, Entry]) -> tuple[PlanFile, ...]:
        async def read(path: str, blob: str) -> PlanFile:
            async with self._gate:
                content = await self._reader.read_blob(blob, MAX_BYTES)
                return await self._parsed.read(path, blob, content, self._config)

        return tuple(await asyncio.gather(*(read(path, plans[path].sha) for path in sorted(plans))))


def _read_plan(path: str, blob: str, content: bytes, config: Config) -> PlanFile:
    """One plan by itself."""
    plan = _parse(content, config)
    return summarise(path, blob, plan, lint(plan, _options(config)))


def _lint_tree(
    plans: Mapping[str, tuple[str, Plan]],
    others: Mapping[str, bytes],
    files: Collection[str],
    open_tasks: Mapping[str, Collection[int]],
    config: Config,
) -> tuple[PlanFile, ...]:
    """Plans, by path with their blobs, as the whole tree makes them look."""
    parsed = {path: plan for path, (_, plan) in plans.items()}
    found = lint_tree(
        parsed,
        _options(config),
        find_others(
            parsed, others, lambda content: _parse(content, config), config.plans.id_pattern
        ),
        files=files,
        open_tasks=open_tasks,
    )
    return tuple(
        summarise(path, blob, plan, found[path]) for path, (blob, plan) in sorted(plans.items())
    )


def _parse_all(contents: Mapping[str, bytes], config: Config) -> dict[str, Plan]:
    return {path: _parse(content, config) for path, content in contents.items()}


def _parse(content: bytes, config: Config) -> Plan:
    pattern = config.plans.id_pattern
    return parse_plan(content, id_pattern=pattern, aliases=config.sections.aliases)


def _options(config: Config) -> LintOptions:
    return LintOptions(
        severities=config.rules,
        required=dict(config.sections.required.items()),
        house_sections=config.sections.extra,
        id_pattern=config.plans.id_pattern,
    )
