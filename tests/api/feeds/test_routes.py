from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.database.tables import metadata
from api.settings import Settings
from tests.api.diary.registers.test_routes import problem
from tests.api.support.builders import Clock, fill

PATH = "/api/v1/feeds"
NEW = {"of": "chair", "subject": "C1", "detail": "reference"}
AT = "2027-01-04T09:00:00Z"


def create(client: TestClient, **changes: Any) -> dict[str, Any]:
    response = client.post(PATH, json=NEW | changes)
    assert response.status_code == 201
    body: dict[str, Any] = response.json()
    return body


def without_links(feed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in feed.items() if name != "links"}


def test_a_new_feed_shows_its_links_once(seeded: TestClient) -> None:
    response = seeded.post(PATH, json={"of": "chair", "subject": "C1"})
    feed = response.json()
    identifier, secret = feed["id"], feed["links"]["secret"]
    assert (response.status_code, feed) == (
        201,
        {
            "id": identifier,
            "of": "chair",
            "subject": "C1",
            "detail": "reference",
            "made_at": AT,
            "revoked_at": None,
            "last_fetched": None,
            "links": {
                "secret": secret,
                "https": f"http://testserver/calendars/{secret}.ics",
                "webcal": f"webcal://testserver/calendars/{secret}.ics",
            },
        },
    )
    headers = {name: response.headers[name] for name in ("etag", "location", "cache-control")}
    assert headers == {"etag": '"1"', "location": f"{PATH}/{identifier}", "cache-control": "no-store"}
    read = seeded.get(f"{PATH}/{identifier}")
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, without_links(feed), '"1"')
    assert seeded.get(PATH).json() == {"items": [without_links(feed)], "next": None}


def test_feeds_are_listed_in_pages(seeded: TestClient) -> None:
    feeds = [without_links(create(seeded, **changes)) for changes in ({}, {"of": "room", "subject": "AYL-1"}, {"detail": "busy"})]
    first = seeded.get(PATH, params={"most": 2}).json()
    assert first == {"items": feeds[:2], "next": 2}
    assert seeded.get(PATH, params={"most": 2, "after": first["next"]}).json() == {"items": feeds[2:], "next": None}


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"subject": "C9"}, "subject", "there is no chair 'C9'. Enter the id of an existing one."),
        ({"of": "minute_taker"}, "subject", "there is no minute taker 'C1'. Enter the id of an existing one."),
        ({"of": "site", "subject": None}, "subject", "is missing. Enter the id of a site."),
        ({"of": "service"}, "subject", "is not needed for a feed of the whole service. Leave it out."),
        ({"of": "kitchen"}, "of", "'kitchen' is not one of the choices. Enter one of: chair, minute_taker, room, site, service."),
        ({"detail": "all"}, "detail", "'all' is not one of the choices. Enter one of: reference, busy."),
    ],
)
def test_an_invalid_feed_is_refused(seeded: TestClient, changes: dict[str, Any], where: str, message: str) -> None:
    response = seeded.post(PATH, json=NEW | changes)
    expected = problem("invalid", "Unprocessable Entity", 422, "The request has errors.", (where, message))
    assert (response.status_code, response.json()) == (422, expected)
    assert seeded.get(PATH).json() == {"items": [], "next": None}


def test_rotation_replaces_the_links(seeded: TestClient) -> None:
    feed = create(seeded)
    path, old = f"{PATH}/{feed['id']}", feed["links"]["https"]
    assert seeded.get(old, headers={"user-agent": "khal"}).status_code == 200
    assert seeded.get(path).json() == without_links(feed) | {"last_fetched": {"at": AT, "client": "khal"}}

    assert seeded.post(f"{path}/rotate").status_code == 428
    assert seeded.post(f"{path}/rotate", headers={"if-match": '"7"'}).status_code == 412
    rotated = seeded.post(f"{path}/rotate", headers={"if-match": '"1"'})
    new = rotated.json()["links"]
    assert (rotated.status_code, rotated.headers["etag"], rotated.headers["cache-control"]) == (200, '"2"', "no-store")
    assert rotated.json() == feed | {"links": new}
    assert [seeded.get(link).status_code for link in (old, new["https"])] == [404, 200]


def test_a_revoked_feed_stays_revoked(seeded: TestClient) -> None:
    feed = create(seeded)
    path, link = f"{PATH}/{feed['id']}", feed["links"]["https"]
    assert seeded.post(f"{path}/revoke").status_code == 428
    revoked = seeded.post(f"{path}/revoke", headers={"if-match": '"1"'})
    expected = without_links(feed) | {"revoked_at": AT}
    assert (revoked.status_code, revoked.json(), revoked.headers["etag"]) == (200, expected, '"2"')
    assert seeded.get(link).status_code == 404
    again = seeded.post(f"{path}/revoke", headers={"if-match": '"2"'})
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, expected, '"2"')
    rotated = seeded.post(f"{path}/rotate", headers={"if-match": '"2"'})
    expected = problem("revoked", "Conflict", 409, "This feed has been revoked. Create a new one.")
    assert (rotated.status_code, rotated.json()) == (409, expected)


@pytest.mark.parametrize("change", ["", "/rotate", "/revoke"])
def test_an_unknown_feed_is_not_found(seeded: TestClient, change: str) -> None:
    path = f"{PATH}/nothing{change}"
    response = seeded.post(path, headers={"if-match": "*"}) if change else seeded.get(path)
    assert (response.status_code, response.json()) == (404, problem("not-found", "Not Found", 404, "There is no feed 'nothing'."))


def test_a_repeated_request_creates_nothing_and_shows_no_secret(seeded: TestClient, store: Store) -> None:
    headers = {"idempotency-key": "one"}
    first, second = (seeded.post(PATH, json=NEW, headers=headers) for _ in range(2))
    assert (second.status_code, second.headers["idempotency-replayed"]) == (201, "true")
    assert second.json() == first.json() | {"links": None}
    assert len(seeded.get(PATH).json()["items"]) == 1
    secret = first.json()["links"]["secret"]
    with store.reading() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert not any(secret in row for row in rows)


def test_links_begin_with_the_public_address(settings: Settings, store: Store, clock: Clock) -> None:
    fill(store)
    public = replace(settings, public_address="https://diary.example.org/planner/")
    with TestClient(create_app(public, clock)) as client:
        links = create(client)["links"]
    path = f"diary.example.org/planner/calendars/{links['secret']}.ics"
    assert (links["https"], links["webcal"]) == (f"https://{path}", f"webcal://{path}")
