from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.http.permissions import Needs, Permission
from api.settings import Settings
from tests.api.support.databases import SqliteFiles


@pytest.fixture
def sqlite_app(sqlite_databases: SqliteFiles) -> FastAPI:
    return create_app(Settings(database_url=sqlite_databases.migrated(), demo=False, plan_processes=0))


def permissions(dependant: Dependant) -> Iterator[Permission]:
    """What a route and all that it depends on need."""
    for one in dependant.dependencies:
        if isinstance(one.call, Needs):
            yield one.call.permission
        yield from permissions(one)


def test_every_route_declares_one_permission(sqlite_app: FastAPI) -> None:
    found = {(tuple(route.methods), route.path): list(permissions(route.dependant)) for route in routes(sqlite_app)}
    assert {route: needed for route, needed in found.items() if len(needed) != 1} == {}
    nothing = {path for (_, path), needed in found.items() if needed == [Permission.NOTHING]}
    assert nothing == {"/calendars/{secret}.ics", "/health", "/ready"}


def test_what_only_reads_needs_no_more_than_to_read(sqlite_app: FastAPI) -> None:
    reading = {Permission.READ_DIARY, Permission.READ_REPORTS, Permission.NOTHING}
    for route in routes(sqlite_app):
        (needed,) = permissions(route.dependant)
        assert (needed in reading) == (route.methods <= {"GET", "HEAD"}), route.path


def test_nothing_is_served_but_these_routes_and_their_description(sqlite_app: FastAPI) -> None:
    others = {route.path for route in iter_route_contexts(sqlite_app.routes) if not isinstance(route.original_route, APIRoute)}
    assert others == {"/api/v1/openapi.json", "/api/v1/docs"}


def routes(app: FastAPI) -> list[Any]:
    """Every route as it is served, with what its routers add to it."""
    found = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    assert len(found) > 30
    return found
