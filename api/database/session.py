"""Connections and transactions. Only this module commits. Writers of the diary take turns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.pool import PoolProxiedConnection

from api.database.tables import diary

SECONDS_TO_WAIT = 30
"""Seconds for which SQLite waits for another writer."""
IMMEDIATE = "begin_immediate"


class Store:
    """A database with a URL such as ``sqlite:///diary.db`` or ``postgresql+psycopg://…``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._version_connection: PoolProxiedConnection | None = None

    @property
    def is_sqlite(self) -> bool:
        """True if the database is an SQLite file and not a PostgreSQL server."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that reads a consistent snapshot."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._begun(options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that excludes other writers of the diary. Commit at the end, or roll back after an error."""
        with self._begun({IMMEDIATE: True}) as connection:
            connection.execute(select(diary.c.version).where(diary.c.id == 1).with_for_update()).one()
            yield connection
            connection.execute(update(diary).where(diary.c.id == 1).values(version=diary.c.version + 1))

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """Yield a connection for writes outside the diary, such as a job's progress. The diary's version stays the same."""
        with self._begun({IMMEDIATE: True}) as connection:
            yield connection

    @contextmanager
    def _begun(self, options: dict[str, Any]) -> Iterator[Connection]:
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def version(self) -> int:
        """Return the diary's version, which counts its writes. This is cheaper than a transaction, for frequent callers."""
        if not self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                return _version(connection)
        if self._version_connection is None:  # a connection from the pool takes longer than the query
            self._version_connection = self.engine.raw_connection()
            self._version_connection.detach()
        return _version(self._version_connection)

    def close(self) -> None:
        """Close every connection."""
        if self._version_connection is not None:
            self._version_connection.close()
            self._version_connection = None
        self.engine.dispose()


def lock_diary(connection: Connection, *, wait: bool = True) -> bool:
    """Exclude other writers of the diary until the transaction ends. Return False if there is one and ``wait`` is False."""
    row = select(diary.c.version).where(diary.c.id == 1).with_for_update(skip_locked=not wait)
    return connection.execute(row).one_or_none() is not None


def version_of(connection: Connection) -> int:
    """Return the diary's version, which counts its writes."""
    return int(connection.execute(select(diary.c.version).where(diary.c.id == 1)).scalar_one())


def _version(connection: PoolProxiedConnection) -> int:
    driver: Any = connection.dbapi_connection  # the connections of both drivers have an ``execute``
    (version,) = driver.execute("SELECT version FROM diary WHERE id = 1").fetchone() or (0,)
    return int(version)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20, hide_parameters=True)
    connect = {"timeout": SECONDS_TO_WAIT, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=True)  # parameters may be secret, and errors are logged

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the listener below begins transactions
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={SECONDS_TO_WAIT * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        # A transaction that begins as a read fails at its first write if another has written since.
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
