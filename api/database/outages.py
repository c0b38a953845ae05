"""Outages of the database: locked, stopped, read-only, full or damaged. They end without a change to the service."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

PRIMARY = 0xFF
"""The bits of an extended SQLite error code that hold the primary code."""


class OutageKind(Enum):
    """A kind of outage: a sentence for people, and the seconds after which a new attempt is worthwhile."""

    LOCKED = "Another program holds the database locked", 5
    BUSY = "The database has too much to do", 5
    READ_ONLY = "The database can only be read at the moment", 30
    FULL = "The disk of the database is full", 30
    UNREACHABLE = "The database doesn't answer", 10
    DAMAGED = "The database is damaged, or its disk fails", 60

    def __init__(self, sentence: str, seconds: int) -> None:
        self.sentence, self.seconds = sentence, seconds


@dataclass(frozen=True)
class Outage:
    """An outage and its cause in the database's own words, on one line."""

    kind: OutageKind
    cause: str

    def __str__(self) -> str:
        return f"{self.kind.sentence} ({self.cause})."


SQLITE_KINDS = {
    sqlite3.SQLITE_BUSY: OutageKind.LOCKED,
    sqlite3.SQLITE_LOCKED: OutageKind.LOCKED,
    sqlite3.SQLITE_PROTOCOL: OutageKind.LOCKED,
    sqlite3.SQLITE_NOMEM: OutageKind.BUSY,
    sqlite3.SQLITE_READONLY: OutageKind.READ_ONLY,
    sqlite3.SQLITE_PERM: OutageKind.READ_ONLY,
    sqlite3.SQLITE_FULL: OutageKind.FULL,
    sqlite3.SQLITE_CANTOPEN: OutageKind.UNREACHABLE,
    sqlite3.SQLITE_IOERR: OutageKind.DAMAGED,
    sqlite3.SQLITE_CORRUPT: OutageKind.DAMAGED,
    sqlite3.SQLITE_NOTADB: OutageKind.DAMAGED,
}
"""The kind of each primary error code of SQLite (https://www.sqlite.org/rescode.html)."""
POSTGRESQL_KINDS = {
    "08": OutageKind.UNREACHABLE,  # connection exception
    "28": OutageKind.UNREACHABLE,  # the server refuses the user
    "3D": OutageKind.UNREACHABLE,  # there is no such database
    "40001": OutageKind.LOCKED,  # serialization failure
    "40P01": OutageKind.LOCKED,  # deadlock
    "55P03": OutageKind.LOCKED,  # lock not available
    "25006": OutageKind.READ_ONLY,  # read-only transaction
    "25P03": OutageKind.UNREACHABLE,  # idle for too long in a transaction
    "42501": OutageKind.READ_ONLY,  # insufficient privilege
    "53100": OutageKind.FULL,  # disk full
    "53": OutageKind.BUSY,  # insufficient resources, such as too many connections
    "57014": OutageKind.BUSY,  # cancelled by an administrator or a time limit
    "57": OutageKind.UNREACHABLE,  # shut down, starting up, or ended by an administrator
    "58": OutageKind.DAMAGED,  # the operating system reports an error
    "XX001": OutageKind.DAMAGED,  # data corrupted
    "XX002": OutageKind.DAMAGED,  # index corrupted
}
"""The kind of each SQLSTATE, or of its class (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def outage(error: BaseException | None) -> Outage | None:
    """Return the outage that caused an error, or None if the error has another cause."""
    while error is not None:
        original = error.orig if isinstance(error, DBAPIError) else error
        kind = OutageKind.BUSY if isinstance(error, PoolTimeoutError) else _kind(original)
        if kind is not None:
            return Outage(kind, str(original).partition("\n")[0].rstrip(" .:"))
        # A rollback to a savepoint fails too if the outage has ended its transaction.
        error = error.__context__ if isinstance(error, SQLAlchemyError) else None
    return None


def _kind(original: BaseException | None) -> OutageKind | None:
    if isinstance(original, sqlite3.Error):
        return SQLITE_KINDS.get(getattr(original, "sqlite_errorcode", 0) & PRIMARY)
    if isinstance(original, psycopg.Error):
        state = original.sqlstate
        if state is None:  # the client itself found the connection broken or refused
            return OutageKind.UNREACHABLE if isinstance(original, psycopg.OperationalError | psycopg.InterfaceError) else None
        return POSTGRESQL_KINDS.get(state, POSTGRESQL_KINDS.get(state[:2]))
    return None


class OutageLog:
    """Logs an outage once, at its beginning, for work that is tried again and again: not once for each attempt.

    ``present`` is True if the last attempt met an outage.
    """

    def __init__(self, log: logging.Logger, work: str) -> None:
        self._log, self._work, self.present = log, work, False

    @contextmanager
    def attempt(self, *, raise_others: bool = False) -> Iterator[None]:
        """Log an outage instead of raising the error. Log any other error with its traceback, or raise it."""
        try:
            yield
        except Exception as error:
            detected = outage(error)
            if detected is None:
                if raise_others:
                    raise
                self._log.exception("%s failed, and is tried again", self._work)
            elif not self.present:
                self._log.warning("%s is waiting: %s", self._work, detected)
            self.present = detected is not None
        else:
            self.present = False
