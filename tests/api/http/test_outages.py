"""Every route of the OpenAPI document during an outage of the database: 503, one line in the log, and nothing written."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import event, make_url, select
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.database.tables import audit, conferences, metadata
from api.planning import routes as planning
from api.settings import Settings
from tests.api.feeds.test_routes import create
from tests.api.support.builders import Clock, fill
from tests.api.support.databases import (
    SURVIVES_HALTS,
    PostgresServer,
    SqliteFiles,
    required_postgres_binaries,
    start_postgres,
)
from tests.api.support.services import IN_PROCESS
from tests.paths import FIXTURES

PERIOD = {"first": "2027-01-04", "last": "2027-01-31"}
IDS = {"id": "AYL", "number": "1"}
WITHOUT_DATABASE = ("/health",)
QUESTIONS = ("/api/v1/offers", "/api/v1/conferences/{id}/why-not", "/api/v1/bookings/{number}/why-not")
"""The paths whose POST writes nothing: its body is a question."""
IMPORT = "/api/v1/import"
"""The path that writes only in one of its modes."""
LOCKED = "Another program holds the database locked. Nothing was changed. Try again in 5 seconds."
READ_ONLY = "The database can only be read at the moment. Nothing was changed. Try again in 30 seconds."
FULL = "The disk of the database is full. Nothing was changed. Try again in 30 seconds."
BUSY = "The database has too much to do. Nothing was changed. Try again in 5 seconds."
STOPPED = (
    "The database doesn't answer. Check whether a change was made before you send it again, or send it with the same "
    "Idempotency-Key. Try again in 10 seconds."
)
WORKBOOK = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def requests(app: FastAPI, *, writing: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation's label, and a valid request for it."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            writes = method != "get" and path not in QUESTIONS
            if writes == writing and path not in WITHOUT_DATABASE:
                content = operation.get("requestBody", {}).get("content", {})
                media_type = next(iter(content), "application/json")
                media = content.get(media_type, {})
                example = media.get("example", next((one["value"] for one in media.get("examples", {}).values()), None))
                sent = {"content": example.encode()} if isinstance(example, str) else {"json": example}
                headers = {"if-match": "*", "content-type": media_type}
                params = PERIOD | ({"mode": "commit"} if path == IMPORT else {})
                url = re.sub(r"\{(\w+)\}", lambda result: IDS.get(result[1], "x"), path)
                yield f"{method.upper()} {path}", {"method": method, "url": url, "params": params, "headers": headers, **sent}


def assert_unavailable(response: Any, detail: str) -> None:
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json"), response.text
    assert response.json() == {
        "type": "/problems/database-unavailable",
        "title": "Service Unavailable",
        "status": 503,
        "detail": detail,
    }
    assert response.headers["retry-after"] == detail.split()[-2]


def assert_all_unavailable(client: TestClient, caplog: pytest.LogCaptureFixture, detail: str, *, writing: bool) -> None:
    """Send a request to each route; each must be answered with 503, and logged in one line without a traceback."""
    app: Any = client.app
    prepared = list(requests(app, writing=writing))
    assert len(prepared) > 20
    for label, request in prepared:
        caplog.clear()
        assert_unavailable(client.request(**request), detail)
        (record,) = caplog.records
        message = record.getMessage()
        assert message.startswith(f"{label.replace('/api/v1', '')} was answered with 503: {detail.partition('.')[0]} (")
        assert (record.levelno, record.exc_info, "\n" in message) == (logging.WARNING, None, False)


def assert_none_fails(client: TestClient) -> None:
    app: Any = client.app
    for _, request in requests(app, writing=False):
        assert client.request(**request).status_code < 500


@pytest.fixture
def hasty(settings: Settings, store: Store, clock: Clock) -> Iterator[TestClient]:
    """A client of the small service, which doesn't wait for locks."""
    fill(store)
    with TestClient(create_app(replace(settings, database_wait=0), clock)) as client:
        yield client


def engine_of(client: TestClient) -> Any:
    app: Any = client.app
    return app.state.store.engine


def rows(store: Store) -> dict[str, Any]:
    with store.reading() as connection:
        return {table.name: connection.execute(select(table)).all() for table in metadata.sorted_tables}


