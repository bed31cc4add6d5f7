"""The ledger's tables. They stand in the same database as the queue's, and share its migrations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from bot.ledger.port import AuditKind, PullState
from bot.work.schema import closed_set, metadata

decision = Table(
    "decision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Float, nullable=False),  # when it was last made: making it again is no news
    Column("subject", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("head_sha", Text, nullable=False),
    Column("conclusion", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    # The last one of its subject, said rather than searched by time: clocks jump.
    Column("stands", Boolean, nullable=False),
    Index("decision_at", "at"),
    Index("decision_subject", "subject", "at"),
    Index("decision_stands", "stands", "at"),  # so that pruning passes over none that stays
)
_one = decision.c.stands
Index("decision_one", decision.c.subject, unique=True, sqlite_where=_one, postgresql_where=_one)

# At most one stands for a pull request. What came before it is in the audit log.
exemption = Table(
    "exemption",
    metadata,
    Column("repository", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("head_sha", Text, nullable=False),
    Column("comment", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

command = Table(
    "command",
    metadata,
    Column("comment", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),  # of the line, which may be long
    Column("line", Text, nullable=False),
    sqlite_with_rowid=False,
)

linked = Table(
    "linked",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("repository", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("installation", BigInteger, nullable=False),
    Column("state", closed_set(PullState), nullable=False),
    Column("base_ref", Text, nullable=False),
    Column("from_fork", Boolean, nullable=False),
    Index("linked_repository", "repository", "number"),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("plan_repository", Text, nullable=False),  # in lower case
    Column("plan", Text, nullable=False),
    Column("task", BigInteger),
    Index("link_plan", "plan_repository", "plan", "subject"),
    sqlite_with_rowid=False,
)

indexed = Table(
    "indexed",
    metadata,
    Column("repository", Text, primary_key=True),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)

# *left*: since when the App is not installed there any more.
enrolled = Table(
    "enrolled",
    metadata,
    Column("repository", Text, primary_key=True),
    Column("installation", BigInteger, nullable=False),
    Column("left", Float),
    Index("enrolled_installation", "installation"),
    Index("enrolled_left", "left"),
    sqlite_with_rowid=False,
)

memory = Table(
    "memory",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),  # of the value, in bytes
    Column("written", BigInteger, nullable=False),  # grows with every write of the kind
    # With the size in it, what a kind takes up is summed without a look at the values.
    Index("memory_written", "kind", "written", "size"),
)

audit = Table(
    "audit",
    metadata,
    # An id is never given twice, even after the newest entries were pruned: readers go on from it.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Float, nullable=False),
    Column("kind", closed_set(AuditKind), nullable=False),
    Column("subject", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("head_sha", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("audit_at", "at"),
    sqlite_autoincrement=True,
)
