from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import Message

from api.app import create_app
from api.http.permissions import Caller, Needs, Permission
from api.settings import Settings
from tests.api.support.databases import SqliteFiles

ABOUT_THE_PAGES = {"/", "/assets/{digest}/{name:path}", "/favicon.ico", "/accessibility", "/cookies", "/privacy"}
"""Pages and files without a line of the diary."""
QUESTIONS = {"/api/v1/offers", "/api/v1/conferences/{id:path}/why-not", "/api/v1/bookings/{number}/why-not"}
"""Routes that take a question as their body, and write nothing."""


@pytest.fixture
def sqlite_app(sqlite_databases: SqliteFiles) -> FastAPI:
    return create_app(Settings(database_url=sqlite_databases.migrated(), demo=False, plan_processes=0))


def permissions(dependant: Dependant) -> Iterator[Permission]:
    """Yield the permissions that a route and its dependencies declare."""
    for one in dependant.dependencies:
        if isinstance(one.call, Needs):
            yield one.call.permission
        yield from permissions(one)


def test_every_route_declares_one_permission(sqlite_app: FastAPI) -> None:
    result = {(tuple(route.methods), route.path): list(permissions(route.dependant)) for route in routes(sqlite_app)}
    assert {route: needed for route, needed in result.items() if len(needed) != 1} == {}
    nothing = {path for (_, path), needed in result.items() if needed == [Permission.NOTHING]}
    assert nothing == {"/calendars/{secret}.ics", "/health", "/ready", *ABOUT_THE_PAGES}


def test_safe_methods_require_read_permissions_only(sqlite_app: FastAPI) -> None:
    reading = {Permission.READ_DIARY, Permission.READ_REPORTS, Permission.NOTHING}
    for route in routes(sqlite_app):
        (needed,) = permissions(route.dependant)
        is_question = route.path in QUESTIONS
        if not route.path.startswith("/api/") and route.methods <= {"GET", "HEAD"}:
            continue  # a page that shows a form may require the permission to send it
        assert (needed in reading) == (route.methods <= {"GET", "HEAD"} or is_question), route.path


def test_only_routes_and_their_documentation_are_served(sqlite_app: FastAPI) -> None:
    others = {route.path for route in iter_route_contexts(sqlite_app.routes) if not isinstance(route.original_route, APIRoute)}
    assert others == {"/api/v1/openapi.json", "/api/v1/docs"}


def routes(app: FastAPI) -> list[Any]:
    """Return every route as served, with the prefixes and dependencies of its routers."""
    result = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    assert len(result) > 30
    return result


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_permission_is_asked_before_body_key_and_transaction(sqlite_app: FastAPI, anyio_backend: str) -> None:
    """Every route of the API that takes a body refuses a caller without the permission before it reads anything."""
    sqlite_app.state.caller_of = lambda _: Caller("nobody", frozenset())
    statuses: dict[str, int] = {}

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    for route in routes(sqlite_app):
        for method in route.methods - {"GET", "HEAD"}:
            sent: list[Message] = []

            async def send(message: Message, sent: list[Message] = sent) -> None:
                sent.append(message)

            path = re.sub(r"\{[^}]*\}", "1", route.path)
            headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"idempotency-key", b"x" * 1000)]
            if not path.startswith("/api/"):
                headers[1] = (b"content-type", b"application/x-www-form-urlencoded")
            scope = {
                "type": "http",
                "method": method,
                "path": path,
                "raw_path": path.encode(),
                "query_string": b"",
                "headers": headers,
            }
            await sqlite_app(
                scope | {"headers": headers, "server": None, "client": None, "scheme": "http", "http_version": "1.1"},
                receive,
                send,
            )
            statuses[f"{method} {path}"] = sent[0]["status"]
    assert len(statuses) > 60
    assert {path: status for path, status in statuses.items() if status != 403} == {}
