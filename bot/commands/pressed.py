"""A pressed button to its end: may that person do so, and what follows. Each can be repeated."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import assert_never

import structlog

from bot.gate.explain import explain
from bot.gate.facts import Role
from bot.gate.record import Unreadable, unpack
from bot.github.people import People
from bot.github.publisher import Guard, Publisher
from bot.github.reader import Reader
from bot.ledger.port import Ledger
from bot.report.buttons import (
    EXEMPTING,
    EXPLANATION,
    render_exempting,
    render_explanation,
    render_withheld,
)
from bot.report.explanation import render_tree
from bot.report.markdown import escape
from bot.subject import Button, ButtonSubject, HeadSubject, PullSubject, Subject

_log = structlog.get_logger()


class Pressed:
    """Does what the buttons beside our check runs ask for, in one repository.

    *owned* raises where the run has lost its claim; *mark* puts a subject into the work queue.
    """

    def __init__(
        self,
        reader: Reader,
        people: People,
        publisher: Publisher,
        ledger: Ledger,
        owned: Guard,
        mark: Callable[[Subject], Awaitable[None]],
    ) -> None:
        self._reader = reader
        self._people = people
        self._publisher = publisher
        self._ledger = ledger
        self._owned = owned
        self._mark = mark

    async def run(self, pressed: ButtonSubject) -> str:
        """Do what was asked for; say how it ended.

        GitHub shows the buttons to those who may write. Whoever may not, by now, is not answered:
        nobody is there to read it.
        """
        role = await self._people.read_role(pressed.by)
        if not role.at_least(Role.WRITE):
            _log.warning("button refused", button=pressed.button, by=pressed.by, role=role)
            return f"refused: {role} is not enough"
        match pressed.button:
            case Button.RECHECK:
                await self._mark(HeadSubject(pressed.repository, pressed.head_sha, again=True))
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
        pulls = await self._reader.read_pulls_at(pressed.head_sha)
        for pull in pulls:
            number = pull.pull.number
            await self._comment(number, marker, await find_words(pressed, number))
        return f"answered in {len(pulls)}"

    async def _comment(self, number: int, marker: str, text: str | None) -> None:
        await self._publisher.publish_comment(number, lambda _: text, self._owned, marker)

    async def _exempting(self, pressed: ButtonSubject, _number: int) -> str:
        return render_exempting(pressed.head_sha)

    async def _explanation(self, pressed: ButtonSubject, number: int) -> str | None:
        """How the present verdict came about; nothing where that is not known any more."""
        subject = PullSubject(pressed.repository, number)
        for decision in await self._ledger.decisions(subject.key, limit=1):
            with suppress(Unreadable):  # of another version
                facts = unpack(decision.facts)
                if facts.home is not None:  # not everybody here need be able to read those plans
                    return render_withheld(decision.id, facts.home.repository)
                tree = render_tree(explain(facts))
                return render_explanation(decision.id, escape(decision.title), tree)
        return None
