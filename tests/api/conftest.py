from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.decisions.solving import Solving
from api.settings import Settings
from tests.api.support.builders import Clock, fill
from tests.api.support.databases import (
    Databases,
    PostgresServer,
    SqliteFiles,
    required_postgres_binaries,
    sqlite_template,
    start_postgres,
)
from tests.api.support.services import IN_PROCESS

KINDS = ("sqlite", "postgresql")
ON_SQLITE = ("pages", "whatif")
"""Folders whose tests run with PostgreSQL in ``make test-all`` only: what they store is tested with both elsewhere."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of these folders as slow with PostgreSQL."""
    for item in items:
        kind = getattr(item, "callspec", None)
        is_postgres = kind is not None and kind.params.get("databases") == "postgresql"
        if is_postgres and item.path.is_relative_to(Path(__file__).parent) and set(item.path.parts) & set(ON_SQLITE):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of a pytest worker."""
    server = start_postgres(required_postgres_binaries())
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def sqlite_databases(tmp_path: Path, migrated_file: Path) -> SqliteFiles:
    return SqliteFiles(tmp_path, migrated_file)


@pytest.fixture
def postgres_databases(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    yield postgres_server
    postgres_server.take_back()


@pytest.fixture(params=KINDS)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Fresh databases; each test runs once with each kind."""
    result: Databases = request.getfixturevalue("sqlite_databases" if request.param == "sqlite" else "postgres_databases")
    return result


@pytest.fixture
def database_url(databases: Databases) -> str:
    """The URL of a migrated database, once of each kind."""
    return databases.migrated()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The store of the database that ``app`` and ``client`` use, once of each kind."""
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings without background jobs; tests of those set their own."""
    return replace(IN_PROCESS, database_url=database_url, data=tmp_path)


class SharedSolving(Solving):
    """A process for questions that outlives the services that share it, because it takes a second to start."""

    def close(self) -> None:
        """Leave the process to the next service, whose event loop needs a lock of its own."""
        self._turn = asyncio.Lock()

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def solving() -> Iterator[Solving]:
    """One process for questions, for all tests of a pytest worker."""
    shared = SharedSolving()
    yield shared
    shared.end()


@pytest.fixture
def app(settings: Settings, clock: Clock, solving: Solving) -> FastAPI:
    """The service with an empty diary, once with each kind of database."""
    result = create_app(settings, clock)
    result.state.solving = solving
    return result


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the service with an empty diary."""
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def seeded(client: TestClient, store: Store, clock: Clock) -> TestClient:
    """A client of the service with the diary of ``builders.py``."""
    fill(store, clock.now)
    return client
