"""A pressed button to its end: may that person do so, and what follows. Each can be repeated."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import assert_never

import structlog

from bot.commands.conversations import Conversations
from bot.gate.explain import explain
from bot.gate.facts import Role
from bot.gate.record import Unreadable, unpack
from bot.report.buttons import (
    EXEMPTING,
    EXPLANATION,
    render_exempting,
    render_explanation,
    render_withheld,
)
from bot.report.explanation import render_tree
from bot.report.markdown import escape
from bot.subject import Button, ButtonSubject, HeadSubject, PullSubject

_log = structlog.get_logger()


class Pressed:
    """Does what the buttons beside our check runs ask for, in one repository."""

    def __init__(self, here: Conversations) -> None:
        self._here = here

    async def run(self, pressed: ButtonSubject) -> str:
        """Do what was asked for; say how it ended.

        GitHub shows the buttons to those who may write. Whoever may not, by now, is not answered:
        nobody is there to read it.
        """
        role = await self._here.people.read_role(pressed.by)
        if not role.at_least(Role.WRITE):
            _log.warning("button refused", button=pressed.button, by=pressed.by, role=role)
            return f"refused: {role} is not enough"
        match pressed.button:
            case Button.RECHECK:
                await self._here.mark(HeadSubject(pressed.repository, pressed.head_sha, again=True))
                return "to be judged anew"
            case Button.EXPLAIN:
                return await self._answer(pressed, EXPLANATION, self._explanation)
            case Button.EXEMPT:
                return await self._answer(pressed, EXEMPTING, self._exempting)
            case _:
                assert_never(pressed.button)

    async def _answer(
        self,
        pressed: ButtonSubject,
        marker: str,
        find_words: Callable[[ButtonSubject, int], Awaitable[str | None]],
    ) -> str:
        """Comment on each open pull request with that head, in the one comment with *marker*."""
        pulls = await self._here.reader.read_pulls_at(pressed.head_sha)
        for pull in pulls:
            number = pull.pull.number
            if words := await find_words(pressed, number):
                await self._here.publisher.say(number, marker, words)
        return f"answered in {len(pulls)}"

    async def _exempting(self, pressed: ButtonSubject, _number: int) -> str:
        return render_exempting(pressed.head_sha)

    async def _explanation(self, pressed: ButtonSubject, number: int) -> str | None:
        """How the present verdict came about; nothing where that is not known any more."""
        subject = PullSubject(pressed.repository, number)
        for decision in await self._here.ledger.decisions(subject.key, limit=1):
            with suppress(Unreadable):  # of another version
                facts = unpack(decision.facts)
                if facts.home is not None:  # not everybody here need be able to read those plans
                    return render_withheld(decision.id, facts.home.repository)
                tree = render_tree(explain(facts))
                return render_explanation(decision.id, escape(decision.title), tree)
        return None
