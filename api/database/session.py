"""Connections and transactions. Only this module commits. Writers of the diary take turns."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.pool import PoolProxiedConnection

from api.database.limited_connection import SECONDS_TO_REPORT, LimitedConnection
from api.database.tables import diary

SECONDS_TO_WAIT = 20
"""How long to wait for a lock or a connection by default: a request may wait twice, and proxies give up after 60 seconds."""
SECONDS_FOR_A_STATEMENT = 30
"""How long a statement may take on PostgreSQL by default: longer than it may wait for a lock."""
SECONDS_TO_WAIT_FOR_VERSION = 0.25
"""How long ``version`` waits for a lock on SQLite: its callers are many, and wait in turn."""
LEAST_SECONDS_TO_CONNECT = 2
"""The shortest time limit for a connection that libpq accepts."""
IMMEDIATE = "begin_immediate"


class Store:
    """A database with a URL such as ``sqlite:///diary.db`` or ``postgresql+psycopg://…``.

    It waits ``seconds_to_wait`` for a lock or a connection, and ``seconds_for_a_statement`` for PostgreSQL to carry one out;
    0 for any time.
    """

    def __init__(
        self,
        url: str,
        seconds_to_wait: float = SECONDS_TO_WAIT,
        seconds_for_a_statement: float = SECONDS_FOR_A_STATEMENT,
    ) -> None:
        self.url, self.seconds_to_wait = url, seconds_to_wait
        self.engine = _engine(url, seconds_to_wait, seconds_for_a_statement)
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
                try:
                    return _version(connection)
                except Exception:
                    connection.invalidate()  # a broken connection must not return to the pool
                    raise
        if self._version_connection is None:  # its own connection: taking one from the pool takes longer than the query
            self._version_connection = self.engine.raw_connection()
            self._version_connection.detach()
            _execute(self._version_connection, f"PRAGMA busy_timeout={int(SECONDS_TO_WAIT_FOR_VERSION * 1000)}")
        try:
            return _version(self._version_connection)
        except Exception:
            self._close_version_connection()  # the next call opens a new one
            raise

    def close(self) -> None:
        """Close every connection."""
        self._close_version_connection()
        self.engine.dispose()

    def _close_version_connection(self) -> None:
        if self._version_connection is not None:
            self._version_connection.close()
            self._version_connection = None


def lock_diary(connection: Connection, *, wait: bool = True) -> bool:
    """Exclude other writers of the diary until the transaction ends. Return False if there is one and ``wait`` is False."""
    row = select(diary.c.version).where(diary.c.id == 1).with_for_update(skip_locked=not wait)
    return connection.execute(row).one_or_none() is not None


def version_of(connection: Connection) -> int:
    """Return the diary's version, which counts its writes."""
    return int(connection.execute(select(diary.c.version).where(diary.c.id == 1)).scalar_one())


def _version(connection: PoolProxiedConnection) -> int:
    (version,) = _execute(connection, "SELECT version FROM diary WHERE id = 1").fetchone() or (0,)
    return int(version)


def _execute(connection: PoolProxiedConnection, statement: str) -> Any:
    driver: Any = connection.dbapi_connection  # both drivers' connections execute without a cursor
    return driver.execute(statement)


@contextmanager
def without_limits(connection: Connection) -> Iterator[None]:
    """Let the statements of a PostgreSQL transaction take and wait for any time, for upgrades. Nothing to do on SQLite."""
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, LimitedConnection):
        yield
        return
    for limit in ("lock_timeout", "statement_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
    usual, driver.seconds_to_answer = driver.seconds_to_answer, None
    try:
        yield
    finally:
        driver.seconds_to_answer = usual


def _engine(url: str, seconds_to_wait: float, seconds_for_a_statement: float) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, seconds_to_wait)
    return _postgresql_engine(url, seconds_to_wait, seconds_for_a_statement)


def _postgresql_engine(url: str, seconds_to_wait: float, seconds_for_a_statement: float) -> Engine:
    connect = {"connect_timeout": max(LEAST_SECONDS_TO_CONNECT, math.ceil(seconds_to_wait))}
    pool = {"pool_pre_ping": True, "pool_size": 20, "max_overflow": 20, "pool_timeout": seconds_to_wait}
    engine = create_engine(url, connect_args=connect, hide_parameters=True, **pool)

    @event.listens_for(engine, "do_connect")
    def _(_dialect: Any, _record: Any, args: Any, options: Any) -> LimitedConnection:
        connection = LimitedConnection.connect(*args, **options)
        if seconds_for_a_statement:
            connection.seconds_to_answer = seconds_for_a_statement + SECONDS_TO_REPORT
        return connection

    @event.listens_for(engine, "connect")
    def _(connection: psycopg.Connection, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = {_milliseconds(seconds_to_wait)}")
        if seconds_for_a_statement:
            connection.execute(f"SET statement_timeout = {_milliseconds(seconds_for_a_statement)}")
        connection.commit()  # a rollback would undo it

    return engine


def _sqlite_engine(url: str, seconds_to_wait: float) -> Engine:
    connect = {"timeout": seconds_to_wait, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=True)  # parameters may be secret, and errors are logged
    pragmas = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={_milliseconds(seconds_to_wait)}")

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        # A transaction that begins as a read fails at its first write if another has written since.
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _milliseconds(seconds: float) -> int:
    """Return a time limit in milliseconds, at least one, because PostgreSQL reads 0 as no limit."""
    return max(1, math.ceil(seconds * 1000))
