"""Plan files of one repository's trees. It knows no pull request's rights."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.config.schema import Config
from bot.gate.facts import PlanFile
from bot.gate.links import Mentions
from bot.gate.looking import Look
from bot.gate.reading import Reading, Source
from bot.gate.scope import is_plan
from bot.github.errors import Incomplete
from bot.github.memory import Memory
from bot.github.objects import Tree
from bot.github.parsed_plans import ParsedPlans
from bot.github.reader import Reader
from bot.plan.across import may_be_asked_for
from bot.plan.parse import MAX_BYTES

MAX_PLANS = 5_000  # of a repository
MAX_TOUCHED_PLANS = 100  # of one pull request
MAX_SURVEYED = 1_000  # other plans that are read to lint one
MAX_HELD = 16 << 20  # bytes of plan files in memory at a time, for one pull request
_AT_ONCE = 8  # requests for content under way at a time
_TOGETHER = 16  # plans that are read in one go: so others' need not wait for long


class PlanReader:
    """Reads plan files through one reader."""

    def __init__(self, reader: Reader, parsed: ParsedPlans, memory: Memory, config: Config) -> None:
        self._reader = reader
        self._parsed = parsed
        self._memory = memory
        self._config = config
        self._reading = Reading.by(config)
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def read_at(self, tree: Tree, paths: Collection[str]) -> dict[str, PlanFile]:
        """The plan files of *tree* among *paths*; what is no regular file there is none."""
        found = {path: tree[path].sha for path in paths if path in tree and tree[path].is_file}
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
        blobs = {path: entry.sha for path, entry in touched.items()}
        return await self._lint(blobs, tree) if blobs else ()

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

    async def look(self, plans: Sequence[PlanFile], branch: str, day: str) -> list[Look]:
        """What the plans say of themselves, on *day* (ISO 8601), in their order."""
        looks: dict[str, Look] = {}
        for first in range(0, len(plans), _TOGETHER):
            blobs = {plan.path: plan.blob for plan in plans[first : first + _TOGETHER]}
            found = await self._parsed.look(await self._fetch(blobs), self._reading, branch, day)
            looks |= {one.overview.plan.path: one for one in found}
        return [looks[plan.path] for plan in plans]

    def _plans_of(self, tree: Tree) -> dict[str, str]:
        """The plan files of a tree, with their blobs."""
        plans = {
            path: entry.sha
            for path, entry in tree.items()
            if is_plan(path, self._config) and entry.is_file
        }
        if len(plans) > MAX_PLANS:
            raise Incomplete(f"there are more than {MAX_PLANS:,} plan files")
        return plans

    async def _lint(self, touched: Mapping[str, str], tree: Tree) -> tuple[PlanFile, ...]:
        """Lint with the other plans of the tree; of very many those that are named alike."""
        others = {path: blob for path, blob in self._plans_of(tree).items() if path not in touched}
        if len(others) > MAX_SURVEYED:
            words = await self._parsed.read_words(await self._fetch(touched), self._reading)
            others = {
                path: blob
                for path, blob in others.items()
                if any(word in path.casefold() for word in words)
            }
        return await self._parsed.read_in_tree(
            touched,
            others,
            [path for path in tree if may_be_asked_for(path)],
            await self._open_tasks(await self._read(touched)),
            self._reading,
            self._fetch,
        )

    async def _open_tasks(self, plans: Iterable[PlanFile]) -> dict[str, list[int]]:
        """By path the tasks that no merged pull request names, where any names one."""
        found = {}
        for plan in plans:
            merged = await self._memory.merged_tasks(self._reader.repository, plan.id or "")
            if merged:
                found[plan.path] = sorted({task.number for task in plan.tasks} - merged)
        return found

    async def _fetch(self, plans: Mapping[str, str]) -> list[Source]:
        held = 0

        async def fetch(path: str, blob: str) -> Source:
            nonlocal held
            async with self._gate:
                full = held > MAX_HELD  # then it is of no use to read on
                content = b"" if full else await self._reader.read_blob(blob, MAX_BYTES)
            held += len(content)
            if held > MAX_HELD:
                raise Incomplete(f"its plan files hold more than {MAX_HELD >> 20} MB")
            return Source(path, blob, content)

        return await asyncio.gather(*(fetch(path, plans[path]) for path in sorted(plans)))

    async def _read(self, plans: Mapping[str, str]) -> tuple[PlanFile, ...]:
        """Each plan by itself, by path."""
        found = {path: self._parsed.recall(path, plans[path], self._reading) for path in plans}
        missing = sorted(path for path, plan in found.items() if plan is None)
        for first in range(0, len(missing), _TOGETHER):
            some = {path: plans[path] for path in missing[first : first + _TOGETHER]}
            read = await self._parsed.read(await self._fetch(some), self._reading)
            found |= {plan.path: plan for plan in read}
        return tuple(plan for _, plan in sorted(found.items()) if plan is not None)
