"""Many rows as one parameter: a JSON array, which the database takes apart.

So a statement has the same text however many rows it gets, is prepared once, and takes one step: on
SQLite each step is a fight with the event loop for the interpreter, on PostgreSQL a round trip.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    Column,
    Select,
    Text,
    bindparam,
    cast,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

_LEAST, _MOST = -(2**63), 2**63 - 1

Value = str | int | float | bool | None


def pack(rows: Iterable[Sequence[Value]]) -> str:
    """Return the parameter that `unpacked` takes apart.

    Raises `ValueError` for a text and `OverflowError` for a number that no database can hold.
    """
    listed = list(rows)
    for row in listed:
        for value in row:
            if isinstance(value, str):
                if "\0" in value:
                    raise ValueError("a text holds a NUL, which no database can keep")
            elif isinstance(value, int) and not _LEAST <= value <= _MOST:
                raise OverflowError("a number has more than 64 bits, which no database can keep")
    return msgspec.json.encode(listed).decode()


def unpacked(*columns: Column[Any]) -> Select[Any]:
    """Select the rows of the parameter `rows`, each of them its *columns* in this order."""
    packed: BindParameter[str] = bindparam("rows", type_=Text())
    each = _Elements(packed).table_valued("value")
    fields = []
    for place, column in enumerate(columns):
        text = _Field(each.c.value, literal_column(str(place)))
        is_text = isinstance(column.type, String)
        fields.append((text if is_text else cast(text, column.type)).label(column.name))
    # The condition is for SQLite, which could else take ON CONFLICT for the ON of a join:
    # https://www.sqlite.org/lang_upsert.html#parsing_ambiguity
    return select(*fields).select_from(each).where(true())


class _Elements(FunctionElement[Any]):
    """The elements of a JSON array, a row each."""

    inherit_cache = True


class _Field(FunctionElement[Any]):
    """One place of such an element, as text on PostgreSQL."""

    inherit_cache = True


@compiles(_Elements, "sqlite")
def _elements_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Elements, "postgresql")
def _elements_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements(CAST({compiler.process(element.clauses, **options)} AS jsonb))"


@compiles(_Field, "sqlite")
def _field_sqlite(field: _Field, compiler: SQLCompiler, **options: Any) -> str:
    value, place = (compiler.process(clause, **options) for clause in field.clauses)
    return f"json_extract({value}, '$[{place}]')"


@compiles(_Field, "postgresql")
def _field_postgresql(field: _Field, compiler: SQLCompiler, **options: Any) -> str:
    value, place = (compiler.process(clause, **options) for clause in field.clauses)
    return f"({value} ->> {place})"
