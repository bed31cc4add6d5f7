"""The pull requests of a merge group: GitHub names only the last, so the others are found.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group
"""

import re
from collections.abc import Iterable

from bot.gate.facts import Facts
from bot.github.errors import Incomplete, NotFound
from bot.github.gather import Group, changed_paths
from bot.github.reader import OpenPull, Reader
from bot.subject import GroupSubject

MAX_PULLS = 50
_MERGE = re.compile(r"Merge pull request #([0-9]{1,18}) from ")
_SQUASH = re.compile(r"\(#([0-9]{1,18})\)$")


class GroupReader:
    """Reads one merge group."""

    def __init__(self, reader: Reader, subject: GroupSubject) -> None:
        self._reader = reader
        self._subject = subject

    async def read_trees(self) -> Group:
        """What the group would merge, and onto what."""
        head = await self._reader.read_commit_tree(self._subject.head_sha)
        base = await self._reader.read_commit_tree(self._subject.base_sha)
        return Group(await self._reader.read_tree(head), await self._reader.read_tree(base))

    async def read_pulls(self) -> list[OpenPull]:
        """The open pull requests of the group: the named one, and those its commits name.

        A commit message is anybody's text: it can only add a pull request to be judged.
        """
        last = await self._reader.read_pull(self._subject.number)
        messages = await self._reader.read_messages(self._subject.base_sha, self._subject.head_sha)
        numbers = _numbers(messages) - {self._subject.number}
        if len(numbers) > MAX_PULLS:
            raise Incomplete(f"the merge group names more than {MAX_PULLS} pull requests")
        pulls = [last]
        for number in sorted(numbers):
            try:
                pull = await self._reader.read_pull(number)
            except NotFound:  # the number of an issue, or of nothing
                continue
            if pull.pull.is_open and pull.pull.base_ref == last.pull.base_ref:
                pulls.append(pull)
        return sorted(pulls, key=lambda pull: pull.pull.number)

    def uncovered(self, trees: Group, facts: Iterable[Facts]) -> str | None:
        """A path that the group changes and none of its known pull requests does."""
        covered = {file.path for one in facts for file in one.files}
        return min(changed_paths(trees.base, trees.head) - covered, default=None)


def _numbers(messages: Iterable[str]) -> set[int]:
    first_lines = [message.partition("\n")[0] for message in messages]
    found = [_MERGE.match(line) or _SQUASH.search(line) for line in first_lines]
    return {int(match[1]) for match in found if match}
