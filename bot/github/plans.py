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
from bot.github.reader import Entry, Reader, Tree
from bot.plan.lint import LintOptions, lint
from bot.plan.parse import MAX_BYTES, parse_plan

MAX_PLANS = 5_000  # of a repository
MAX_TOUCHED_PLANS = 100  # of one pull request
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
            kept = await asyncio.to_thread(_parse, path, blob, content, config)
            self._kept[key] = kept
        return kept


class PlanReader:
    """Reads plan files through one reader."""

    def __init__(self, reader: Reader, parsed: ParsedPlans, config: Config) -> None:
        self._reader = reader
        self._parsed = parsed
        self._config = config
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def read_at(self, tree: Tree, paths: Collection[str]) -> dict[str, PlanFile]:
        """The plan files of *tree* among *paths*; what is no regular file there is none."""
        found = {path: tree[path] for path in paths if path in tree and tree[path].is_file}
        return {plan.path: plan for plan in await self._read(found)}

    async def read_touched(self, tree: Tree, paths: Collection[str]) -> tuple[PlanFile, ...]:
        """The plan files that a pull request changes, as they are in its tree."""
        touched = {path: tree[path] for path in paths if path in tree}
        for path, entry in touched.items():
            if not entry.is_file:
                raise Incomplete(f"{path} is a link or a submodule, no plan file")
        if len(touched) > MAX_TOUCHED_PLANS:
            raise Incomplete(f"more than {MAX_TOUCHED_PLANS} plan files change")
        return await self._read(touched)

    async def find(
        self, tree: Tree, mentions: Mentions, touched: Sequence[str] = ()
    ) -> tuple[PlanFile, ...]:
        """The plans of *tree* among which the mentioned ones are.

        Files that carry a mentioned ID in their names, or are touched, are read first. Where those
        answer to every mentioned name, the others need not be read; else all of them are.
        """
        plans = {
            path: entry
            for path, entry in tree.items()
            if entry.is_file and is_plan(path, self._config)
        }
        if len(plans) > MAX_PLANS:
            raise Incomplete(f"there are more than {MAX_PLANS:,} plan files")
        names = mentions.deciding | mentions.others
        likely = {path for path in plans if any(name in path.casefold() for name in names)}
        likely |= plans.keys() & set(touched)
        found = await self._read({path: plans[path] for path in likely})
        answering = {name.casefold() for plan in found for name in (plan.path, plan.id) if name}
        if mentions.deciding and mentions.deciding <= answering:
            return found
        return await self._read(plans)

    async def _read(self, plans: Mapping[str, Entry]) -> tuple[PlanFile, ...]:
        async def read(path: str, blob: str) -> PlanFile:
            async with self._gate:
                content = await self._reader.read_blob(blob, MAX_BYTES)
                return await self._parsed.read(path, blob, content, self._config)

        return tuple(await asyncio.gather(*(read(path, plans[path].sha) for path in sorted(plans))))


def _parse(path: str, blob: str, content: bytes, config: Config) -> PlanFile:
    sections = config.sections
    plan = parse_plan(content, id_pattern=config.plans.id_pattern, aliases=sections.aliases)
    options = LintOptions(
        severities=config.rules,
        required=dict(sections.required.items()),
        house_sections=sections.extra,
        id_pattern=config.plans.id_pattern,
    )
    return summarise(path, blob, plan, lint(plan, options))
