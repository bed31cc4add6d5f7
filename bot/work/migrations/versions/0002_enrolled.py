"""Note where the App is installed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of the repositories that installations reach."""
    op.create_table(
        "enrolled",
        sa.Column("repository", sa.Text, primary_key=True),
        sa.Column("installation", sa.BigInteger, nullable=False),
        sa.Column("left", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("enrolled_installation", "enrolled", ["installation"])
    op.create_index("enrolled_left", "enrolled", ["left"])
