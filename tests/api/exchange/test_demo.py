from __future__ import annotations

from dataclasses import replace

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.support.builders import Clock

MONTH = {"first": "2027-01-01", "last": "2027-01-31"}


def test_the_demo_month_is_imported_once(settings: Settings, clock: Clock) -> None:
    with TestClient(create_app(replace(settings, demo=True), clock)) as client:
        problem = client.get("/api/v1/problem", params=MONTH).json()
        counts = {name: len(problem[name]) for name in ("sites", "rooms", "chairs", "minute_takers", "holds", "published")}
        assert counts == {"sites": 3, "rooms": 3, "chairs": 7, "minute_takers": 10, "holds": 12, "published": 0}
        site = client.get("/api/v1/sites/AYL")
        changed = client.put("/api/v1/sites/AYL", json={"id": "AYL", "name": "Other"}, headers={"If-Match": site.headers["etag"]})
        assert changed.status_code == 200
    with TestClient(create_app(replace(settings, demo=True), clock)) as client:
        assert client.get("/api/v1/sites/AYL").json() == {"id": "AYL", "name": "Other"}


def test_the_diary_stays_empty_without_the_demo(client: TestClient) -> None:
    assert client.get("/api/v1/sites").json() == {"items": [], "next": None}
