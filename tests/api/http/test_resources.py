from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.http.resources import resource_path
from api.settings import Settings
from tests.api.support.builders import Clock, fill
from tests.api.support.drafts import CPC_1, draft, publish
from tests.builders import conference

API = "/conferences/api/v1"
PLACE = {"conference": "CPC-1", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
JANUARY = {"first": "2027-01-04", "last": "2027-01-31"}


@pytest.fixture
def behind(settings: Settings, store: Store, clock: Clock) -> Iterator[TestClient]:
    """A client of the service behind a proxy that removes the path prefix."""
    fill(store)
    public = replace(settings, public_address="https://example.org/conferences")
    with TestClient(create_app(public, clock)) as client:
        yield client


def test_a_path_begins_at_the_root_without_a_proxy() -> None:
    assert resource_path("sites", "A/B") == "/api/v1/sites/A%2FB"


@pytest.mark.parametrize(
    ("collection", "body", "identifier"),
    [
        ("sites", {"id": "CHE"}, "CHE"),
        ("conferences", conference("CPC-9"), "CPC-9"),
        (
            "bookings",
            {"conference": "CPC-1", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"},
            None,
        ),
        ("room-closures", {"room": "AYL-1", "first": "2027-01-12", "last": "2027-01-12"}, None),
        ("feeds", {"of": "service"}, None),
    ],
)
def test_every_location_begins_with_the_prefix(behind: TestClient, collection: str, body: Any, identifier: str | None) -> None:
    response = behind.post(f"/api/v1/{collection}", json=body)
    assert response.status_code == 201
    result = response.headers["location"]
    assert result.startswith(f"{API}/{collection}/")
    assert identifier is None or result == f"{API}/{collection}/{identifier}"
    # The proxy may pass the prefix on, or remove it.
    assert behind.get(result).status_code == behind.get(result.removeprefix("/conferences")).status_code == 200


def test_every_link_begins_with_the_prefix(behind: TestClient, store: Store) -> None:
    plan = behind.post("/api/v1/plans", json=JANUARY)
    path = f"{API}/plans/{plan.json()['id']}"
    assert plan.headers["location"] == path
    assert plan.json()["links"] == {"self": path, "events": f"{path}/events", "cancel": f"{path}/cancel"}
    scenarios = [{"name": "C3 leaves", "changes": [{"change": "chair_leaves", "chair": "C3"}]}]
    whatif = behind.post("/api/v1/whatif", json={**JANUARY, "scenarios": scenarios})
    assert whatif.headers["location"].startswith(f"{API}/whatif/")
    assert all(link.startswith(whatif.headers["location"]) for link in whatif.json()["links"].values())
    published = publish(behind, draft(store, CPC_1))
    assert published.headers["location"] == f"{API}/publications/1"


def test_a_repeated_request_gets_the_same_location(behind: TestClient) -> None:
    headers = {"idempotency-key": "one"}
    first, second = (behind.post("/api/v1/sites", json={"id": "CHE"}, headers=headers) for _ in range(2))
    assert first.headers["location"] == second.headers["location"] == f"{API}/sites/CHE"


def test_feeds_are_fetched_with_and_without_the_prefix(behind: TestClient) -> None:
    links = behind.post("/api/v1/feeds", json={"of": "service"}).json()["links"]
    assert links["https"] == f"https://example.org/conferences/calendars/{links['secret']}.ics"
    for path in (f"/conferences/calendars/{links['secret']}.ics", f"/calendars/{links['secret']}.ics"):
        result = behind.get(path)
        assert result.status_code == 200
        assert behind.get(path, headers={"if-none-match": result.headers["etag"]}).status_code == 304


def test_the_openapi_document_names_the_prefix_as_its_server(behind: TestClient, client: TestClient) -> None:
    for path in ("/api/v1/openapi.json", f"{API}/openapi.json"):
        assert behind.get(path).json()["servers"] == [{"url": "/conferences"}]
    assert behind.get(f"{API}/docs").text == client.get("/api/v1/docs").text
    assert "servers" not in client.get("/api/v1/openapi.json").json()
