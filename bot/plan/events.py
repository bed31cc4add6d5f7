"""The events: topics, in which direction they go, and who is at the other end.

They are rows of a table; where there is none, list items that hold a topic in code.
"""

import re
from collections.abc import Iterator
from itertools import islice

from bot.plan.markdown import Block, Document
from bot.plan.model import Event, Section
from bot.plan.tables import Row, Table, cell
from bot.plan.text import Text, Value
from bot.plan.words import fold, is_placeholder, not_applicable

TOPIC_COLUMNS = (
    *("topic", "topics", "event", "events", "event topic", "topic event", "topic name"),
    *("event name", "name", "channel", "subject", "stream", "queue"),
)
DIRECTION_COLUMNS = ("direction", "emits consumes", "emit consume", "flow", "role", "type")
COUNTERPART_COLUMNS = (
    *("consumers producers", "consumer producer", "producers consumers", "producer consumer"),
    *("consumers and producers", "producers and consumers", "counterpart", "counterparts"),
)
CONSUMER_COLUMNS = ("consumers", "consumer", "consumed by", "subscribers", "subscriber", "to")
PRODUCER_COLUMNS = ("producers", "producer", "produced by", "emitted by", "publisher", "from")

# More than a person would write into one line; a bound, so that a long one costs nothing.
MAX_TOPICS = 50

_WORD = r"[a-z0-9][a-z0-9_-]*"
_TOPIC = re.compile(rf"(?:{_WORD}\.){{3}}v\d+", re.ASCII)
_UNVERSIONED = re.compile(rf"(?:{_WORD}\.){{2}}(?!v\d){_WORD}", re.ASCII)
_LISTED_TOPIC = re.compile(r"`([\w-]+(?:\.[\w-]+){2,})`")
_CODE = re.compile(r"`([^`]+)`")
_TOKEN = re.compile(r"[^\s`,;|]+")
# Comments, the targets of links, line breaks, notes in parentheses.
_ASIDE = re.compile(r"<!--.*?(?:-->|$)|\]\([^()\s]*\)|<br\s{0,3}/?>|(?<=[\s`])\([^()]*\)")
_EDGES = "*_[]<>()\"'.:!~\\"
_EMITS = re.compile(r"emit|produc|publish|rais|send|sent\b|writ|out(?:bound|going)?\b|both\b")
_CONSUMES = re.compile(r"consum|subscri|receiv|listen|reads?\b|handl|in(?:bound|coming)?\b|both\b")


def is_topic(text: str) -> bool:
    """Tell whether a text is a topic such as `billing.invoice.issued.v1`."""
    return _TOPIC.fullmatch(text) is not None


def suggest_topic(text: str) -> str | None:
    """Return the topic that is meant where only its case or its version is wrong.

    >>> suggest_topic("Billing.Invoice.issued"), suggest_topic("issued")
    ('billing.invoice.issued.v1', None)
    """
    lower = text.lower()
    if _UNVERSIONED.fullmatch(lower):
        return f"{lower}.v1"
    return lower if is_topic(lower) else None


def read_direction(text: str) -> tuple[bool, bool]:
    """Return whether words say that something is emitted, and that it is consumed.

    >>> read_direction("emits / consumes"), read_direction("Subscribes to"), read_direction("?")
    ((True, True), (False, True), (False, False))
    """
    words = fold(text[:200]).split()
    return any(map(_EMITS.match, words)), any(map(_CONSUMES.match, words))


def read_events(document: Document, section: Section | None) -> Iterator[Event]:
    """Yield the events of the section's tables, or of its lists where it has no table."""
    if section is None or section.na is not None:
        return
    text = document.text
    tabled = bool(section.tables)
    context = ""  # the heading or sentence above may give the direction
    for block in section.content:
        if block.quotes:
            continue
        if block.table:
            yield from _read_table(text, block.table, context)
        elif block.lists and not tabled:
            yield from _read_item(text, block, context)
        elif block.top:
            context = text.line(block.first)


def _read_table(text: Text, table: Table, context: str) -> Iterator[Event]:
    topic, direction, other, consumers, producers = (
        table.column(*names)
        for names in (
            TOPIC_COLUMNS,
            DIRECTION_COLUMNS,
            COUNTERPART_COLUMNS,
            CONSUMER_COLUMNS,
            PRODUCER_COLUMNS,
        )
    )
    if topic is None:
        return  # a table of something else
    for row in table.rows:
        if row.swallowed:
            continue
        way = None if direction is None else cell(row, direction)
        emits, consumes = read_direction(way.text if way else context)
        if way is None and not (emits or consumes):
            emits, consumes = consumers is not None, producers is not None
        counterpart = _first_said(row, (other, consumers, producers))
        for each in _read_topics(text, cell(row, topic)):
            yield Event(each, emits, consumes, way, counterpart)


def _first_said(row: Row, columns: tuple[int | None, ...]) -> Value | None:
    """Return the first of the cells that is not empty, an empty one where all are."""
    cells = [cell(row, column) for column in columns if column is not None]
    return next((value for value in cells if value.text), cells[0] if cells else None)


def _read_topics(text: Text, value: Value) -> Iterator[Value]:
    """Yield the topics of a cell, or the whole where it holds nothing like one."""
    if not value.text or is_placeholder(value.text) or not_applicable(value.text) is not None:
        return
    line, start, end = value.span.line, value.span.column - 1, value.span.end_column - 1
    raw = _ASIDE.sub(lambda aside: " " * len(aside[0]), text.line(line)[start:end])
    parts = [match.span(1) for match in _CODE.finditer(raw)] or [(0, len(raw))]
    topics = [
        match for part in parts for match in _TOKEN.finditer(raw, *part) if "." in match[0][1:-1]
    ]
    for match in topics[:MAX_TOPICS]:
        left = len(match[0]) - len(match[0].lstrip(_EDGES))
        right = len(match[0].rstrip(_EDGES))
        yield text.value(line, start + match.start() + left, start + match.start() + right)
    if not topics and raw.strip():
        first, last = parts[0]
        yield text.value(line, start + first, start + last) if len(parts) == 1 else value


def _read_item(text: Text, block: Block, context: str) -> Iterator[Event]:
    """Yield the events of a list item: who is at the other end is not looked for there."""
    for number, line in text.numbered(block.first, block.last):
        emits, consumes = read_direction(_CODE.sub(" ", line))
        if not (emits or consumes):
            emits, consumes = read_direction(context)
        for match in islice(_LISTED_TOPIC.finditer(line), MAX_TOPICS):
            yield Event(text.value(number, *match.span(1)), emits, consumes, tabled=False)
