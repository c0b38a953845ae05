from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support import builders
from tests.api.support.builders import book

SITE = {"id": "CHE", "name": "Chesham"}
ROOM = {"id": "CHE-1", "site": "AYL", "name": "Room 1", "starts": ["10:00"], "hybrid_from": None, "accessible": False} | {
    "first": None,
    "last": None,
    "closed": [],
}
CHAIR = {"id": "C9", "name": "", "works": ["mon", "tue"], "absences": [], "busy": [], "max_per_day": 2, "fte": 0.5} | {
    "base": "AYL",
    "first": None,
    "last": None,
    "caseload": 40,
    "max_per_week": None,
    "max_office_days": None,
    "reserve": False,
}
MINUTE_TAKER = {"id": "M9", "name": "", "works": ["mon"], "absences": [], "busy": [], "max_per_day": None, "sites": ["AYL"]}
HOLD = {"id": "H-9", "site": "WYC", "week": "2027-01-11", "count": 2}

KINDS: list[Any] = [
    ("sites", SITE, {"name": "Chesham Road"}, "site"),
    ("rooms", ROOM, {"closed": [{"first": "2027-01-11", "last": "2027-01-15"}]}, "room"),
    ("chairs", CHAIR, {"absences": [{"first": "2027-01-11", "last": "2027-01-15"}]}, "chair"),
    ("minute-takers", MINUTE_TAKER, {"sites": ["AYL", "WYC"]}, "minute taker"),
    ("holds", HOLD, {"count": 1}, "hold"),
]
each_kind = pytest.mark.parametrize(("path", "value", "change", "noun"), KINDS, ids=[kind[0] for kind in KINDS])


def problem(kind: str, title: str, status: int, detail: str, *errors: tuple[str, str]) -> dict[str, Any]:
    """Return the body of an error response."""
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    return body | ({"errors": [{"where": where, "message": message} for where, message in errors]} if errors else {})


