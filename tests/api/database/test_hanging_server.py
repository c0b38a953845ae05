"""A PostgreSQL server that accepts connections and doesn't answer, or takes too long: given up in time, with 503."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from api.database.migrate import migrate
from api.database.outages import OutageKind, outage
from api.database.session import Store, without_limits
from tests.api.feeds.test_routes import create
from tests.api.http.test_outages import LOCKED, STOPPED, assert_unavailable
from tests.api.support.builders import Clock, fill
from tests.api.support.databases import PostgresServer, required_postgres_binaries, start_postgres
from tests.api.support.services import IN_PROCESS

SLOW = text("SELECT pg_sleep(30)")


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test may suspend."""
    server = start_postgres(required_postgres_binaries())
    yield server
    server.stop()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose connections are accepted and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def cause(error: BaseException) -> tuple[OutageKind, str]:
    found = outage(error)
    assert found is not None
    return found.kind, found.cause


def test_requests_are_answered_with_503_while_the_server_is_suspended(own_server: PostgresServer, clock: Clock) -> None:
    settings = replace(IN_PROCESS, database_url=own_server.migrated(), database_wait=0, database_statement=1)
    store = Store(settings.url)
    fill(store)
    with TestClient(create_app(settings, clock)) as client:
        link = create(client)["links"]["https"]
        with own_server.suspended():
            assert_unavailable(client.get("/api/v1/bookings"), STOPPED)
            assert_unavailable(client.post("/api/v1/sites", json={"id": "CHE"}), STOPPED)
            assert_unavailable(client.get(link), STOPPED)
            assert client.get("/health").status_code == 200
        assert client.get("/api/v1/bookings").status_code == 200
        assert client.post("/api/v1/sites", json={"id": "CHE"}).status_code == 201
        assert client.get(link).status_code == 200
    store.close()


def test_a_server_that_is_suspended_within_a_transaction_is_given_up(own_server: PostgresServer) -> None:
    store = Store(own_server.migrated(), seconds_to_wait=0, seconds_for_a_statement=1)
    with pytest.raises(OperationalError) as caught, store.writing() as connection, own_server.suspended():
        connection.execute(text("SELECT 1"))
    assert cause(caught.value) == (OutageKind.UNREACHABLE, "no answer within 3 seconds")
    with store.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    store.close()


def test_the_version_is_given_up_too(own_server: PostgresServer) -> None:
    store = Store(own_server.migrated(), seconds_to_wait=0, seconds_for_a_statement=1)
    assert store.version() == 0
    with own_server.suspended(), pytest.raises(psycopg.OperationalError):
        store.version()
    assert store.version() == 0
    store.close()


def test_a_listener_that_never_answers_is_given_up(silent_port: int) -> None:
    store = Store(f"postgresql+psycopg://diary@127.0.0.1:{silent_port}/diary", seconds_to_wait=0)
    with pytest.raises(OperationalError) as caught, store.reading():
        raise AssertionError("nothing answers")
    assert cause(caught.value)[0] is OutageKind.UNREACHABLE
    store.close()


def test_a_statement_that_takes_too_long_is_cancelled(postgres_databases: PostgresServer) -> None:
    store = Store(postgres_databases.migrated(), seconds_for_a_statement=0.2)
    for _ in range(2):  # the limit survives the rollback of the first failure
        with pytest.raises(OperationalError) as caught, store.reading() as connection:
            connection.execute(SLOW)
        assert cause(caught.value)[0] is OutageKind.BUSY
    store.close()


def test_an_upgrade_has_no_limit_and_the_next_statement_has_it_again(postgres_databases: PostgresServer) -> None:
    store = Store(postgres_databases.empty(), seconds_to_wait=0, seconds_for_a_statement=0.2)
    migrate(store)
    with store.noting() as connection:
        driver: Any = connection.connection.dbapi_connection
        with without_limits(connection):
            connection.execute(text("SELECT pg_sleep(0.5)"))
            assert driver.seconds_to_answer is None
        assert driver.seconds_to_answer == 2.2
    with pytest.raises(OperationalError), store.noting() as connection:
        connection.execute(SLOW)
    store.close()


def test_no_limit_can_be_set(postgres_databases: PostgresServer) -> None:
    store = Store(postgres_databases.migrated(), seconds_for_a_statement=0)
    with store.reading() as connection:
        driver: Any = connection.connection.dbapi_connection
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "0"
        assert driver.seconds_to_answer is None
    store.close()


def test_a_table_that_another_program_holds_is_locked_for_readers(postgres_databases: PostgresServer, clock: Clock) -> None:
    settings = replace(IN_PROCESS, database_url=postgres_databases.migrated(), database_wait=0)
    store = Store(settings.url)
    with TestClient(create_app(settings, clock)) as client:
        with store.noting() as connection:
            connection.exec_driver_sql("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
            assert_unavailable(client.get("/api/v1/bookings"), LOCKED)
        assert client.get("/api/v1/bookings").status_code == 200
    store.close()
