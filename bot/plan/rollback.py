"""The rollback plan: what it says of the flag, the database, who may, and how long it takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bot.plan.markdown import Block, Kind
from bot.plan.model import Plan, Section, SectionName
from bot.plan.tables import cell
from bot.plan.text import Value
from bot.plan.words import FIELD, fold, is_placeholder, not_applicable, plain


class Topic(Enum):
    """What a rollback plan answers, by the words of its label. The first that fits is meant."""

    FLAG = re.compile(r"\b(?:flags?|toggles?|kill switch)\b")
    TIME = re.compile(r"\b(?:slo|sla|rto|time|duration|within|completion)\b")
    OWNER = re.compile(r"\b(?:who|owners?|trigger\w*|responsible)\b")
    DATABASE = re.compile(r"\b(?:db|database|sql|scripts?|schema|migration|data)\b")


_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said on a topic: its label, and the lines behind and below that."""

    label: Value
    lines: tuple[Value, ...] = ()

    @property
    def place(self) -> Value:
        """The first words of the answer, or the label where it has none."""
        return self.lines[0] if self.lines else self.label

    @property
    def said(self) -> str:
        """The answer as a reader sees it."""
        return plain(" ".join(line.text for line in self.lines))

    @property
    def is_na(self) -> bool:
        """Whether it says that the topic does not apply."""
        return not_applicable(" ".join(line.text for line in self.lines)) is not None

    @property
    def is_open(self) -> bool:
        """Whether it still holds a placeholder."""
        return any(is_placeholder(line.text) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Rollback:
    """The answers of the section by topic, and all that it says."""

    section: Section
    answers: dict[Topic, Answer]
    lines: tuple[Value, ...]

    @property
    def said(self) -> str:
        """The section as a reader sees it."""
        return plain("\n".join(line.text for line in self.lines))


# A topic that a line opens, whether the line is labelled at all, its label and what it says.
_Line = tuple[Topic | None, bool, Value, Value]


def read_rollback(plan: Plan) -> Rollback | None:
    """Read the section; None where it is absent, empty, or says that it does not apply.

    A topic is opened by a field, a heading or the first cell of a row, and lasts to the next one.
    """
    section = plan.section(SectionName.ROLLBACK)
    if section is None or section.na is not None or not section.content:
        return None
    labels: dict[Topic, Value] = {}
    answers: dict[Topic, list[Value]] = {}
    lines: list[Value] = []
    topic: Topic | None = None
    for block in section.content:
        for opened, labelled, label, said in _read_lines(plan, block):
            topic = opened if labelled else topic
            if topic:
                labels.setdefault(topic, label)
                answers.setdefault(topic, []).extend([said] if said.text else [])
            lines.append(said)
    found = {topic: Answer(label, tuple(answers[topic])) for topic, label in labels.items()}
    return Rollback(section, found, tuple(lines))


def _read_lines(plan: Plan, block: Block) -> Iterator[_Line]:
    """Yield what the lines of a block say; comments, code blocks and quotes say nothing."""
    if block.table and not block.quotes:
        for row in block.table.rows:
            label = cell(row, 0)
            yield _find_topic(label.text), True, label, cell(row, 1)
    elif block.kind is Kind.HEADING:
        label = plan.text.value(block.first)
        end = len(plan.text.line(block.first))
        yield _find_topic(block.text), True, label, plan.text.value(block.first, end)
    elif block.kind is Kind.PARAGRAPH and not block.quotes:
        for number, line in plan.text.numbered(block.first, block.last):
            field = FIELD.fullmatch(line)
            behind = field.start("value") if field else 0
            marker = None if field else _MARKER.match(line)
            start = marker.end() if marker else behind
            topic = _find_topic(field["label"]) if field else None
            label = plan.text.value(number)
            yield topic, field is not None, label, plan.text.value(number, start)


def _find_topic(label: str) -> Topic | None:
    folded = fold(label)
    return next((topic for topic in Topic if topic.value.search(folded)), None)
