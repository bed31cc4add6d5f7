"""Statements compiled once, where SQLAlchemy's way to one takes longer than the database's."""

from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Insert
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """An INSERT for the hot path; its values go to the driver as they are.

    So it is for texts and numbers, which both drivers take without SQLAlchemy's help.
    """

    def __init__(self, statement: Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, list[str], dict[str, Any]]] = {}

    def run(self, connection: Connection, **values: str | float) -> CursorResult[Any]:
        """Execute it with the *values* of its parameters."""
        dialect = connection.dialect
        text, places, fixed = self._compiled.get(dialect.driver) or self._compile(dialect)
        given = fixed | values
        return connection.exec_driver_sql(text, tuple(given[name] for name in places))

    def _compile(self, dialect: Dialect) -> tuple[str, list[str], dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        places = compiled.positiontup
        assert places is not None, "both drivers take their parameters by place"
        self._compiled[dialect.driver] = known = (str(compiled), places, compiled.params)
        return known
