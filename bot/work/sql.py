"""What both databases understand, each in a dialect of SQLAlchemy's, and where they differ."""

from sqlalchemy import Connection, func, select

# INSERT … ON CONFLICT. SQLite took the clause from PostgreSQL, and SQLAlchemy's compiler for SQLite
# takes PostgreSQL's form of it (not the other way round).
from sqlalchemy.dialects.postgresql import insert

__all__ = ["alone", "insert"]


def alone(connection: Connection, what: str) -> None:
    """Wait until no other transaction does the same, and keep all others waiting until this ends.

    What is read after this is what they left. In SQLite only one transaction writes at a time.
    """
    if connection.dialect.name == "postgresql":
        name = func.hashtextextended(f"plan-gate {what}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(name)))
