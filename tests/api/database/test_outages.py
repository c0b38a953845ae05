from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.database.outages import Outage, OutageKind, OutageLog, outage
from api.database.session import Store
from tests.api.support.databases import (
    SURVIVES_HALTS,
    PostgresServer,
    SqliteFiles,
    required_postgres_binaries,
    start_postgres,
)


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("so")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, OutageKind.LOCKED),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, OutageKind.LOCKED),
        (sqlite3.SQLITE_READONLY_DBMOVED, OutageKind.READ_ONLY),
        (sqlite3.SQLITE_FULL, OutageKind.FULL),
        (sqlite3.SQLITE_CANTOPEN, OutageKind.UNREACHABLE),
        (sqlite3.SQLITE_IOERR_WRITE, OutageKind.DAMAGED),
        (sqlite3.SQLITE_NOTADB, OutageKind.DAMAGED),
    ],
)
def test_an_error_of_sqlite_is_recognised_by_its_code(code: int, kind: OutageKind) -> None:
    assert outage(sqlite_error(code)) == Outage(kind, "so")
    assert outage(OperationalError("SELECT 1", None, sqlite_error(code))) == Outage(kind, "so")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.OperationalError, OutageKind.UNREACHABLE),
        (psycopg.errors.AdminShutdown, OutageKind.UNREACHABLE),
        (psycopg.errors.CannotConnectNow, OutageKind.UNREACHABLE),
        (psycopg.errors.ReadOnlySqlTransaction, OutageKind.READ_ONLY),
        (psycopg.errors.InsufficientPrivilege, OutageKind.READ_ONLY),
        (psycopg.errors.LockNotAvailable, OutageKind.LOCKED),
        (psycopg.errors.DeadlockDetected, OutageKind.LOCKED),
        (psycopg.errors.DiskFull, OutageKind.FULL),
        (psycopg.errors.TooManyConnections, OutageKind.BUSY),
        (psycopg.errors.DataCorrupted, OutageKind.DAMAGED),
    ],
)
def test_an_error_of_postgresql_is_recognised_by_its_state(error: type[psycopg.Error], kind: OutageKind) -> None:
    assert outage(OperationalError("SELECT 1", None, error("so:\n\tis it"))) == Outage(kind, "so")


def test_a_pool_without_a_free_connection_is_busy() -> None:
    assert outage(PoolTimeoutError("none is free")) == Outage(OutageKind.BUSY, "none is free")


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(sqlite3.SQLITE_ERROR),
        sqlite3.ProgrammingError("closed"),
        psycopg.ProgrammingError("wrong"),
        psycopg.errors.UndefinedTable("no table"),
        IntegrityError("INSERT", None, psycopg.errors.UniqueViolation("twice")),
        ValueError("locked"),
        None,
    ],
)
def test_other_errors_are_no_outage(error: Exception | None) -> None:
    assert outage(error) is None


def test_an_outage_is_recognised_through_the_failed_rollback_that_follows_it() -> None:
    lost = OperationalError("ROLLBACK TO SAVEPOINT", None, sqlite_error(sqlite3.SQLITE_ERROR))
    lost.__context__ = OperationalError("INSERT", None, sqlite_error(sqlite3.SQLITE_FULL))
    assert outage(lost) == Outage(OutageKind.FULL, "so")


def test_an_outage_is_logged_once_and_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    log = OutageLog(logging.getLogger("work"), "Working")
    for error in (*[sqlite_error(sqlite3.SQLITE_BUSY)] * 3, None, sqlite_error(sqlite3.SQLITE_FULL), ValueError("bug")):
        with log.attempt():
            if error is not None:
                raise error
    assert [(record.getMessage(), record.exc_info is not None) for record in caplog.records] == [
        ("Working is waiting: Another program holds the database locked (so).", False),
        ("Working is waiting: The disk of the database is full (so).", False),
        ("Working failed, and is tried again", True),
    ]
    with pytest.raises(ValueError, match="bug"), log.attempt(raise_others=True):
        raise ValueError("bug")


def test_writers_and_readers_of_sqlite_wait_as_long_as_the_store_says(sqlite_databases: SqliteFiles) -> None:
    url = sqlite_databases.migrated()
    first, second = Store(url), Store(url, seconds_to_wait=0.1)
    with first.writing(), pytest.raises(OperationalError, match="locked"), second.writing():
        raise AssertionError("the database is locked")
    with second.writing() as connection:
        connection.execute(text("SELECT 1"))
    first.close()
    second.close()


def test_writers_of_postgresql_wait_as_long_as_the_store_says(postgres_databases: PostgresServer) -> None:
    url = postgres_databases.migrated()
    first, second = Store(url), Store(url, seconds_to_wait=0.1)
    for _ in range(2):  # the limit survives the rollback of the first failure
        with first.writing(), pytest.raises(OperationalError, match="lock timeout"), second.writing():
            raise AssertionError("the database is locked")
    first.close()
    second.close()


def test_the_version_is_read_again_after_the_server_has_restarted() -> None:
    server = start_postgres(required_postgres_binaries(), SURVIVES_HALTS)
    try:
        store = Store(server.migrated())
        assert store.version() == 0
        server.halt()
        with pytest.raises(psycopg.OperationalError):
            store.version()
        server.start()
        assert store.version() == 0
        store.close()
    finally:
        server.stop()


def test_the_version_is_read_again_after_the_file_was_away(tmp_path: Path, migrated_file: Path) -> None:
    file = tmp_path / "diary.db"
    file.write_bytes(migrated_file.read_bytes())
    store = Store(f"sqlite:///{file}")
    assert store.version() == 0
    with closing(sqlite3.connect(file)) as other:
        store.close()
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Store(f"sqlite:///{file}", seconds_to_wait=0.1).version()
    assert store.version() == 0
    store.close()
