"""Which open pull requests have one head commit: they share its check run, so all are judged.

GitHub lists the pull requests of a commit. Of a commit that is on the default branch it names the
merged one alone, so those that were seen at a head are looked at besides.
https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

import msgspec

from bot.github.errors import NotFound, Refused
from bot.github.memory import Memory, recall_as
from bot.github.reader import OpenPull, Reader

_KIND: Final = "at head"  # in the memory

Lock = Callable[[str], AbstractAsyncContextManager[None]]
"""Holds the lock of a name, over all processes."""


class Sharing:
    """Reads who shares a head in one repository."""

    def __init__(self, reader: Reader, memory: Memory, lock: Lock) -> None:
        self._reader = reader
        self._memory = memory
        self._lock = lock

    def lock(self, sha: str) -> AbstractAsyncContextManager[None]:
        """Keep everybody else from writing about a head commit."""
        return self._lock(self._key(sha))

    async def find(self, number: int, last_head: str | None) -> OpenPull:
        """A pull request as it is now.

        It is looked for among those at the head it had last: they have to be read in any case,
        and their list changes with their words alone, not with checks, comments or branches.
        """
        if last_head is not None:
            with suppress(NotFound, Refused):  # nobody has that commit any more
                for pull in await self._reader.read_pulls_at(last_head):
                    if pull.pull.number == number:
                        return pull
        return await self._reader.read_pull(number)

    async def note(self, number: int, sha: str) -> bool:
        """Remember that *sha* is about to be judged for a pull request: the others look here.

        Returns whether it is the first: then nothing of ours can stand at that commit.
        """
        if number in await self._noted(sha):
            return False
        async with self.lock(sha):
            before = await self._noted(sha)
            numbers = sorted({number, *before})
            await self._memory.keep(_KIND, self._key(sha), msgspec.json.encode(numbers))
        return not before

    async def read(self, sha: str) -> list[OpenPull]:
        """The open pull requests whose head is *sha*, by number."""
        found = {pull.pull.number: pull for pull in await self._reader.read_pulls_at(sha)}
        for number in await self._noted(sha) - found.keys():
            pull = await self._reader.read_pull(number)
            if pull.pull.is_open and pull.pull.head_sha == sha:
                found[number] = pull
        return [found[number] for number in sorted(found)]

    async def left_at(self, sha: str) -> list[OpenPull]:
        """The same of a commit that one of them has left; nobody's where it is no more."""
        with suppress(NotFound, Refused):
            return await self.read(sha)
        return []

    async def _noted(self, sha: str) -> frozenset[int]:
        kept = await recall_as(list[int], self._memory, _KIND, self._key(sha))
        return frozenset(kept or ())

    def _key(self, sha: str) -> str:
        return f"{self._reader.repository} {sha}"
