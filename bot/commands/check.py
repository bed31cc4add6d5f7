"""`/plan-check`: who may have a pull request judged anew. The judging itself is the queue's."""

from collections.abc import Awaitable, Callable

from bot.commands.asked import Asked
from bot.gate.facts import Role
from bot.github.people import People
from bot.report.replies import Refusal
from bot.subject import HeadSubject, Subject


class Checking:
    """Has pull requests of one repository judged anew; twice is as good as once."""

    def __init__(self, people: People, mark: Callable[[Subject], Awaitable[None]]) -> None:
        self._people = people
        self._mark = mark

    async def carry_out(self, asked: Asked) -> Refusal | None:
        """Ask for a new check of the present head, as *Re-run* does; or say why not."""
        pull = asked.pull
        if pull is None:
            return Refusal.NO_PULL
        if asked.by.login.casefold() != pull.author.login.casefold():
            role = await self._people.read_role(asked.by.login)
            if not role.at_least(Role.WRITE):
                return Refusal.NO_WRITER
        if not pull.is_open:
            return Refusal.CLOSED
        await self._mark(HeadSubject(pull.repository, pull.head_sha, again=True))
        return None
