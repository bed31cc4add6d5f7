"""The open questions: which there are, and which are answered. In doubt one is not."""

import datetime
import re
from collections.abc import Iterator

from bot.plan.markdown import Document, Kind
from bot.plan.model import OpenQuestion, QuestionRow, Section
from bot.plan.tables import Row, Table, cell
from bot.plan.text import Text, Value
from bot.plan.words import is_placeholder, plain

NUMBER_COLUMNS = ("#", "no", "nr", "number", "id")
QUESTION_COLUMNS = ("question", "questions", "open question", "topic", "issue")
OWNER_COLUMNS = ("owner", "owners", "who", "assignee", "asked to")
DUE_COLUMNS = ("due", "due date", "by", "date", "deadline")
ANSWER_COLUMNS = ("answer", "answers", "decision", "resolution", "outcome")

_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
_STRUCK = re.compile(r"~~[^~]*~~")
_UNDECIDED = re.compile(
    r"(?:tb[acd]|todo|to be (?:decided|determined|confirmed|defined|answered|done))\b.*"
    r"|(?:pending|unknown|unanswered|undecided|open|later|wip|in progress|none yet|not yet)\b\W*",
    re.IGNORECASE | re.DOTALL,
)


def read_due(text: str) -> datetime.date | None:
    """Return the day that a due date names, as in `2026-03-01`; None for anything else."""
    match = _ISO_DATE.search(text)
    if match is None:
        return None
    try:
        return datetime.date(*map(int, match.groups()))
    except ValueError:  # 2026-02-30
        return None


def read_questions(document: Document, section: Section) -> Iterator[QuestionRow]:
    """Yield the questions of the section's tables, or of its lists and prose where it has none."""
    if not section.tables:
        yield from _read_prose_questions(document, section)
    for table in section.tables:
        yield from _read_table(document.text, table)


def is_answer(text: str) -> bool:
    """Tell whether a text answers a question.

    No answer is: nothing, dashes, question marks, `TBD` with or without more, a placeholder,
    struck-out words.

    >>> is_answer("Yes, by hand"), is_answer("TBD by Ann"), is_answer("—")
    (True, False, False)
    """
    if is_placeholder(text):
        return False
    said = plain(_STRUCK.sub(" ", text)).strip(" \t\xa0—–-:.,;()[]")
    return any(character.isalnum() for character in said) and not _UNDECIDED.fullmatch(said)


def _read_table(text: Text, table: Table) -> Iterator[QuestionRow]:
    number, owner, due, answer = (
        table.column(*names)
        for names in (NUMBER_COLUMNS, OWNER_COLUMNS, DUE_COLUMNS, ANSWER_COLUMNS)
    )
    question = table.column(*QUESTION_COLUMNS)
    if question is None and answer is None:
        return  # a table of something else
    for row in table.rows:
        if row.swallowed or _is_blank_row(row, number):
            continue
        yield _question(
            text,
            row.line,
            number=cell(row, number),
            question=cell(row, question),
            owner=cell(row, owner),
            due=cell(row, due),
            answer=cell(row, answer),
        )


def _is_blank_row(row: Row, number: int | None) -> bool:
    """Tell whether a row, its number apart, holds nothing but dashes."""
    return not any(
        character.isalnum() or character == "?"
        for index, value in enumerate(row.cells)
        if index != number
        for character in value.text
    )


def _read_prose_questions(document: Document, section: Section) -> Iterator[QuestionRow]:
    """Yield the lines that end in a question mark: somebody asks, and nobody answered there."""
    for block in section.content:
        if block.kind is Kind.PARAGRAPH and not block.quotes:
            for number, line in document.prose.numbered(block.first, block.last):
                if line.rstrip(" *_").endswith("?"):
                    asked = document.text.value(number)
                    end = len(document.text.line(number))
                    rest = document.text.value(number, end, end)
                    yield _question(
                        document.text,
                        number,
                        number=rest,
                        question=asked,
                        owner=rest,
                        due=rest,
                        answer=rest,
                        tabled=False,
                    )


def _question(
    text: Text,
    line: int,
    *,
    number: Value,
    question: Value,
    owner: Value,
    due: Value,
    answer: Value,
    tabled: bool = True,
) -> QuestionRow:
    return QuestionRow(
        OpenQuestion(
            number=plain(number.text),
            question=plain(question.text),
            owner=plain(owner.text),
            due=plain(due.text),
            answer=plain(answer.text),
            answered=is_answer(answer.text),
            span=text.span(line),
        ),
        number=number,
        text=question,
        owner=owner,
        due=due,
        answer=answer,
        tabled=tabled,
    )
