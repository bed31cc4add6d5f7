"""A command as somebody gave it: who, where and when."""

from dataclasses import dataclass

from bot.commands.parse import Command
from bot.gate.facts import Actor, Pull


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's command; *pull* is the pull request it was given in, None in an issue.

    *at* is when the comment was last written, in seconds since the epoch by GitHub's clock: the
    latest moment at which its author can have looked at anything. *number* is the conversation's.
    """

    command: Command
    by: Actor
    comment: int
    number: int
    at: float
    pull: Pull | None
