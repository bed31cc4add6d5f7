"""Commands as transactions: which lines of a comment were carried out. It knows no command."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from bot.ledger.keys import as_key
from bot.ledger.schema import command as table
from bot.work.sql import insert

_mark = insert(table).on_conflict_do_nothing()


def done(connection: Connection, comment: int) -> frozenset[str]:
    """Return the lines of a comment that were carried out."""
    lines = select(table.c.line).where(table.c.comment == comment)
    return frozenset(connection.scalars(lines))


def mark_done(connection: Connection, comment: int, lines: Collection[str]) -> None:
    """Remember that these lines were carried out."""
    if lines:
        rows = [{"comment": comment, "key": as_key(line), "line": line} for line in lines]
        connection.execute(_mark, rows)