def listed(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    response = client.get(f"/api/v1/{path}", params=query)
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


@each_kind
def test_an_item_is_added_read_changed_and_removed(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    before = listed(seeded, path)
    where = f"/api/v1/{path}/{value['id']}"

    added = seeded.post(f"/api/v1/{path}", json=value)
    assert (added.status_code, added.json()) == (201, value)
    assert (added.headers["location"], added.headers["etag"]) == (where, '"1"')
    read = seeded.get(where)
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, value, '"1"')
    assert listed(seeded, path) == {"items": [*before["items"], value], "next": None}

    changed = seeded.put(where, json=value | change, headers={"if-match": '"1"'})
    shown = value | change | {"broken_bookings": []}
    assert (changed.status_code, changed.json(), changed.headers["etag"]) == (200, shown, '"2"')
    assert seeded.get(where).json() == value | change
    assert listed(seeded, path) == {"items": [*before["items"], value | change], "next": None}

    removed = seeded.delete(where, headers={"if-match": '"2"'})
    assert (removed.status_code, removed.content) == (204, b"")
    assert listed(seeded, path) == before
    gone = seeded.get(where)
    assert gone.status_code == 404
    assert gone.headers["content-type"] == "application/problem+json"
    assert gone.json() == problem("not-found", "Not Found", 404, f"There is no {noun} '{value['id']}'.")


@each_kind
def test_two_people_cannot_overwrite_each_others_changes(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    where = f"/api/v1/{path}/{value['id']}"
    seeded.post(f"/api/v1/{path}", json=value)
    assert seeded.put(where, json=value | change, headers={"if-match": '"1"'}).status_code == 200
    unsaid = problem(
        "version-needed",
        "Precondition Required",
        428,
        "The If-Match header is missing. Send the ETag of the version that your change is based on; GET returns it.",
    )
    stale = problem(
        "changed-meanwhile",
        "Precondition Failed",
        412,
        "It has changed since that version. GET it again, and check that your change still applies.",
    )
    for response, expected in (
        (seeded.put(where, json=value), unsaid),
        (seeded.delete(where), unsaid),
        (seeded.put(where, json=value, headers={"if-match": '"1"'}), stale),
        (seeded.delete(where, headers={"if-match": '"1"'}), stale),
    ):
        assert (response.status_code, response.json()) == (expected["status"], expected)
    assert (seeded.get(where).json(), seeded.get(where).headers["etag"]) == (value | change, '"2"')
    assert seeded.delete(where, headers={"if-match": "*"}).status_code == 204


@each_kind
def test_an_unknown_item_cannot_be_changed(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    where, headers = f"/api/v1/{path}/{value['id']}", {"if-match": '"1"'}
    expected = problem("not-found", "Not Found", 404, f"There is no {noun} '{value['id']}'.")
    for response in (seeded.put(where, json=value, headers=headers), seeded.delete(where, headers=headers)):
        assert (response.status_code, response.json()) == (404, expected)


@each_kind
def test_an_id_can_be_added_only_once(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    seeded.post(f"/api/v1/{path}", json=value)
    again = seeded.post(f"/api/v1/{path}", json=value | change)
    detail = f"There is a {noun} '{value['id']}' already. Give this one another id, or change that one."
    assert (again.status_code, again.json()) == (409, problem("id-taken", "Conflict", 409, detail))
    assert seeded.get(f"/api/v1/{path}/{value['id']}").json() == value


@each_kind
def test_an_id_cannot_be_changed(seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str) -> None:
    seeded.post(f"/api/v1/{path}", json=value)
    other = seeded.put(f"/api/v1/{path}/{value['id']}", json=value | {"id": "X"}, headers={"if-match": '"1"'})
    detail = f"This is {value['id']}; an id can't be changed to 'X'. Add a new {noun} instead."
    assert (other.status_code, other.json()) == (422, problem("invalid", "Unprocessable Entity", 422, detail))


def test_an_id_can_contain_reserved_characters_of_urls(seeded: TestClient) -> None:
    odd = "A/B ?#%é"
    site = seeded.post("/api/v1/sites", json={"id": odd, "name": ""})
    assert (site.status_code, site.headers["location"]) == (201, "/api/v1/sites/A%2FB%20%3F%23%25%C3%A9")
    assert seeded.get(site.headers["location"]).json() == {"id": odd, "name": ""}
    assert seeded.delete(site.headers["location"], headers={"if-match": '"1"'}).status_code == 204

    seeded.put("/api/v1/references", json={"characters": "/ ?#%"}, headers={"if-match": '"0"'})
    requested = seeded.post("/api/v1/conferences", json=builders.conference(odd))
    where = requested.headers["location"]
    assert seeded.get(where).json() == requested.json()
    assert [entry["event"] for entry in seeded.get(f"{where}/history").json()["items"]] == ["requested"]
    cancelled = seeded.post(
        f"{where}/cancel", json={"reason": "no longer needed"}, headers={"if-match": requested.headers["etag"]}
    )
    assert cancelled.json()["state"] == "cancelled", cancelled.json()


def test_a_hold_without_an_id_gets_one(seeded: TestClient) -> None:
    added = seeded.post("/api/v1/holds", json={"site": "AYL", "week": "2027-01-11", "count": 1})
    assert added.status_code == 201
    assert seeded.get(added.headers["location"]).json() == added.json()


def test_all_faults_are_reported_and_nothing_is_stored(seeded: TestClient) -> None:
    response = seeded.post(
        "/api/v1/rooms", json={"id": " X", "site": "AYL", "starts": ["25:00"], "beds": 1, "first": "2027-13-01"}
    )
    assert (response.status_code, response.json()) == (
        422,
        problem(
            "invalid",
            "Unprocessable Entity",
            422,
            "The request has errors.",
            ("id", "' X' can't be entered here. Enter 1 to 200 characters without spaces at either end."),
            ("starts[0]", "'25:00' is not a time of day. Enter one such as 10:00."),
            ("first", "'2027-13-01' is not a date. Enter a date such as 2026-12-01."),
            ("beds", "is not a field here."),
        ),
    )
    assert seeded.get("/api/v1/rooms").json()["items"][-1]["id"] == "WYC-1"


def test_an_unknown_reference_is_refused(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/rooms", json=ROOM | {"site": "AYLL"})
    assert (response.status_code, response.json()) == (
        422,
        problem(
            "invalid",
            "Unprocessable Entity",
            422,
            "The data has faults: 1.",
            ("rooms.CHE-1.site", "there is no site 'AYLL'. Did you mean 'AYL'? Enter an id that is listed under sites."),
        ),
    )
    assert seeded.get("/api/v1/rooms/CHE-1").status_code == 404


@pytest.mark.parametrize(
    ("where", "noun", "errors"),
    [
        (
            "sites/AMR",
            "site",
            [
                ("travel[1].to", "there is no site 'AMR'. Enter an id that is listed under sites."),
                ("travel[2].from", "there is no site 'AMR'. Enter an id that is listed under sites."),
                ("rooms.AMR-1.site", "there is no site 'AMR'. Enter an id that is listed under sites."),
                (
                    "minute_takers.M1.sites[1]",
                    "there is no site 'AMR'. Enter an id that is listed under sites.",
                ),
                ("conferences.CPC-4.site", "there is no site 'AMR'. Enter an id that is listed under sites."),
            ],
        ),
        ("rooms/AYL-1", "room", []),  # booked
        (
            "chairs/C2",
            "chair",
            [("conferences.CPC-4.chair", "there is no chair 'C2'. Enter an id that is listed under chairs.")],
        ),
        ("minute-takers/M1", "minute taker", []),  # booked
    ],
)
def test_an_item_that_others_need_cannot_be_removed(
    seeded: TestClient, store: Store, where: str, noun: str, errors: list[tuple[str, str]]
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    response = seeded.delete(f"/api/v1/{where}", headers={"if-match": '"1"'})
    detail = f"The {noun} '{where.split('/')[1]}' is needed by others. Change these first."
    assert (response.status_code, response.json()) == (409, problem("in-use", "Conflict", 409, detail, *errors))
    assert seeded.get(f"/api/v1/{where}").status_code == 200


def test_an_empty_diary_needs_a_site_first(client: TestClient) -> None:
    for path, value in (("chairs", {"id": "C1"}), ("rooms", ROOM), ("holds", HOLD)):
        response = client.post(f"/api/v1/{path}", json=value)
        expected = problem("no-site", "Conflict", 409, "There is no site yet. Add a site first.")
        assert (response.status_code, response.json()) == (409, expected)
    for path, values in (("sites", builders.SITES), ("rooms", builders.ROOMS), ("chairs", builders.CHAIRS)):
        for value in values:
            assert client.post(f"/api/v1/{path}", json=value).status_code == 201
    assert [room["id"] for room in listed(client, "rooms")["items"]] == ["AYL-1", "AMR-1", "WYC-1"]


def test_the_last_site_cannot_be_removed_while_it_is_needed(client: TestClient) -> None:
    client.post("/api/v1/sites", json=SITE)
    client.post("/api/v1/rooms", json=ROOM | {"site": "CHE"})
    response = client.delete("/api/v1/sites/CHE", headers={"if-match": '"1"'})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/no-site")
    assert client.delete("/api/v1/rooms/CHE-1", headers={"if-match": '"1"'}).status_code == 204
    assert client.delete("/api/v1/sites/CHE", headers={"if-match": '"1"'}).status_code == 204


@each_kind
def test_an_id_that_looks_like_another_is_refused(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    seeded.post(f"/api/v1/{path}", json=value)
    again = seeded.post(f"/api/v1/{path}", json=value | {"id": f"{value['id'].lower()}\u200b"})
    detail = (
        f"'{value['id'].lower()}{{U+200B}}' is too similar to the {noun} '{value['id']}'. Did you mean that one? "
        "Otherwise enter another id."
    )
    assert (again.status_code, again.json()["detail"]) == (422, detail)
