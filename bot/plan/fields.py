"""What the header fields mean: complexity and its reason, team and ticket."""

import re

from bot.plan.model import Header
from bot.plan.text import Span, Value
from bot.plan.words import is_placeholder, not_applicable, plain

_SIZE = re.compile(
    r"[*_`]*(?P<size>XL|S|M|L)\b[*_`]*(?!\s*[|/])\s*(?:[—–:;,.(-]+\s*)?", re.IGNORECASE | re.ASCII
)
_TEAM_END = re.compile(r"(?:^|\s)/(?:\s|$)")
_TICKET = re.compile(
    r"<?https?://\S+|\[[^\[\]]*\]\([^()\s]+\)|\b[A-Z][A-Z0-9_]*-\d+\b|(?:(?<![\w.-])[\w.-]{1,99}/[\w.-]{1,99})?#\d+"
)


def read_complexity(header: Header) -> tuple[str | None, Value | None]:
    """Return the size (S, M, L, XL) and what is said after it."""
    field = header.field("complexity")
    match = _SIZE.match(field.text) if field else None
    if field is None or match is None:
        return None, None
    return match["size"].upper(), _part(field, match.end(), len(field.text))


def read_team_and_ticket(header: Header) -> tuple[Value | None, Value | None]:
    """Return the team and the ticket as written: of one field `Team / Ticket`, or of two."""
    both = header.field("team ticket", "team and ticket")
    if both is None:
        return header.field("team", "teams"), header.field("ticket", "tickets")
    end = len(both.text)
    if slash := _TEAM_END.search(both.text):
        return _part(both, 0, slash.start()), _part(both, slash.end(), end)
    if ticket := _TICKET.search(both.text):
        team = len(both.text[: ticket.start()].rstrip(" \t\xa0/,;:—–-"))
        return _part(both, 0, team), _part(both, ticket.start(), end)
    return both, None


def names_ticket(text: str) -> bool:
    """Tell whether a text holds a link or a ticket key, or says that there is none."""
    return _TICKET.search(text) is not None or not_applicable(text) is not None


def shown(value: Value | None) -> str | None:
    """Return a value as a reader sees it, None where it says nothing, N/A or a placeholder."""
    if value is None or is_placeholder(value.text) or not_applicable(value.text) is not None:
        return None
    return plain(value.text) or None


def _part(value: Value, start: int, end: int) -> Value:
    """Return the trimmed characters `start` to `end` of a value, with their place."""
    text = value.text[start:end]
    column = value.span.column + start + len(text) - len(text.lstrip())
    text = text.strip()
    return Value(text, Span(value.span.line, column, value.span.line, column + len(text)))
