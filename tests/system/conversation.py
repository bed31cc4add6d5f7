"""A conversation on GitHub, written down: what people do, and all that the bot then shows them."""

import re
from collections.abc import Iterator

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.records import Comment, Issue
from bot.subject import Button
from tests.system.world import World

BOT = "plan-gate[bot]"


class Conversation:
    """Goes on step by step; after each the bot comes to rest, and what is new is written down."""

    def __init__(self, world: World, where: PullRequest | Issue) -> None:
        self._world = world
        self._where = where
        self._lines: list[str] = []
        self._seen: dict[int, str] = {}
        self._check = 0

    @property
    def transcript(self) -> str:
        """All of it, without what is another in each run: addresses, commits, ids."""
        text = "\n\n".join(self._lines).replace(self._world.sandbox.url, "https://github.example")
        text = re.sub(r"<!--.*?-->\n*", "", text)
        text = re.sub(r"\b[0-9a-f]{7,40}\b", "‹id›", text)
        return re.sub(r"issuecomment-\d+", "issuecomment-‹id›", text)

    async def happens(self, what: str) -> None:
        """Something has been done; see what the bot makes of it."""
        await self._world.settle()
        self._world.clock.now += 60  # nobody answers within the second
        self._lines += [f"# {what}", *self._shown()]

    async def says(self, who: str, text: str) -> Comment:
        """Somebody comments."""
        if isinstance(self._where, PullRequest):
            comment = await self._where.comment(text, author=who)
        else:
            comment = await self._world.shop.comment(self._where, text, author=who)
        await self.happens(f"{who}: {text}")
        reactions = [one.content for one in comment.reactions]
        self._lines.append(f"Reactions: {', '.join(reactions) or 'none'}")
        return comment

    async def presses(self, who: str, button: Button) -> None:
        """Somebody presses a button beside the check run."""
        assert isinstance(self._where, PullRequest)
        run = await self._world.check(self._where)
        await self._world.sandbox.request_action(run, button, who)
        await self.happens(f"{who} presses {button}")

    def _shown(self) -> Iterator[str]:
        """What the bot shows now and did not before."""
        if isinstance(self._where, PullRequest):
            runs = self._where.check_runs("Plan gate")
            if runs and runs[0].id != self._check:
                self._check = runs[0].id
                buttons = ", ".join(f"[{one.label}]" for one in runs[0].actions)
                yield f"## Check: {runs[0].conclusion}: {runs[0].title}"
                yield runs[0].summary or ""
                yield f"Buttons: {buttons}"
        ours = {one.id: one.body for one in self._where.comments if one.author.login == BOT}
        for number, body in ours.items():
            if number not in self._seen:
                yield f"## The bot comments\n\n{body}"
            elif self._seen[number] != body:
                yield f"## The bot edits its comment\n\n{body}"
        for _ in self._seen.keys() - ours.keys():
            yield "## The bot deletes a comment"
        self._seen = ours
