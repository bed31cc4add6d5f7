"""The task table: its rows as tasks, and the many ways of writing *depends on*."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.plan.fields import shown
from bot.plan.model import Section, Task, TaskRow
from bot.plan.tables import Row, Table, cell
from bot.plan.text import Span, Text
from bot.plan.words import not_applicable, plain

NUMBER_COLUMNS = ("#", "no", "nr", "number", "id", "task no", "task number")
TASK_COLUMNS = ("task", "tasks", "title", "description", "work")
SERVICE_COLUMNS = ("service", "services", "module", "service module", "services modules")
DEPENDS_COLUMNS = ("depends on", "depends", "dependencies", "dependency", "blocked by", "after")

# More than a person would write into one cell; a bound, so that `1–99999` costs nothing.
MAX_DEPENDENCIES = 50

_NUMBER = re.compile(r"(?:task\s*|t\s*|#\s*)*(\d{1,6})[.)]?", re.IGNORECASE | re.ASCII)
_NOTE = re.compile(r"\([^()]*\)")
_OTHER_PLAN = re.compile(r"\b[A-Za-z][A-Za-z0-9]*-\d+(?:#\d+)?\b", re.ASCII)
_ITEM = re.compile(
    r"""(?:tasks?\s*|t\s*|\#\s*)* (\d{1,6})
        (?: \s*(?:[–—-]|\.\.\.?|to\b|through\b)\s* (?:tasks?\s*|t\s*|\#\s*)* (\d{1,6}) )?
        (?![\w.])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_GLUE = re.compile(r"(?:[\s,;/+&]|\band\b|\bafter\b|\bon\b|\bthen\b)*", re.IGNORECASE)


def find_task_tables(section: Section | None) -> tuple[Table, ...]:
    """Return the tables of the section that list tasks; a plan may have one per phase."""
    tables = section.tables if section else ()
    listing = tuple(
        table
        for table in tables
        if table.column(*TASK_COLUMNS) is not None and table.column(*NUMBER_COLUMNS) is not None
    )
    return listing or tables[:1]


def read_tasks(text: Text, tables: Iterable[Table]) -> Iterator[TaskRow]:
    """Yield the tasks of the tables; a row without a readable number counts on from the last."""
    last = 0
    for table in tables:
        columns = [
            table.column(*names)
            for names in (NUMBER_COLUMNS, TASK_COLUMNS, SERVICE_COLUMNS, DEPENDS_COLUMNS)
        ]
        for row in table.rows:
            if not row.swallowed and any(_is_said(value.text) for value in row.cells):
                task = _read_task(text.span(row.line), row, columns, last + 1)
                last = task.task.number
                yield task


def read_number(text: str) -> int | None:
    """Return a task's number as written: `3`, `T3`, `#3`, `**3**`, `[3](…)`."""
    match = _NUMBER.fullmatch(plain(text))
    return int(match[1]) if match else None


def read_dependencies(text: str) -> tuple[tuple[int, ...], str]:
    """Return the task numbers that a *Depends on* cell names, and what of it is unreadable.

    Understood are lists, ranges, `T1`, `#1`, links, notes in parentheses, N/A; an ID of another
    plan is skipped.

    >>> read_dependencies("1, T2 and 4–6")
    ((1, 2, 4, 5, 6), '')
    """
    shown = plain(text)
    if not shown or not_applicable(shown) is not None:
        return (), ""
    rest = _OTHER_PLAN.sub(" ", _NOTE.sub(" ", shown))
    numbers: dict[int, None] = {}
    position = _skip_glue(rest, 0)
    while position < len(rest):
        match = _ITEM.match(rest, position)
        if match is None:
            return tuple(numbers), rest[position:].strip()
        first = int(match[1])
        last = int(match[2] or first)
        if not first <= last < first + MAX_DEPENDENCIES - len(numbers):
            return tuple(numbers), match[0].strip()
        numbers.update(dict.fromkeys(range(first, last + 1)))
        position = _skip_glue(rest, match.end())
    return tuple(numbers), ""


def _skip_glue(text: str, position: int) -> int:
    glue = _GLUE.match(text, position)
    return glue.end() if glue else position


def _is_said(text: str) -> bool:
    """Tell whether a cell holds more than dashes."""
    return any(character.isalnum() or character in "{?" for character in text)


def _read_task(span: Span, row: Row, columns: Sequence[int | None], next_number: int) -> TaskRow:
    number, title, service = (None if at is None else cell(row, at) for at in columns[:3])
    depends = cell(row, columns[3])
    depends_on, unreadable = read_dependencies(depends.text)
    read = read_number(number.text) if number else None
    return TaskRow(
        Task(
            number=next_number if read is None else read,
            title=plain(title.text) if title else "",
            service=shown(service) or "",
            depends_on=depends_on,
            span=span,
        ),
        number=number,
        title=title,
        service=service,
        depends=depends,
        unreadable=unreadable,
    )
