"""The index of tasks, built again from GitHub alone: which pull request names which task."""

from typing import NamedTuple

import structlog

from bot.github.access import Access
from bot.github.errors import NotFound, Refused, Unexpected
from bot.github.gather import Gatherer
from bot.ledger.pulls import KnownPulls

PAGE = 50  # pull requests

_log = structlog.get_logger()


class Indexed(NamedTuple):
    """How many pull requests a page has, and the number of the next; 0 where it is the last."""

    pulls: int
    next: int


async def index_page(access: Access, known: KnownPulls, repository: str, number: int) -> Indexed:
    """Read a page of *repository*'s pull requests, merged ones too, from 1 on, oldest first.

    What each of them links is found as for a verdict. Who waits for one of their tasks is marked.
    A pull request that cannot be read is left out.
    """
    gatherer = Gatherer(access, repository)
    pulls = await access.reader(repository).read_page_of_pulls(number, PAGE)
    for pull in pulls:
        try:
            await known.note(await gatherer.gather_links(pull))
        except (NotFound, Refused, Unexpected) as fault:
            place = f"{repository}#{pull.pull.number}"
            _log.warning("not indexed", pull=place, reason=str(fault))
    if len(pulls) == PAGE:
        return Indexed(PAGE, number + 1)
    await known.set_indexed(repository)
    return Indexed(len(pulls), 0)
