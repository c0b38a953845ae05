from __future__ import annotations

import pytest
from starlette.testclient import TestClient

PERIOD = "first=2027-01-04&last=2027-01-31"


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/ready",
        "/api/v1/docs",
        "/api/v1/openapi.json",
        "/api/v1/sites",
        "/api/v1/sites/AYL",
        "/api/v1/sites/nowhere",
        f"/api/v1/problem?{PERIOD}",
        f"/api/v1/reports/timeliness?{PERIOD}",
    ],
)
def test_head_has_the_headers_of_get_and_no_body(seeded: TestClient, path: str) -> None:
    got, head = seeded.get(path), seeded.head(path)
    assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


def test_head_of_a_stream_of_events_ends(seeded: TestClient) -> None:
    plan = seeded.post("/api/v1/plans", json={"first": "2027-01-04", "last": "2027-01-31"}).json()["id"]
    head = seeded.head(f"/api/v1/plans/{plan}/events", headers={"accept": "text/event-stream"})
    assert (head.status_code, head.headers["content-type"], head.content) == (200, "application/json", b"")


def test_head_of_a_route_that_only_writes_is_refused(seeded: TestClient) -> None:
    assert (seeded.head("/api/v1/import").status_code, seeded.get("/api/v1/import").status_code) == (405, 405)
