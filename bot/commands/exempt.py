"""`/plan-exempt REASON` and `/plan-exempt off`: who may, for which commit, and that it is kept."""

import structlog

from bot.commands.asked import Asked
from bot.commands.conversations import Conversations
from bot.gate.facts import Exemption, Pull, Role
from bot.ledger.heads import Heads
from bot.report.markdown import visible
from bot.report.replies import MAX_REASON, Refusal
from bot.subject import PullSubject

_log = structlog.get_logger()


class Exempting:
    """Gives and ends the exemptions of one repository's pull requests.

    Either can be repeated: where a run comes again after a crash, the ledger keeps one of both.
    """

    def __init__(self, here: Conversations) -> None:
        self._here = here
        self._heads = Heads(here.ledger)

    async def carry_out(self, asked: Asked) -> Refusal | None:
        """Do what is asked and have the pull request judged anew; or say why not."""
        if asked.pull is None:
            return Refusal.NO_PULL
        ends = asked.command.argument.casefold() == "off"
        refusal = await (self._end if ends else self._give)(asked, asked.pull)
        if refusal in {None, Refusal.HEAD_UNSEEN}:  # or the head might stay unseen for ever
            await self._here.mark(PullSubject(asked.pull.repository, asked.pull.number))
        return refusal

    async def _give(self, asked: Asked, pull: Pull) -> Refusal | None:
        reason = visible(asked.command.argument, MAX_REASON + 1)
        if refusal := await self._why_not(asked, pull, reason):
            return refusal
        if not await self._had_verdict(pull, asked.at):
            return Refusal.HEAD_UNSEEN
        exemption = Exemption(
            asked.by.login, reason, self._here.clock(), pull.head_sha, asked.comment
        )
        await self._here.ledger.exempt(pull.repository, pull.number, exemption)
        self._tell("exempted", asked, pull)
        return None

    async def _end(self, asked: Asked, pull: Pull) -> Refusal | None:
        """Where none stands there is nothing to refuse: what was asked for is the case."""
        standing = await self._here.ledger.exemption(pull.repository, pull.number)
        if standing is None:
            return None
        concerned = {standing.by.casefold(), pull.author.login.casefold()}
        if asked.by.login.casefold() not in concerned and not await self._may_exempt(asked):
            return Refusal.NOT_THEIRS
        by = asked.by.login
        await self._here.ledger.end_exemption(pull.repository, pull.number, by, self._here.clock())
        self._tell("exemption ended", asked, pull)
        return None

    async def _why_not(self, asked: Asked, pull: Pull, reason: str) -> Refusal | None:
        """What keeps *asked* from exempting, whatever the head."""
        if asked.by.login.casefold() == pull.author.login.casefold():
            return Refusal.OWN
        if not await self._may_exempt(asked):
            return Refusal.ROLE
        if not pull.is_open:
            return Refusal.CLOSED
        if not reason:
            return Refusal.NO_REASON
        return Refusal.LONG_REASON if len(reason) > MAX_REASON else None

    async def _may_exempt(self, asked: Asked) -> bool:
        return (await self._here.people.read_role(asked.by.login)).at_least(Role.MAINTAIN)

    async def _had_verdict(self, pull: Pull, before: float) -> bool:
        """Whether the present head was the head, with a verdict to be seen, *before* a moment.

        A comment names no commit. The times of check runs are of GitHub's clock, as the comment's;
        that a head came back after another is known by our own evaluations alone. Within the same
        second nobody has read a verdict and written about it.
        """
        subject = PullSubject(pull.repository, pull.number)
        since = await self._heads.since(subject, pull.head_sha)
        shown = await self._here.publisher.read_first_verdict(pull.head_sha)
        return since is not None and shown is not None and max(since, shown) < before

    def _tell(self, what: str, asked: Asked, pull: Pull) -> None:
        _log.info(
            what,
            pull=f"{pull.repository}#{pull.number}",
            head=pull.head_sha,
            by=asked.by.login,
            comment=asked.comment,
        )
