"""One comment to its end: read it, carry out each command that is new, say how it went.

Whatever a crash cuts off is done by running again: a command is marked as done only after people
have seen how it ended, and each of them can be repeated.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from bot.commands.asked import Asked
from bot.commands.check import Checking
from bot.commands.conversations import Conversations
from bot.commands.exempt import Exempting
from bot.commands.parse import Command, parse_commands
from bot.gate.facts import Pull
from bot.github.errors import NotFound
from bot.github.people import CommentRead
from bot.github.sharing import Lock
from bot.report.commands import (
    help_marker,
    nearest,
    render_help,
    render_unknown,
    unknown_marker,
)
from bot.report.replies import Refusal, answer_marker, render_answer
from bot.subject import CommentSubject

SEEN, DONE, REFUSED = "eyes", "rocket", "confused"  # our reactions

Action = Callable[[Asked], Awaitable[Refusal | None]]
"""Carries out one command, as often as it is called; says why not where it may not be."""


class Commands:
    """Carries out what is asked for in the comments of one repository.

    *lock* holds the lock of a name, over all processes.
    """

    def __init__(self, here: Conversations, lock: Lock, tell_status: Action) -> None:
        self._here = here
        self._lock = lock
        self._actions: Mapping[str, Action] = {
            "exempt": Exempting(here).carry_out,
            "status": tell_status,
            "check": Checking(here).carry_out,
            "help": self._help,
        }

    async def run(self, subject: CommentSubject) -> str:
        """Carry out the commands of a comment that were not yet; say how it ended."""
        try:
            comment = await self._read(subject.comment)
        except NotFound:
            return "gone"
        if comment is None or comment.author is None or comment.author.bot:
            return "no person's"
        commands = await self._new_commands(subject.comment, comment.body)
        if not commands:
            return "nothing new"
        await self._here.publisher.react(subject.comment, SEEN)
        pull = await self._read_pull(subject.number)
        if pull is not None and pull.repository != subject.repository:
            await self._here.mark(CommentSubject(pull.repository, subject.number, subject.comment))
            return f"it is in {pull.repository} now"
        written = _seconds(comment.last_edited_at or comment.created_at)
        asked = [
            Asked(one, comment.author, subject.comment, subject.number, written, pull)
            for one in commands
        ]
        return await self._carry_out(subject, asked, is_theirs=_is_theirs(comment))

    async def _read(self, comment: int) -> CommentRead | None:
        """The comment with who edited it, which REST does not tell; None where a Bot wrote it."""
        listed = await self._here.reader.read_comment(comment)
        if listed.user is None or listed.user.type == "Bot":
            return None
        return await self._here.people.read_comment(listed.node_id)

    async def _new_commands(self, comment: int, body: str) -> list[Command]:
        """Those that no run has carried out: an edit adds some, a redelivery none."""
        done = await self._here.ledger.done(comment)
        commands = await asyncio.to_thread(parse_commands, body)  # a long one takes its time
        return [
            command
            for command in commands
            if command.line not in done and (command.name in self._actions or nearest(command.name))
        ]

    async def _read_pull(self, number: int) -> Pull | None:
        """The pull request, None where the number is an issue's."""
        try:
            return (await self._here.reader.read_pull(number)).pull
        except NotFound:
            return None

    async def _carry_out(
        self, subject: CommentSubject, asked: Sequence[Asked], *, is_theirs: bool
    ) -> str:
        """One after the other; the refusals are answered together, at the end."""
        refused: dict[Command, Refusal] = {}
        unknown = 0
        for one in asked:
            await self._here.owned()
            carry_out = self._actions.get(one.command.name)
            if carry_out is None:
                await self._correct(one)
                unknown += 1
                continue
            refusal = await carry_out(one) if is_theirs else Refusal.EDITED
            if refusal is None:
                await self._here.publisher.react(subject.comment, DONE)
                await self._here.ledger.mark_done(subject.comment, [one.command.line])
            else:
                refused[one.command] = refusal
        if refused:
            await self._here.publisher.react(subject.comment, REFUSED)
            await self._answer(subject, refused)
            await self._here.ledger.mark_done(subject.comment, [one.line for one in refused])
        failed = len(refused) + unknown
        return f"{len(asked) - failed} carried out, {failed} refused"

    async def _correct(self, asked: Asked) -> None:
        """Tell of the command that was probably meant: once each person in a conversation."""
        login, name = asked.by.login, asked.command.name
        answer = render_unknown(login, name, nearest(name) or "help")
        await self._here.publisher.react(asked.comment, REFUSED)
        async with self._lock(f"{self._here.reader.repository}#{asked.number} {login}"):
            await self._here.publisher.say(asked.number, unknown_marker(login), answer, over=False)
        await self._here.ledger.mark_done(asked.comment, [asked.command.line])

    async def _help(self, asked: Asked) -> None:
        marker, answer = help_marker(asked.comment), render_help(asked.comment)
        await self._here.publisher.say(asked.number, marker, answer)

    async def _answer(self, subject: CommentSubject, refused: Mapping[Command, Refusal]) -> None:
        """Say why not, in the one answer to this comment."""
        named = [(command.name, refusal) for command, refusal in refused.items()]
        answer = render_answer(subject.comment, named)
        await self._here.publisher.say(subject.number, answer_marker(subject.comment), answer)


def _is_theirs(comment: CommentRead) -> bool:
    """Whether nobody but its author wrote what it says now; in doubt it is not."""
    return comment.last_edited_at is None or comment.editor == comment.author


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
