"""Group T, the tasks: one row, one pull request, and an order in which they can be merged."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.plan.diagnostics import Note
from bot.plan.fix import Edit, Fix
from bot.plan.graph import find_cycles
from bot.plan.model import Plan, SectionName, TaskRow
from bot.plan.rules.columns import add_columns
from bot.plan.rules.registry import E, Finding, I, W, rule
from bot.plan.tables import Row
from bot.plan.tasks import (
    DEPENDS_COLUMNS,
    NUMBER_COLUMNS,
    SERVICE_COLUMNS,
    TASK_COLUMNS,
    find_task_tables,
    read_number,
)
from bot.plan.text import Span, Value
from bot.plan.words import MAX_HINTS, closest, fold, is_blank, is_placeholder, listed, quoted

_SERVICES = re.compile(r" ?[,;+&] ?| / | and ")
_EVERYWHERE = frozenset({"all", "all services", "every service"})
_COLUMNS = {
    "#": NUMBER_COLUMNS,
    "Task": TASK_COLUMNS,
    "Service": SERVICE_COLUMNS,
    "Depends on": DEPENDS_COLUMNS,
}


@rule("T001", "task-column-missing", draft=W, approved=E)
def check_task_column_missing(plan: Plan) -> Iterator[Finding]:
    """The task table lacks the column #, Task, Service or Depends on, or a task its number.

    Columns are read by name; their order, and columns of your own, do not matter.

    Bad:
        ## Task Decomposition

        | # | Task | Service |
        |---|------|---------|
        | 1 | Add table | billing |
    Good:
        ## Task Decomposition

        | Service | # | Task | Size | Depends on |
        |---------|---|------|------|------------|
        | billing | 1 | Add table | S | — |
    """
    numbers = {row.task.span.line: str(row.task.number) for row in plan.task_rows}

    def fill(row: Row, name: str) -> str:
        return numbers.get(row.line, "") if name == "#" else ""

    for table in find_task_tables(plan.section(SectionName.TASKS)):
        missing = [name for name, names in _COLUMNS.items() if table.column(*names) is None]
        if missing:
            yield Finding(
                plan.text.span(table.head.line),
                f"The task table has no column {listed(missing)}: add it",
                fix=add_columns(plan.text, table, missing, fill),
            )
    for row in plan.task_rows:
        if row.number and read_number(row.number.text) is None:
            yield Finding(
                row.task.span,
                f"This task has no readable number: write {row.task.number} in the column #",
            )


@rule("T002", "tasks-missing", draft=W, approved=E)
def check_tasks_missing(plan: Plan) -> Iterator[Finding]:
    """The task section has no task.

    A plan is carried out by pull requests, one for each task.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
    """
    section = plan.section(SectionName.TASKS)
    if section and section.content and section.na is None and not plan.tasks:
        yield Finding(
            section.span, "No task in the task table: add a row for each pull request to come"
        )


@rule("T003", "task-repeated", draft=E, approved=E)
def check_task_repeated(plan: Plan) -> Iterator[Finding]:
    """Two tasks have the same number.

    Pull requests name a task by its number.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 1 | Add endpoint | billing | — |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add endpoint | billing | 1 |
    """
    firsts: dict[int, TaskRow] = {}
    free = max((task.number for task in plan.tasks), default=0) + 1
    for row in plan.task_rows:
        first = firsts.setdefault(row.task.number, row)
        if first is not row:
            yield Finding(
                row.number.span if row.number else row.task.span,
                f"Task {row.task.number} stands twice, first on line {first.task.span.line}: "
                f"give this one another number, such as {free}",
                (Note(first.task.span, "the first is here"),),
            )


@rule("T004", "dependency-unknown", draft=E, approved=E)
def check_dependency_unknown(plan: Plan) -> Iterator[Finding]:
    """A task depends on a task that is not in the table.

    Lists, ranges, `T1`, `#1`, links, `none` and `—` are understood.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | 9 |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add columns | billing | none |
        | 3 | Add endpoint | billing | T1–2 |
    """
    known = {task.number for task in plan.tasks}
    ranges = _ranges(sorted(known))
    for row in plan.task_rows:
        unknown = [number for number in row.task.depends_on if number not in known]
        if unknown:
            one = len(unknown) == 1
            yield Finding(
                row.depends.span,
                f"Task {row.task.number} depends on task{'' if one else 's'} "
                f"{listed(map(str, unknown))}, which {'is' if one else 'are'} not in the table; "
                f"tasks are {ranges}",
            )


@rule("T005", "dependency-cycle", draft=E, approved=E)
def check_dependency_cycle(plan: Plan) -> Iterator[Finding]:
    """Tasks depend on each other in a circle.

    None of them can then be merged first.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | 2 |
        | 2 | Add endpoint | billing | 1 |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add endpoint | billing | 1 |
    """
    rows = _by_number(plan)
    for circle in _cycles(rows):
        first, *others = circle[:-1]
        yield Finding(
            rows[first].depends.span,
            f"Tasks wait for each other in a circle: {' → '.join(map(str, circle))}. "
            "Take one of these dependencies out",
            tuple(Note(rows[other].depends.span, f"task {other}") for other in others[:10]),
        )


@rule("T006", "depends-on-itself", draft=E, approved=E)
def check_depends_on_itself(plan: Plan) -> Iterator[Finding]:
    """A task depends on itself.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | 1 |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
    """
    for row in plan.task_rows:
        if row.task.number in row.task.depends_on:
            yield Finding(
                row.depends.span, f"Task {row.task.number} depends on itself: take it out"
            )


@rule("T007", "depends-on-later", draft=I, approved=W)
def check_depends_on_later(plan: Plan) -> Iterator[Finding]:
    """A task depends on one with a higher number.

    Tasks are read, and mostly merged, from the first to the last.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add endpoint | billing | 2 |
        | 2 | Add table | billing | — |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add endpoint | billing | 1 |
    """
    rows = _by_number(plan)
    circling = {number for circle in _cycles(rows) for number in circle}
    for row in rows.values():
        number = row.task.number
        later = [other for other in row.task.depends_on if other > number and other in rows]
        if later and not (number in circling and circling.issuperset(later)):
            yield Finding(
                row.depends.span,
                f"Task {number} depends on the later task {listed(map(str, later))}: "
                "number the tasks in the order of their merging",
            )


@rule("T008", "task-service-unknown", draft=W, approved=E)
def check_task_service_unknown(plan: Plan) -> Iterator[Finding]:
    """A task's service is not in the table of affected services.

    Its owner would not learn of the plan.

    Bad:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | biling | — |
    Good:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | `billing` | — |
        | 2 | Write the guide | N/A | 1 |
    """
    known = {fold(name) for name in plan.services}
    hints = 0
    for row in plan.task_rows:
        written = row.task.service
        if not known or not written or row.service is None:
            continue
        unknown = [] if fold(written) in known else _unknown_parts(written, known)
        if unknown:
            hints += 1
            close = closest(unknown[0], plan.services) if hints <= MAX_HINTS else None
            hint = f"; did you mean {close}?" if close else ": add it there"
            yield Finding(
                row.service.span,
                f"{quoted(listed(unknown))} is not in the table of affected services{hint}",
                fix=_rename_service(plan, row.service, unknown[0], close) if close else None,
            )


def _rename_service(plan: Plan, cell: Value, written: str, service: str) -> Fix | None:
    """Write a service's known name, where the slip stands once in the cell."""
    line, start, end = cell.span.line, cell.span.column, cell.span.end_column
    text = plan.text.line(line)[start - 1 : end - 1]
    if text.count(written) != 1 or "|" in service:
        return None
    start += text.index(written)
    edit = Edit(Span(line, start, line, start + len(written)), service)
    return Fix(f"Write {service}", (edit,))


