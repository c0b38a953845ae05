"""Upgrades of a database to the tables of this version of the service. A newer database is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from api.database.session import Store, without_limits

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 7220226
"""The key of PostgreSQL's advisory lock that an upgrade or a restore of the tables holds."""


class NewerDatabaseError(Exception):
    """A database of a later version of the service."""


def migrate(store: Store, revision: str = "head") -> None:
    """Upgrade the database, completely or not at all. An empty one gets all tables.

    Raise NewerDatabaseError if this version of the service does not know the database's revision.
    """
    with store.noting() as connection, without_limits(connection):  # an upgrade may take long, also another server's
        if not store.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")  # several servers may start at once
        present = MigrationContext.configure(connection).get_current_revision()
        if present == (_head() if revision == "head" else revision):
            return
        if present is not None and not is_known(present):
            raise NewerDatabaseError(
                f"The database is at revision {present}, which this version of the service does not know: a later version has "
                "changed it. Start that version, or restore a backup from before the change."
            )
        command.upgrade(_configuration(connection), revision)


def is_known(revision: str) -> bool:
    """True if this version of the service has the revision, so that it can upgrade a database from there."""
    try:
        ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    except CommandError:
        return False
    return True


@cache
def _head() -> str:
    """Return the latest revision."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.attributes["connection"] = connection
    return configuration
