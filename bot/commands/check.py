"""`/plan-check`: who may have a pull request judged anew. The judging itself is the queue's."""

from bot.commands.asked import Asked
from bot.commands.conversations import Conversations
from bot.gate.facts import Role
from bot.report.replies import Refusal
from bot.subject import HeadSubject


class Checking:
    """Has pull requests of one repository judged anew; twice is as good as once."""

    def __init__(self, here: Conversations) -> None:
        self._here = here

    async def carry_out(self, asked: Asked) -> Refusal | None:
        """Ask for a new check of the present head, as *Re-run* does; or say why not."""
        pull = asked.pull
        if pull is None:
            return Refusal.NO_PULL
        if asked.by.login.casefold() != pull.author.login.casefold():
            role = await self._here.people.read_role(asked.by.login)
            if not role.at_least(Role.WRITE):
                return Refusal.NO_WRITER
        if not pull.is_open:
            return Refusal.CLOSED
        await self._here.mark(HeadSubject(pull.repository, pull.head_sha, again=True))
        return None
