"""The tables, small on purpose: a delivery is a row without its body, unless that is asked for, and
a pull request is one row of work."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from bot.work.model import Outcome, State


def closed_set(members: type[StrEnum]) -> Enum:
    """Return a text column's type that holds the members' values and checks them."""
    return Enum(
        members,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda enum: [member.value for member in enum],
    )


metadata = MetaData()

delivery = Table(
    "delivery",
    metadata,
    Column("guid", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("event", Text, nullable=False),
    Column("action", Text),
    Column("outcome", closed_set(Outcome), nullable=False),
    Column("reason", Text, nullable=False),
    Column("installation", BigInteger),
    Column("subject", Text),  # the key of what it marked
    Column("redelivered", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # the bytes that `volume` counts for it
    Column("body", LargeBinary),  # only where the operator asked for it; compressed
    Index("delivery_at", "at"),
    sqlite_with_rowid=False,
)

# How many bytes all deliveries take, as a sum over few rows: each process adds to a row of its
# own, so that none waits for another's commit, and nobody has to read the table to know.
volume = Table(
    "volume",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("bytes", BigInteger, nullable=False),
)

tenant = Table(
    "tenant",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # A ticket number, not a time: the smaller, the longer not served. Clocks jump, tickets do not.
    Column("served", BigInteger, nullable=False),
    Column("not_before", Float, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tenant", BigInteger, nullable=False),
    Column("state", closed_set(State), nullable=False),
    Column("wanted", BigInteger, nullable=False),  # bumped by every mark
    Column("seen", BigInteger, nullable=False),  # what the running or last run took of it
    Column("due", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", BigInteger, nullable=False),  # of the newest claim: no other ever has the same
    Column("backfill", Boolean, nullable=False),  # nobody waits for it: after all that is live
    Column("progress", Text, nullable=False),  # of a run in several parts, where the last came to
    Column("owner", Text, nullable=False),  # the process that runs it, or ran it last
    Column("lease", Float, nullable=False),  # until when that process is believed to live
    Column("error", Text, nullable=False),  # of the last failed run; a success clears it
    # The newest delivery that it comes of, by its GUID.
    Column("cause", Text, nullable=False, server_default=text("''")),
    # Answers all of the scheduler's questions: who runs, who has something due, which is oldest.
    Index("work_turn", "state", "tenant", "backfill", "due", "key"),
    sqlite_with_rowid=False,
)
