"""What the ledger knows of pull requests, in the gate's own terms, and what it is told of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from bot.gate.facts import Claim, Facts
from bot.gate.links import MAX_LINKS
from bot.gate.record import decision_id
from bot.gate.scope import (
    home_of,
    is_code,
    is_plan,
    linked_plans,
    links_of,
    mentions_of,
    tasked_links,
)
from bot.ledger.heads import Heads
from bot.ledger.looks import Looks
from bot.ledger.port import Decision, Ledger, Linked, PlanLink, PullState
from bot.subject import GroupSubject, PullSubject


class KnownPulls:
    """The ledger as one installation's pull requests see it."""

    def __init__(self, ledger: Ledger, installation: int, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._heads = Heads(ledger)
        self._looks = Looks(ledger)
        self._installation = installation
        self._clock = clock

    async def last_head(self, pull: PullSubject) -> str | None:
        """The head of *pull* at its last evaluation."""
        return await self._heads.last(pull)

    async def judged(self, pull: PullSubject, look: bytes) -> None:
        """Keep how *pull* looked to the verdict that stands there now: see `Looks`."""
        await self._looks.keep(pull, look)

    async def complete(self, facts: Facts) -> Facts:
        """The facts with what GitHub does not know: a recorded exemption, who has which task."""
        pull = facts.pull
        return replace(
            facts,
            exemption=await self._ledger.exemption(pull.repository, pull.number),
            claims=await self._claims(facts),
        )

    async def note(self, facts: Facts) -> None:
        """Keep its head, and what it links; whoever waits for its tasks is marked with it.

        What could not be read in full says nothing about its links; but where only the plans of
        another repository cannot be read, it is from there that they will be mended.

        Of one that is closed or merged what was noted while it was open stands: its description
        can still be edited, and no check judges it any more.
        """
        pull = PullSubject(facts.pull.repository, facts.pull.number)
        await self._heads.note(pull, facts.pull.head_sha, self._clock())
        no_policy = facts.config_problem is not None and facts.home is None
        if facts.unread is not None or no_policy:
            return
        now, at = _linked(facts), self._clock()
        if facts.pull.is_open or not await self._ledger.settle(
            now.subject, now.state, now.base_ref, at
        ):
            await self._ledger.relink(now, self._installation, at)

    async def note_group(self, group: GroupSubject, seen: Iterable[Facts] = ()) -> None:
        """Keep which plans of other repositories a merge group was judged by; none once it is over.

        The other plans are those of its own tree, which stays. Its pull requests claim the tasks.
        """
        links = [
            link._replace(task=None)
            for facts in seen
            if facts.home is not None
            for link in _links(facts)
        ]
        state = PullState.OPEN if links else PullState.CLOSED
        linked = Linked(group.key, group.repository, group.number, state, "", tuple(links))
        await self._ledger.relink(linked, self._installation, self._clock())

    async def lacks_index(self, facts: Facts) -> bool:
        """Whether tasks are at stake in a repository whose pull requests were never all noted."""
        tasked = bool(tasked_links(facts))
        return tasked and await self._ledger.indexed(facts.pull.repository) is None

    async def set_indexed(self, repository: str) -> None:
        """Remember that all pull requests of *repository* were noted."""
        await self._ledger.set_indexed(repository, self._clock())

    async def record(
        self, subject: str, facts: Facts, record: bytes, conclusion: str, title: str
    ) -> None:
        """Keep a decision about *subject*, with all that it follows from."""
        decision = Decision(
            id=decision_id(record),
            at=self._clock(),
            subject=subject,
            repository=facts.pull.repository,
            number=facts.pull.number,
            head_sha=facts.pull.head_sha,
            conclusion=conclusion,
            title=title,
            facts=record,
        )
        await self._ledger.record(decision)

    async def _claims(self, facts: Facts) -> tuple[Claim, ...]:
        """Who else names a task of a plan of which this pull request names one."""
        own = (facts.pull.repository, facts.pull.number)
        plans = {
            plan.id for link in tasked_links(facts) for plan in linked_plans(link, facts) if plan.id
        }
        found = {
            plan: await self._ledger.claims(home_of(facts), plan.casefold())
            for plan in sorted(plans)
        }
        return tuple(
            Claim(
                plan,
                claim.task,
                claim.repository,
                claim.number,
                merged=claim.state is PullState.MERGED,
                from_fork=claim.from_fork,
            )
            for plan, claims in found.items()
            for claim in claims
            if claim.state is not PullState.CLOSED and (claim.repository, claim.number) != own
        )


def _linked(facts: Facts) -> Linked:
    """The row of the index. What was merged elsewhere than to the trusted branch is not done.

    Nor does a task what changes no code: the check lets that pass without a look at its links.
    """
    pull = facts.pull
    state = PullState.OPEN if pull.is_open else PullState.CLOSED
    if pull.is_merged and pull.base_ref == facts.branch.name:
        state = PullState.MERGED
    links = tuple(_links(facts))
    if not any(is_code(file.path, facts.config) for file in facts.files):
        links = tuple(link._replace(task=None) for link in links)
    key = PullSubject(pull.repository, pull.number).key
    return Linked(
        key, pull.repository, pull.number, state, pull.base_ref, links, from_fork=pull.from_fork
    )


def _links(facts: Facts) -> Iterator[PlanLink]:
    """The plans that it touches, and each link: by what it says, and by the plan that that names.

    What concerns all plans of another repository, or a plan that is yet to come there, is heard
    of from there alone: so each mention is kept as well, and an empty one.
    """
    repository = facts.pull.repository
    for file in facts.files:
        if is_plan(file.path, facts.config):
            yield PlanLink(repository, file.path.casefold())
    for change in facts.changes:
        for side in (change.left, change.base, change.head):
            if side is not None and side.id:
                yield PlanLink(repository, side.id.casefold())
    for link in links_of(facts).counted[:MAX_LINKS]:
        home = link.repository or home_of(facts)
        yield PlanLink(home, link.name.casefold(), link.task)
        for plan in linked_plans(link, facts):
            yield PlanLink(home, plan.path.casefold())
            if plan.id:
                yield PlanLink(home, plan.id.casefold(), link.task)
    if facts.home is not None:
        mentions = mentions_of(facts)
        for name in ("", *sorted(mentions.deciding | mentions.others)):
            yield PlanLink(facts.home.repository, name)
