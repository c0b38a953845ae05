"""Alembic's environment. It migrates over the connection from its configuration."""

from alembic import context

from api.database.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
