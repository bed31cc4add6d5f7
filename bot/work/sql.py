"""What both databases understand though SQLAlchemy has it in each dialect: INSERT … ON CONFLICT."""

# SQLite took the clause from PostgreSQL, and SQLAlchemy's compiler for SQLite takes PostgreSQL's
# form of it (not the other way round).
from sqlalchemy.dialects.postgresql import insert

__all__ = ["insert"]
