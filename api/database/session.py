"""The database, and its one commit boundary: writes happen one after another, each whole or not at all."""

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
IMMEDIATE = "begin_immediate"


class Store:
    """A database by its URL: ``sqlite:///diary.db`` or ``postgresql+psycopg://…``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._asking: PoolProxiedConnection | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, and not a server."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the data of one moment."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._begun(options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that alone may write until it is left; what was written is committed then, or undone by an error."""
        with self._begun({IMMEDIATE: True}) as connection:
            connection.execute(select(diary.c.version).where(diary.c.id == 1).with_for_update()).one()
            yield connection
            connection.execute(update(diary).where(diary.c.id == 1).values(version=diary.c.version + 1))

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A connection for what is no part of the diary, such as a job's progress: it lifts no version."""
        with self._begun({IMMEDIATE: True}) as connection:
            yield connection

    @contextmanager
    def _begun(self, options: dict[str, Any]) -> Iterator[Connection]:
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def version(self) -> int:
        """How many writes there have been; cheaper than a transaction, for those who ask often."""
        if not self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                return _asked(connection)
        if self._asking is None:  # one of its own, for to take it from the others takes longer than to ask
            self._asking = self.engine.raw_connection()
            self._asking.detach()
        return _asked(self._asking)

    def close(self) -> None:
        """Let every connection go."""
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        self.engine.dispose()


def hold(connection: Connection, *, wait: bool = True) -> bool:
    """Keep all others who write out until the transaction ends. Gives False only where it isn't to wait for another."""
    row = select(diary.c.version).where(diary.c.id == 1).with_for_update(skip_locked=not wait)
    return connection.execute(row).one_or_none() is not None


def version_of(connection: Connection) -> int:
    """How many writes there have been."""
    return int(connection.execute(select(diary.c.version).where(diary.c.id == 1)).scalar_one())


def _asked(connection: PoolProxiedConnection) -> int:
    driver: Any = connection.dbapi_connection  # those of both drivers can do without a cursor
    (version,) = driver.execute("SELECT version FROM diary WHERE id = 1").fetchone() or (0,)
    return int(version)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20, hide_parameters=True)
    connect = {"timeout": SECONDS_TO_WAIT, "check_same_thread": False}
    engine = create_engine(url, connect_args=connect, hide_parameters=True)  # in an error, and so in a log, they may be secret

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, as each wants it
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={SECONDS_TO_WAIT * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        # A write that began as a read could find that another has written since, and would have to give up.
        immediate = connection.get_execution_options().get(IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
