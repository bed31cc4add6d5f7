"""Note which delivery marked a row."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what an older version writes meanwhile has no cause."""
    op.add_column("work", sa.Column("cause", sa.Text, nullable=False, server_default=sa.text("''")))
