"""Plan files as they were read once: reading is pure, so what came of it is kept."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import TypeVar, TypeVarTuple

from cachetools import LRUCache
from msgspec import msgpack

from bot.gate.facts import PlanFile
from bot.gate.looking import Look, look_closely
from bot.gate.reading import Around, Reading, Source, read_in_tree, read_plans, read_words
from bot.github.errors import Incomplete
from bot.offload import CallFailed, Offload

ROOM = 8 << 20  # bytes of plan files as MessagePack; as objects they take three to four times that

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Fetch = Callable[[Mapping[str, str]], Awaitable[list[Source]]]
"""Reads the contents of files, given by path with their blobs."""


class ParsedPlans:
    """Has plans read in a child process, and remembers what they hold.

    However small a plan is: a hostile one could hold up this process, or end it, and to ask the
    child takes a tenth of what even the smallest takes to read.
    """

    def __init__(self, offload: Offload, room: int = ROOM) -> None:
        self._offload = offload
        self._kept: MutableMapping[bytes, tuple[PlanFile, ...]] = LRUCache(room, getsizeof=_size)

    def recall(self, path: str, blob: str, reading: Reading) -> PlanFile | None:
        """The plan file at *path* by itself, where it was read before."""
        kept = self._kept.get(_digest(path, blob, reading))
        return kept[0] if kept else None

    async def read(self, sources: Sequence[Source], reading: Reading) -> list[PlanFile]:
        """Each plan file by itself, linted by its own status."""
        found = await self._ask(sources, read_plans, list(sources), reading)
        for plan in found:
            self._keep(_digest(plan.path, plan.blob, reading), (plan,))
        return found

    async def read_in_tree(
        self,
        plans: Mapping[str, str],
        others: Mapping[str, str],
        files: list[str],
        open_tasks: dict[str, list[int]],
        reading: Reading,
        fetch: Fetch,
    ) -> tuple[PlanFile, ...]:
        """Plans as all of their tree makes them look; plans are given by path with their blobs.

        What else they are may be read in `bot.gate.reading.Around`. *fetch* is only asked where
        they were not read before.
        """
        key = _digest(plans, others, files, open_tasks, reading)
        if (kept := self._kept.get(key)) is None:
            sources = await fetch(plans)
            contents = {path: content for path, _, content in await fetch(others)}
            around = Around(contents, files, open_tasks)
            kept = tuple(await self._ask(sources, read_in_tree, sources, around, reading))
            self._keep(key, kept)
        return kept

    async def read_words(self, sources: Sequence[Source], reading: Reading) -> set[str]:
        """The folded words of which another plan must hold one to matter to any of these."""
        return await self._ask(sources, read_words, list(sources), reading)

    async def look(
        self, sources: Sequence[Source], reading: Reading, branch: str, day: str
    ) -> list[Look]:
        """Each plan file as people who ask are told of it; read anew, for few ask."""
        return await self._ask(sources, look_closely, list(sources), reading, branch, day)

    async def _ask(
        self, sources: Sequence[Source], function: Callable[[*Ts], T], *arguments: *Ts
    ) -> T:
        """Let the child do it. What it cannot do is a limit like another, and closes the gate."""
        try:
            return await self._offload.run(function, *arguments)
        except CallFailed as fault:
            which = sources[0].path if len(sources) == 1 else f"one of {len(sources)} plan files"
            raise Incomplete(f"{which} cannot be read: {fault}") from None

    def _keep(self, key: bytes, plans: tuple[PlanFile, ...]) -> None:
        with suppress(ValueError):  # larger than all the room
            self._kept[key] = plans


def _size(plans: tuple[PlanFile, ...]) -> int:
    return len(msgpack.encode(plans))


def _digest(*what: object) -> bytes:
    return hashlib.sha256(msgpack.encode(what)).digest()
