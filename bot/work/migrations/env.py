"""What Alembic runs: the revisions that are due, on the connection and in the transaction given."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes.get("metadata"),  # there where the next revision is to be written
)
with context.begin_transaction():
    context.run_migrations()