def test_writes_are_answered_with_503_if_the_database_is_locked(
    hasty: TestClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows(store)
    with store.writing():
        assert_all_unavailable(hasty, caplog, LOCKED, writing=True)
        assert_none_fails(hasty)
    assert rows(store) == before | {"diary": [(1, before["diary"][0][1] + 1)]}  # by the lock itself
    assert hasty.post("/api/v1/sites", json={"id": "CHE"}).status_code == 201


@pytest.fixture
def read_only(hasty: TestClient, store: Store) -> Iterator[TestClient]:
    """A client of a service whose connections may only read."""
    statement = "PRAGMA query_only = 1" if store.is_sqlite else "SET default_transaction_read_only = on"

    def forbid(connection: Any, _record: Any) -> None:
        connection.execute(statement)
        connection.commit()

    event.listen(engine_of(hasty), "connect", forbid)
    engine_of(hasty).dispose()
    yield hasty
    event.remove(engine_of(hasty), "connect", forbid)
    engine_of(hasty).dispose()


def test_writes_are_answered_with_503_if_the_database_is_read_only(
    read_only: TestClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows(store)
    assert_all_unavailable(read_only, caplog, READ_ONLY, writing=True)
    assert_none_fails(read_only)
    assert rows(store) == before


def test_a_feed_is_served_and_its_fetch_remembered_while_nothing_can_be_written(
    hasty: TestClient, store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    link = create(hasty)["links"]["https"]
    caplog.clear()
    app: Any = hasty.app
    with locked_file_or_table(store):
        for _ in range(3):
            assert hasty.get(link, headers={"user-agent": "khal"}).status_code == 200
            clock.forward(minutes=2)
    (record,) = caplog.records
    assert record.getMessage().startswith("Noting the fetches of feeds is waiting: Another program holds the database locked (")
    assert record.exc_info is None
    assert [fetch.by for fetch in app.state.calendars.fetches.values()] == ["khal"]
    assert hasty.get(link, headers={"user-agent": "khal"}).status_code == 200
    (feed,) = hasty.get("/api/v1/feeds").json()["items"]
    assert feed["last_fetched"] == {"at": "2027-01-04T09:06:00Z", "client": "khal"}


@contextmanager
def locked_file_or_table(store: Store) -> Iterator[None]:
    """Keep others from writing: the whole SQLite file, or PostgreSQL's table of feeds, which the diary's lock leaves free."""
    with store.noting() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("LOCK TABLE feeds IN SHARE MODE")
        yield


def test_a_writer_waits_its_turn_for_a_limited_time(hasty: TestClient) -> None:
    app: Any = hasty.app
    assert hasty.portal is not None
    hasty.portal.call(app.state.lock.acquire)
    assert_unavailable(hasty.post("/api/v1/sites", json={"id": "CHE"}), BUSY)
    hasty.portal.call(app.state.lock.release)
    assert hasty.post("/api/v1/sites", json={"id": "CHE"}).status_code == 201


def test_an_import_that_fills_the_disk_writes_nothing(
    sqlite_databases: SqliteFiles, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(IN_PROCESS, database_url=sqlite_databases.migrated())
    store = Store(settings.url)
    with store.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    content = (FIXTURES / "january-2027.xlsx").read_bytes()
    with TestClient(create_app(settings, clock)) as client:
        limit = pages + 5

        @event.listens_for(engine_of(client), "begin")
        def _(connection: Any) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}")

        before = rows(store)
        assert_unavailable(client.post("/api/v1/import?mode=commit", content=content, headers=WORKBOOK), FULL)
        assert [(record.exc_info, "\n" in record.getMessage()) for record in caplog.records] == [(None, False)]
        assert rows(store) == before
        limit = 100_000
        assert client.post("/api/v1/import?mode=commit", content=content, headers=WORKBOOK).status_code == 200
    store.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test may stop."""
    server = start_postgres(required_postgres_binaries(), SURVIVES_HALTS)
    yield server
    server.stop()


def test_every_route_is_answered_with_503_while_postgresql_is_stopped(
    own_server: PostgresServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(IN_PROCESS, database_url=own_server.migrated())
    store = Store(settings.url)
    fill(store)
    with TestClient(create_app(settings, clock)) as client:
        link = create(client)["links"]["https"]
        tag = client.get(link).headers["etag"]
        assert client.get(link, headers={"if-none-match": tag}).status_code == 304
        before = rows(store)
        own_server.halt()
        assert_all_unavailable(client, caplog, STOPPED, writing=True)
        assert_all_unavailable(client, caplog, STOPPED, writing=False)
        caplog.clear()
        for headers in ({}, {"if-none-match": tag}):
            assert_unavailable(client.get(link, headers=headers), STOPPED)
        assert len(caplog.records) == 2
        assert link.split("/")[-1].removesuffix(".ics") not in caplog.text
        assert client.get("/health").json() == {"status": "ok", "diary": None}
        assert client.get("/api/v1/docs").status_code == 200
        own_server.start()
        assert client.get("/ready").status_code == 200
        assert client.get(link, headers={"if-none-match": tag}).status_code == 304
        assert rows(store) == before
        assert client.post("/api/v1/sites", json={"id": "CHE"}).status_code == 201
    store.close()


def test_a_write_whose_connection_is_lost_writes_nothing(
    postgres_databases: PostgresServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(IN_PROCESS, database_url=postgres_databases.migrated())
    store = Store(settings.url)
    with TestClient(create_app(settings, clock)) as client:
        address = make_url(settings.url).set(drivername="postgresql").render_as_string(hide_password=False)

        @event.listens_for(engine_of(client), "before_cursor_execute")
        def _(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO audit"):  # after the change itself
                with psycopg.connect(address, autocommit=True) as other:
                    pid = connection.connection.dbapi_connection.info.backend_pid
                    other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

        before = rows(store)
        assert_unavailable(client.post("/api/v1/sites", json={"id": "CHE"}), STOPPED)
        assert [(record.exc_info, "\n" in record.getMessage()) for record in caplog.records] == [(None, False)]
        assert rows(store) == before
    store.close()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_stream_of_events_outlasts_an_outage(
    sqlite_databases: SqliteFiles, anyio_backend: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SECONDS_BETWEEN_LOOKS", 0)
    settings = replace(IN_PROCESS, database_url=sqlite_databases.migrated())
    store = Store(settings.url, seconds_to_wait=0)
    fill(store)
    with TestClient(create_app(settings)) as client:
        plan = client.post("/api/v1/plans", json=PERIOD).json()["id"]
        first = planning._events(store, plan, 0)
        store.close()
        assert client.post(f"/api/v1/plans/{plan}/cancel").status_code == 202
    heard: list[bytes] = []
    with exclusively_locked(settings.url) as lock:
        async for item in planning._stream(store, plan, first, lambda: False):
            heard.append(item)
            if b"ping" in item:
                lock.close()
    assert [item.split(b"\n")[0] for item in heard if b"ping" not in item] == [b"event: queued", b"event: cancelled"]
    assert [record.exc_info for record in caplog.records] == [None]
    assert (
        caplog.text.count("A stream of events is waiting: Another program holds the database locked (database is locked).") == 1
    )
    store.close()


@contextmanager
def exclusively_locked(url: str) -> Iterator[sqlite3.Connection]:
    """Lock a SQLite file that nobody else has open, for readers too."""
    with closing(sqlite3.connect(str(make_url(url).database))) as lock:
        lock.execute("PRAGMA locking_mode = EXCLUSIVE")
        lock.execute("BEGIN EXCLUSIVE")
        yield lock


def test_every_route_is_answered_with_503_while_sqlite_is_locked_exclusively(
    sqlite_databases: SqliteFiles, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(IN_PROCESS, database_url=sqlite_databases.migrated(), database_wait=0)
    with TestClient(create_app(settings, clock)) as client:
        app: Any = client.app
        app.state.store.close()
        with exclusively_locked(settings.url):
            assert_all_unavailable(client, caplog, LOCKED, writing=True)
            assert_all_unavailable(client, caplog, LOCKED, writing=False)
        assert client.get("/ready").status_code == 200


def test_a_repeated_key_is_carried_out_after_the_outage(hasty: TestClient, store: Store) -> None:
    headers = {"idempotency-key": "one"}
    with store.writing():
        assert_unavailable(hasty.post("/api/v1/sites", json={"id": "CHE"}, headers=headers), LOCKED)
    answer = hasty.post("/api/v1/sites", json={"id": "CHE"}, headers=headers)
    assert (answer.status_code, "idempotency-replayed" in answer.headers) == (201, False)
    with store.reading() as connection:
        assert len(connection.execute(select(audit)).all()) == 1
        assert len(connection.execute(select(conferences)).all()) == 5
