"""Brings a database to the tables that this version needs; a newer one is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from api.database.session import Store

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabaseError(Exception):
    """The database was made by a later version of the service."""


def migrate(store: Store, revision: str = "head") -> None:
    """Upgrade the database, whole or not at all; an empty one gets all tables.

    Raises NewerDatabaseError where it has a revision that this version doesn't know.
    """
    with store.noting() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7220226)")  # several servers may start at once
        present = MigrationContext.configure(connection).get_current_revision()
        if present == (_head() if revision == "head" else revision):
            return
        configuration = _configuration(connection)
        try:
            ScriptDirectory.from_config(configuration).get_revision(present or "base")
        except CommandError:
            raise NewerDatabaseError(
                f"The database is at revision {present}, which this version of the service does not know: a later version has "
                "changed it. Start that version, or restore a backup from before the change."
            ) from None
        command.upgrade(configuration, revision)


@cache
def _head() -> str:
    """The latest revision."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.attributes["connection"] = connection
    return configuration
