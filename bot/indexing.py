"""The index of tasks, built again from GitHub alone: which pull request names which task."""

from bot.github.access import Access
from bot.github.gather import Gatherer
from bot.ledger.pulls import KnownPulls


async def rebuild_index(access: Access, known: KnownPulls, repository: str) -> int:
    """Read every pull request of *repository*, merged ones too; return how many.

    What each of them links is found as for a verdict. Who waits for one of their tasks is marked.
    """
    gatherer = Gatherer(access, repository)
    pulls = await access.reader(repository).read_all_pulls()
    for pull in pulls:
        await known.note(await gatherer.gather_links(pull))
    await known.set_indexed(repository)
    return len(pulls)
