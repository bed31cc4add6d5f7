"""The index of tasks, built again from GitHub alone: which pull request names which task."""

import structlog

from bot.github.access import Access
from bot.github.errors import NotFound, Refused, Unexpected
from bot.github.gather import Gatherer
from bot.ledger.pulls import KnownPulls

_KIND = "index"  # in the memory: the last pull request that a run came to

_log = structlog.get_logger()


async def rebuild_index(access: Access, known: KnownPulls, repository: str) -> int:
    """Read every pull request of *repository*, merged ones too; return how many there are.

    What each of them links is found as for a verdict. Who waits for one of their tasks is marked.
    A run that is cut off, by a rate limit or a stop, goes on where it was; a pull request that
    cannot be read is left out.
    """
    gatherer = Gatherer(access, repository)
    pulls = await access.reader(repository).read_all_pulls()
    came_to = int(await access.memory.recall(_KIND, repository) or b"0")
    for pull in sorted(pulls, key=lambda pull: pull.pull.number):
        number = pull.pull.number
        if number <= came_to:
            continue
        try:
            await known.note(await gatherer.gather_links(pull))
        except (NotFound, Refused, Unexpected) as fault:
            _log.warning("not indexed", pull=f"{repository}#{number}", reason=str(fault))
        await access.memory.keep(_KIND, repository, str(number).encode())
    await access.memory.keep(_KIND, repository, b"0")
    await known.set_indexed(repository)
    return len(pulls)
