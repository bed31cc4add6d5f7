"""Brings the tables of all that stands in the database to the newest revision; only ever forward.

A revision only adds, so that processes of the version before may go on with it; what they alone
used may go with the next one. Alembic is imported where a revision is due, not before: a start
should cost next to nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.work.errors import StoreUnavailable
from bot.work.sql import alone

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent


def prepare(connection: Connection) -> None:
    """Make the tables, or bring them up, in the transaction that *connection* is in.

    Raises `StoreUnavailable` where a newer Plan Gate wrote them, or one from before the history.
    """
    newest = revisions()[-1]
    if known(connection) == newest:
        return
    alone(connection, "migration")
    if known(connection) != newest:  # nobody else was faster
        _upgrade(connection)


def require_newest(connection: Connection) -> None:
    """Raise `StoreUnavailable` unless the tables are at this Plan Gate's own revision."""
    if known(connection) != revisions()[-1]:
        raise StoreUnavailable(
            "the database has no tables yet, or those of an older Plan Gate: "
            "start the server once, which makes them or brings them up"
        )


def revision(connection: Connection) -> str | None:
    """Return the revision that the tables are at."""
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def revisions() -> list[str]:
    """Return all that this Plan Gate knows, oldest first; the files' names say."""
    files = (_FOLDER / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def configure(connection: Connection, **attributes: object) -> "Config":
    """Return Alembic's configuration; `env.py` finds the connection and *attributes* in it."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection, **attributes})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def known(connection: Connection) -> str | None:
    """Return what the tables are at, None where there are none; raise where it is not known."""
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        if tables.has_table("work"):
            raise StoreUnavailable(
                "the database is from a Plan Gate before its first release, and cannot be brought "
                "up: delete it, or name another one in DATABASE_URL"
            )
        return None
    found = revision(connection)
    if found is not None and found not in (ours := revisions()):
        raise StoreUnavailable(
            f"the database is at revision {found}, and this Plan Gate knows {ours[-1]} as the "
            "newest: run the newer Plan Gate that wrote it"
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(configure(connection), "head")
