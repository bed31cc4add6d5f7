"""Group V, the services: which a plan touches, who owns them, and which task does it."""

import re
from collections.abc import Iterator

from bot.plan.diagnostics import Note
from bot.plan.model import Plan, SectionName, ServiceRow
from bot.plan.questions import is_answer
from bot.plan.rules.columns import add_columns
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.services import (
    CHANGE_COLUMNS,
    NAME_COLUMNS,
    OWNER_COLUMNS,
    find_service_tables,
)
from bot.plan.words import fold, is_blank, is_placeholder, listed, not_applicable, plain, quoted

_COLUMNS = {"Service": NAME_COLUMNS, "Change": CHANGE_COLUMNS, "Owner": OWNER_COLUMNS}
_GLUE = re.compile(r"[,;+&/()→|]|\band\b|\s-\s")
_EVERYWHERE = frozenset({"all", "all services", "every service"})


@rule("V001", "services-column-missing", draft=W, approved=E)
def check_services_column_missing(plan: Plan) -> Iterator[Finding]:
    """The services table is absent, or lacks the column Service, Change or Owner.

    Columns are read by name; their order, and columns of your own, do not matter.

    Bad:
        ## Services / Modules Affected

        | Service | Change |
        |---------|--------|
        | billing | new table |
    Good:
        ## Services / Modules Affected

        | Owner | Service | Change | Risk |
        |-------|---------|--------|------|
        | payments | billing | new table | low |
    """
    section = plan.section(SectionName.SERVICES)
    if section is None or section.na is not None or not section.content:
        return
    tables = find_service_tables(section)
    for table in tables:
        missing = [name for name, names in _COLUMNS.items() if table.column(*names) is None]
        if missing:
            yield Finding(
                plan.text.span(table.head.line),
                f"The services table has no column {listed(missing)}: add it",
                fix=add_columns(plan.text, table, missing),
            )
    if not tables:
        yield Finding(
            section.span,
            f"“{section.name}” has no table: add one with the columns {listed(_COLUMNS)}",
        )


@rule("V002", "service-without-owner", draft=I, approved=E)
def check_service_without_owner(plan: Plan) -> Iterator[Finding]:
    """A service has no owner.

    The owner is who must know of the change before it is merged.

    Bad:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table |  |
    Good:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |
        | old mailer | switched off | N/A — nobody is left |
    """
    for row in _services(plan):
        if row.owner is None:
            continue
        if is_blank(row.owner.text):
            yield Finding(row.service.span, f"{quoted(row.name)} has no owner: name a team")
        elif _is_undecided(row.owner.text):
            owner = quoted(plain(row.owner.text))
            yield Finding(row.owner.span, f"{owner} owns no service: name a team")


@rule("V003", "service-repeated", draft=W, approved=W)
def check_service_repeated(plan: Plan) -> Iterator[Finding]:
    """A service stands twice.

    Who looks for their service stops at the first row.

    Bad:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |
        | `Billing` | new endpoint | payments |
    Good:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table, new endpoint | payments |
        | billing-api | new endpoint | payments |
    """
    firsts: dict[str, ServiceRow] = {}
    for row in _services(plan):
        first = firsts.setdefault(_key(row.name), row)
        if first is not row:
            place = first.service.span
            yield Finding(
                row.service.span,
                f"{quoted(row.name)} stands twice, first on line {place.line}: merge the two rows",
                (Note(place, "the first is here"),),
            )


@rule("V004", "service-without-task", draft=OFF, approved=W)
def check_service_without_task(plan: Plan) -> Iterator[Finding]:
    """No task touches a service that is listed as affected.

    Either a task is missing, or the service is not affected. One whose change is N/A needs none.

    Bad:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |
        | search  | new index | discovery |

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
    Good:
        ## Services / Modules Affected

        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new table | payments |
        | search  | new index | discovery |
        | mailer  | none      | support |

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing, search | — |
    """
    written = [row.service.text for row in plan.task_rows if row.service and row.service.text]
    if not written or any(map(is_placeholder, written)):
        return
    touched = {name for text in written for name in _named(text)}
    if touched & _EVERYWHERE:
        return
    for row in _services(plan):
        unchanged = row.change and not_applicable(row.change.text) is not None
        if not unchanged and _key(row.name) not in touched:
            yield Finding(
                row.service.span,
                f"No task touches {quoted(row.name)}: add one, or take the service out",
            )


def _services(plan: Plan) -> tuple[ServiceRow, ...]:
    """Return the services, none where the section says that it does not apply."""
    section = plan.section(SectionName.SERVICES)
    return plan.service_rows if section and section.na is None else ()


def _key(name: str) -> str:
    return fold(name) or name


def _named(text: str) -> Iterator[str]:
    """Yield what a task's service cell may name: the whole, its parts, and single words."""
    shown = plain(text)
    yield _key(shown)
    for part in _GLUE.split(shown):
        key = _key(part.strip())
        yield key
        yield from key.split()


def _is_undecided(text: str) -> bool:
    """Tell whether a cell only says that nobody knows yet: `TBD`, `?`."""
    return not (is_placeholder(text) or not_applicable(text) is not None or is_answer(text))
