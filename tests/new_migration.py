"""Write the next migration, as far as Alembic sees it: `make migration NAME="add a column"`.

It is a beginning. Read it, mend it, and see that it runs on both databases.
"""

import sys

from alembic import command
from sqlalchemy import create_engine

from bot.ledger.schema import audit
from bot.work.migrations import configure, prepare, revisions


def main(name: str) -> None:
    """Compare the tables of the newest revision with those that the code declares."""
    following = f"{int(revisions()[-1]) + 1:04}"
    with create_engine("sqlite://").connect() as connection:
        prepare(connection)
        config = configure(connection, metadata=audit.metadata)
        command.revision(config, name, autogenerate=True, rev_id=following)


if __name__ == "__main__":
    main(*sys.argv[1:])