@rule("T009", "dependency-unreadable", draft=W, approved=E)
def check_dependency_unreadable(plan: Plan) -> Iterator[Finding]:
    """What a task depends on cannot be read.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | the schema freeze |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add endpoint | billing | 1 (after the schema freeze) |
    """
    for row in plan.task_rows:
        if row.unreadable and not is_placeholder(row.depends.text):
            yield Finding(
                row.depends.span,
                f"{quoted(row.unreadable)} names no task: write numbers such as `1, 3–5`, or `—`",
            )


@rule("T010", "task-undescribed", draft=W, approved=E)
def check_task_undescribed(plan: Plan) -> Iterator[Finding]:
    """A task has no description.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 |      | billing | — |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
    """
    for row in plan.task_rows:
        if row.title and is_blank(row.title.text):
            yield Finding(
                row.task.span, f"Task {row.task.number} says nothing: describe it in a few words"
            )


@rule("T011", "task-without-service", draft=W, approved=E)
def check_task_without_service(plan: Plan) -> Iterator[Finding]:
    """A task names no service.

    One that touches none says so: `—` or N/A.

    Bad:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table |  | — |
    Good:
        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Write the guide | — | — |
    """
    for row in plan.task_rows:
        if row.service and is_blank(row.service.text):
            yield Finding(
                row.task.span, f"Task {row.task.number} names no service: add it, or `—` for none"
            )


def _by_number(plan: Plan) -> dict[int, TaskRow]:
    """Return the first row of each number."""
    return {row.task.number: row for row in reversed(plan.task_rows)}


def _cycles(rows: Mapping[int, TaskRow]) -> Iterator[tuple[int, ...]]:
    """Yield the circles among tasks that exist; a task that depends on itself is T006's."""
    return find_cycles(
        {
            number: [other for other in row.task.depends_on if other in rows and other != number]
            for number, row in rows.items()
        }
    )


def _unknown_parts(written: str, known: Collection[str]) -> list[str]:
    """Return the services of a cell such as `billing, search` that are not known."""
    parts = [part for part in _SERVICES.split(" ".join(written.split())) if part]
    return [part for part in parts if fold(part) not in known and fold(part) not in _EVERYWHERE]


def _ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers as ranges.

    >>> _ranges([1, 2, 3, 5])
    '1–3, 5'
    """
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in ranges[:10]]
    return ", ".join([*shown, "…"] if len(ranges) > 10 else shown)
