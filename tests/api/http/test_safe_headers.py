from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

from api.app import create_app
from api.http.safe_headers import DEFAULTS
from api.settings import Settings
from tests.api.support.databases import SqliteFiles

STORED_NOWHERE = (DEFAULTS["Cache-Control"], "no-store", "private, no-cache")
REQUIRED = {"x-content-type-options": "nosniff", "x-frame-options": "DENY"}


@pytest.fixture
def sqlite_app(sqlite_databases: SqliteFiles) -> FastAPI:
    hosts = ("testserver",)
    return create_app(Settings(database_url=sqlite_databases.migrated(), demo=False, plan_processes=0, allowed_hosts=hosts))


def paths(app: FastAPI) -> list[tuple[str, str]]:
    """Return the method and the path of every route, with 1 for each parameter."""
    routes: list[Any] = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    return [(method, re.sub(r"\{[^}]*\}", "1", route.path)) for route in routes for method in sorted(route.methods)]


def test_every_answer_of_every_route_forbids_sniffing_framing_and_storing(sqlite_app: FastAPI) -> None:
    with TestClient(sqlite_app) as client:
        for method, path in (*paths(sqlite_app), ("GET", "/nowhere"), ("GET", "/api/v1/docs"), ("GET", "/api/v1/openapi.json")):
            answer = client.request(method, path, follow_redirects=False, headers={"accept": "application/json"})
            assert {name: answer.headers[name] for name in REQUIRED} == REQUIRED, path
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
            is_asset = path.startswith("/assets/") or path == "/favicon.ico"
            assert is_asset or answer.headers["cache-control"] in STORED_NOWHERE, path


def test_every_route_refuses_another_host_and_another_origin(sqlite_app: FastAPI) -> None:
    """Neither a page of another site nor a name that resolves to this machine reaches any route or page."""
    with TestClient(sqlite_app) as client:
        for method, path in (*paths(sqlite_app), ("GET", "/nowhere"), ("GET", "/api/v1/docs"), ("GET", "/api/v1/openapi.json")):
            foreign = client.request(method, path, headers={"host": "evil.example"}, follow_redirects=False)
            other = client.request(method, path, headers={"origin": "https://evil.example"}, follow_redirects=False)
            kinds = [answer.json()["type"] for answer in (foreign, other)]
            assert kinds == ["/problems/foreign-host", "/problems/foreign-origin"], path
            assert (foreign.headers["x-content-type-options"], other.headers["x-frame-options"]) == ("nosniff", "DENY")


def test_no_route_reads_plain_text(sqlite_app: FastAPI) -> None:
    with TestClient(sqlite_app) as client:
        for method, path in paths(sqlite_app):
            if method not in ("GET", "HEAD"):
                answer = client.request(method, path, content=b"{}", headers={"content-type": "text/plain"})
                assert answer.json()["type"] == "/problems/unsupported-media-type", path


def test_an_error_of_the_service_itself_is_problem_details(sqlite_app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a secret")

    sqlite_app.state.caller_of = fail
    caplog.set_level(logging.ERROR)
    with TestClient(sqlite_app, raise_server_exceptions=False) as client:
        answer = client.post("/api/v1/sites", json={})
    (code,) = re.findall(r"Code ([0-9a-f]{8})\.", caplog.text)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/failed",
        "title": "Internal Server Error",
        "status": 500,
        "detail": f"The service failed. Check whether the change was made, and quote {code} to its administrator.",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
