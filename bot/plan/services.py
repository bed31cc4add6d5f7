"""The table of affected services: its rows, and what counts as a name in it."""

from collections.abc import Iterator

from bot.plan.model import Section, ServiceRow
from bot.plan.tables import Table, cell
from bot.plan.tasks import SERVICE_COLUMNS
from bot.plan.words import is_placeholder, not_applicable, plain

NAME_COLUMNS = (*SERVICE_COLUMNS, "services modules affected", "component", "system", "name")
CHANGE_COLUMNS = ("change", "changes", "what changes", "what", "impact", "description")
OWNER_COLUMNS = ("owner", "owners", "owned by", "owning team", "owner team", "team", "responsible")


def find_service_tables(section: Section | None) -> tuple[Table, ...]:
    """Return the tables of the section that list services, or its first one where none does."""
    tables = section.tables if section else ()
    return tuple(table for table in tables if table.column(*NAME_COLUMNS) is not None) or tables[:1]


def read_services(section: Section | None) -> Iterator[ServiceRow]:
    """Yield the rows that name a service; a placeholder and N/A are no name."""
    for table in find_service_tables(section):
        name, change, owner = (
            table.column(*names) for names in (NAME_COLUMNS, CHANGE_COLUMNS, OWNER_COLUMNS)
        )
        for row in table.rows:
            service = cell(row, name)
            shown = plain(service.text)
            if row.swallowed or not shown or is_placeholder(shown):
                continue
            if not_applicable(shown) is None:
                yield ServiceRow(
                    shown,
                    service,
                    None if change is None else cell(row, change),
                    None if owner is None else cell(row, owner),
                )
