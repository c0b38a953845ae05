"""A private copy of the diary, on which changes are tried without a lock on the real one. Nothing of it is ever stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, StaticPool, create_engine, event

from api.database.session import Store
from api.database.tables import (
    bookings,
    chairs,
    conference_history,
    conferences,
    document_changes,
    documents,
    holds,
    minute_takers,
    rooms,
    sites,
)

COPIED = (documents, document_changes, sites, rooms, chairs, minute_takers, holds, conferences, conference_history, bookings)
"""The tables that a trial can change on PostgreSQL, in an order that their references allow. All others are read as they are."""


@contextmanager
def trial(store: Store) -> Iterator[Connection]:
    """Yield a connection to a copy of the diary as it is now. Writers of the diary don't wait for it, nor it for them.

    SQLite copies the whole file into memory. PostgreSQL copies the tables of ``COPIED`` into temporary ones, which come before
    the real ones in the search path, in a transaction that is rolled back.
    """
    with _in_memory(store) if store.is_sqlite else _in_temporary_tables(store) as connection:
        yield connection


@contextmanager
def _in_memory(store: Store) -> Iterator[Connection]:
    with closing(sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)) as copy:
        with closing(store.engine.raw_connection()) as source:
            driver: Any = source.driver_connection
            driver.backup(copy)
        copy.execute("PRAGMA foreign_keys=ON")
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool, hide_parameters=True)
        event.listen(engine, "begin", _begin)
        with engine.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()


def _begin(connection: Connection) -> None:
    """Begin a transaction: the driver doesn't, so that savepoints work."""
    connection.exec_driver_sql("BEGIN")


@contextmanager
def _in_temporary_tables(store: Store) -> Iterator[Connection]:
    with store.reading() as connection:
        attempt = connection.begin_nested()
        schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        for table in COPIED:
            name = connection.dialect.identifier_preparer.format_table(table)
            connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} (LIKE {schema}.{name} INCLUDING ALL) ON COMMIT DROP")
            connection.exec_driver_sql(f"INSERT INTO pg_temp.{name} SELECT * FROM {schema}.{name}")
        yield connection
        attempt.rollback()
