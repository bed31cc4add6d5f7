"""Make the tables of the queue and of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make everything, in a database without any of it."""
    _make_inbox()
    _make_queue()
    _make_decisions()
    _make_commands()
    _make_links()
    _make_memory()


def _make_inbox() -> None:
    op.create_table(
        "delivery",
        sa.Column("guid", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("outcome", _one_of("outcome", "accepted", "ignored", "rejected"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("installation", sa.BigInteger),
        sa.Column("subject", sa.Text),
        sa.Column("redelivered", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("delivery_at", "delivery", ["at"])
    op.create_table(
        "volume",
        sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )


def _make_queue() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("served", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
    )
    op.create_table(
        "work",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("tenant", sa.BigInteger, nullable=False),
        sa.Column("state", _one_of("state", "idle", "ready", "running", "parked"), nullable=False),
        sa.Column("wanted", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("backfill", sa.Boolean, nullable=False),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("lease", sa.Float, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("work_turn", "work", ["state", "tenant", "backfill", "due", "key"])


def _make_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("head_sha", sa.Text, nullable=False),
        sa.Column("conclusion", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("stands", sa.Boolean, nullable=False),
    )
    op.create_index("decision_at", "decision", ["at"])
    op.create_index("decision_subject", "decision", ["subject", "at"])
    op.create_index("decision_stands", "decision", ["stands", "at"])
    op.create_index(
        "decision_one",
        "decision",
        ["subject"],
        unique=True,
        sqlite_where=sa.column("stands"),
        postgresql_where=sa.column("stands"),
    )
    kind = _one_of("auditkind", "verdict", "exempted", "exemption ended")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("head_sha", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_at", "audit", ["at"])


def _make_commands() -> None:
    op.create_table(
        "exemption",
        sa.Column("repository", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("head_sha", sa.Text, nullable=False),
        sa.Column("comment", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "command",
        sa.Column("comment", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_links() -> None:
    op.create_table(
        "linked",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("installation", sa.BigInteger, nullable=False),
        sa.Column("state", _one_of("pullstate", "open", "merged", "closed"), nullable=False),
        sa.Column("base_ref", sa.Text, nullable=False),
        sa.Column("from_fork", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("linked_repository", "linked", ["repository", "number"])
    op.create_table(
        "link",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("plan_repository", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("task", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("link_plan", "link", ["plan_repository", "plan", "subject"])
    op.create_table(
        "indexed",
        sa.Column("repository", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_memory() -> None:
    op.create_table(
        "memory",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("written", sa.BigInteger, nullable=False),
    )
    op.create_index("memory_written", "memory", ["kind", "written", "size"])


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)
