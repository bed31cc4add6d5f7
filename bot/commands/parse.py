"""What may be a command: `/plan-…` at the start of a line that a reader sees. It knows none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.commands.visible import visible_lines
from bot.plan.prose import mask_comments

MAX_COMMANDS = 10  # of one comment
MAX_LINE = 1_000  # characters: more is no reason, but a story

# ASCII alone: a look-alike, or something invisible in between, is no command.
_COMMAND = re.compile(
    r"[ \u00a0]{0,3}/plan-(?P<name>[a-z][a-z-]{0,30})(?:[ \t\u00a0]+(?P<argument>.*))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: *name* in small letters and without `/plan-`, *line* as it was written."""

    name: str
    argument: str
    line: str


def parse_commands(text: str) -> tuple[Command, ...]:
    """The first ten commands of a comment, in order; the same line twice is one command."""
    return tuple(islice(dict.fromkeys(_commands(text)), MAX_COMMANDS))


def _commands(text: str) -> Iterator[Command]:
    for line in visible_lines(text):
        if found := _COMMAND.fullmatch(line.rstrip()):
            argument = " ".join(mask_comments(found["argument"] or "").split())
            yield Command(found["name"].lower(), argument, line.strip()[:MAX_LINE])
