"""The rollback plan: what it says of the flag, the database, who may, and how long it takes.

A topic is opened by a field, a heading or the first cell of a row, and lasts to the next of these.
"""

import re
from collections.abc import Iterator

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Answer, Rollback, Section, Topic
from bot.plan.tables import cell
from bot.plan.text import Text, Value
from bot.plan.words import FIELD, fold

# The words that show a label's topic. The first that fits is meant.
_TOPICS = {
    Topic.FLAG: re.compile(r"\b(?:flags?|toggles?|kill switch)\b"),
    Topic.TIME: re.compile(r"\b(?:slo|sla|rto|time|duration|within|completion)\b"),
    Topic.OWNER: re.compile(r"\b(?:who|owners?|trigger\w*|responsible)\b"),
    Topic.DATABASE: re.compile(r"\b(?:db|database|sql|scripts?|schema|migration|data)\b"),
}
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")

# The label of a line, None where it has none, and what the line says.
_Line = tuple[Value | None, str, Value]


def read_rollback(document: Document, section: Section | None) -> Rollback | None:
    """Read the section; None where it is absent, empty, or says that it does not apply."""
    if section is None or section.na is not None or not section.content:
        return None
    labels: dict[Topic, Value] = {}
    answers: dict[Topic, list[Value]] = {}
    lines: list[Value] = []
    topic: Topic | None = None
    for block in section.content:
        for label, words, said in _read_lines(document.text, block):
            topic = _find_topic(words) if label else topic
            if topic:
                labels.setdefault(topic, label or said)
                answers.setdefault(topic, []).extend([said] if said.text else [])
            lines.append(said)
    found = {topic: Answer(label, tuple(answers[topic])) for topic, label in labels.items()}
    return Rollback(section, found, tuple(lines))


def _read_lines(text: Text, block: Block) -> Iterator[_Line]:
    """Yield what the lines of a block say; comments, code blocks and quotes say nothing."""
    if block.quotes:
        return
    if block.table:
        for row in block.table.rows:
            label = cell(row, 0)
            yield label, label.text, cell(row, 1)
    elif block.kind is Kind.HEADING:
        end = len(text.line(block.first))
        yield text.value(block.first), block.text, text.value(block.first, end)
    elif block.kind is Kind.PARAGRAPH:
        for number, line in text.numbered(block.first, block.last):
            if field := FIELD.fullmatch(line):
                value = text.value(number, field.start("value"))
                yield text.value(number), field["label"], value
            else:
                marker = _MARKER.match(line)
                yield None, "", text.value(number, marker.end() if marker else 0)


def _find_topic(label: str) -> Topic | None:
    folded = fold(label)
    return next((topic for topic, words in _TOPICS.items() if words.search(folded)), None)
