from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.database.session import Store
from api.database.tables import answers, audit
from tests.api.support import builders
from tests.api.support.builders import NOW, book

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
    """The whole body of an error."""
    told = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    return told | ({"errors": [{"where": where, "message": message} for where, message in errors]} if errors else {})


def listed(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    response = client.get(f"/api/v1/{path}", params=query)
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


@each_kind
def test_one_is_added_read_changed_and_removed(
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
    assert (changed.status_code, changed.json(), changed.headers["etag"]) == (200, value | change, '"2"')
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
def test_two_people_never_overwrite_each_other(
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
def test_what_there_is_not_cannot_be_changed(
    seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str
) -> None:
    where, headers = f"/api/v1/{path}/{value['id']}", {"if-match": '"1"'}
    expected = problem("not-found", "Not Found", 404, f"There is no {noun} '{value['id']}'.")
    for response in (seeded.put(where, json=value, headers=headers), seeded.delete(where, headers=headers)):
        assert (response.status_code, response.json()) == (404, expected)


@each_kind
def test_an_id_is_given_once(seeded: TestClient, path: str, value: dict[str, Any], change: dict[str, Any], noun: str) -> None:
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


def test_an_id_may_hold_what_has_a_meaning_in_addresses(seeded: TestClient) -> None:
    odd = "A/B ?#%é"
    site = seeded.post("/api/v1/sites", json={"id": odd, "name": ""})
    assert (site.status_code, site.headers["location"]) == (201, "/api/v1/sites/A%2FB%20%3F%23%25%C3%A9")
    assert seeded.get(site.headers["location"]).json() == {"id": odd, "name": ""}
    assert seeded.delete(site.headers["location"], headers={"if-match": '"1"'}).status_code == 204

    requested = seeded.post("/api/v1/conferences", json=builders.conference(odd))
    where = requested.headers["location"]
    assert seeded.get(where).json() == requested.json()
    assert [entry["event"] for entry in seeded.get(f"{where}/history").json()["items"]] == ["requested"]
    cancelled = seeded.post(
        f"{where}/cancel", json={"reason": "no longer needed"}, headers={"if-match": requested.headers["etag"]}
    )
    assert cancelled.json()["state"] == "cancelled", cancelled.json()


def test_a_hold_without_an_id_is_given_one(seeded: TestClient) -> None:
    added = seeded.post("/api/v1/holds", json={"site": "AYL", "week": "2027-01-11", "count": 1})
    assert added.status_code == 201
    assert seeded.get(added.headers["location"]).json() == added.json()


def test_every_fault_is_told_and_nothing_kept(seeded: TestClient) -> None:
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
            ("id", "' X' can't be an id. Enter 1 to 200 characters without spaces at either end."),
            ("starts[0]", "'25:00' is not a time of day. Enter one such as 10:00."),
            ("first", "'2027-13-01' is not a date. Enter a date such as 2026-12-01."),
            ("beds", "is not a field here."),
        ),
    )
    assert seeded.get("/api/v1/rooms").json()["items"][-1]["id"] == "WYC-1"


def test_what_refers_to_nothing_is_refused(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/rooms", json=ROOM | {"site": "AYLL"})
    assert (response.status_code, response.json()) == (
        422,
        problem(
            "invalid",
            "Unprocessable Entity",
            422,
            "The data has faults: 1.",
            ("rooms.CHE-1.site", "there is no site 'AYLL'. Did you mean 'AYL'? Enter the id of one listed under sites."),
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
                ("travel[1].to", "there is no site 'AMR'. Enter the id of one listed under sites."),
                ("travel[2].from", "there is no site 'AMR'. Enter the id of one listed under sites."),
                ("rooms.AMR-1.site", "there is no site 'AMR'. Enter the id of one listed under sites."),
                (
                    "minute_takers.M1.sites[1]",
                    "there is no site 'AMR'. Enter the id of one listed under sites.",
                ),
                ("conferences.CPC-4.site", "there is no site 'AMR'. Enter the id of one listed under sites."),
            ],
        ),
        ("rooms/AYL-1", "room", []),  # booked
        (
            "chairs/C2",
            "chair",
            [("conferences.CPC-4.chair", "there is no chair 'C2'. Enter the id of one listed under chairs.")],
        ),
        ("minute-takers/M1", "minute taker", []),  # booked
    ],
)
def test_what_others_need_is_not_removed(
    seeded: TestClient, store: Store, where: str, noun: str, errors: list[tuple[str, str]]
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    response = seeded.delete(f"/api/v1/{where}", headers={"if-match": '"1"'})
    detail = f"The {noun} '{where.split('/')[1]}' is needed by others. Change these first."
    assert (response.status_code, response.json()) == (409, problem("in-use", "Conflict", 409, detail, *errors))
    assert seeded.get(f"/api/v1/{where}").status_code == 200


def test_a_diary_begins_with_its_sites(client: TestClient) -> None:
    for path, value in (("chairs", {"id": "C1"}), ("rooms", ROOM), ("holds", HOLD)):
        response = client.post(f"/api/v1/{path}", json=value)
        expected = problem("no-site", "Conflict", 409, "There is no site yet. Add a site first.")
        assert (response.status_code, response.json()) == (409, expected)
    for path, values in (("sites", builders.SITES), ("rooms", builders.ROOMS), ("chairs", builders.CHAIRS)):
        for value in values:
            assert client.post(f"/api/v1/{path}", json=value).status_code == 201
    assert [room["id"] for room in listed(client, "rooms")["items"]] == ["AYL-1", "AMR-1", "WYC-1"]


def test_the_last_site_stays_while_anything_needs_it(client: TestClient) -> None:
    client.post("/api/v1/sites", json=SITE)
    client.post("/api/v1/rooms", json=ROOM | {"site": "CHE"})
    response = client.delete("/api/v1/sites/CHE", headers={"if-match": '"1"'})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/no-site")
    assert client.delete("/api/v1/rooms/CHE-1", headers={"if-match": '"1"'}).status_code == 204
    assert client.delete("/api/v1/sites/CHE", headers={"if-match": '"1"'}).status_code == 204


def test_pages_stay_as_they_are_while_others_are_added_and_removed(seeded: TestClient) -> None:
    def add(*identifiers: str) -> None:
        for identifier in identifiers:
            assert seeded.post("/api/v1/sites", json={"id": identifier}).status_code == 201

    add("S1", "S2", "S3")
    first = listed(seeded, "sites", most=2)
    assert [site["id"] for site in first["items"]] == ["AYL", "AMR"]
    add("A0")
    second = listed(seeded, "sites", most=2, after=first["next"])
    assert [site["id"] for site in second["items"]] == ["WYC", "S1"]
    assert seeded.delete("/api/v1/sites/S1", headers={"if-match": '"1"'}).status_code == 204
    third = listed(seeded, "sites", most=2, after=second["next"])
    assert [site["id"] for site in third["items"]] == ["S2", "S3"]
    last = listed(seeded, "sites", most=2, after=third["next"])
    assert ([site["id"] for site in last["items"]], last["next"]) == (["A0"], None)


@pytest.mark.parametrize("query", [{"most": 0}, {"most": 501}, {"most": "x"}, {"after": -1}, {"after": 2**31}])
def test_a_page_that_cannot_be_is_refused(client: TestClient, query: dict[str, Any]) -> None:
    response = client.get("/api/v1/sites", params=query)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid")
    assert [error["where"] for error in response.json()["errors"]] == [f"query.{next(iter(query))}"]


def test_a_request_that_comes_again_gets_the_same_answer_and_does_nothing(seeded: TestClient, store: Store) -> None:
    key = {"idempotency-key": "one"}
    first = seeded.post("/api/v1/sites", json=SITE, headers=key)
    assert seeded.put("/api/v1/sites/CHE", json=SITE | {"name": "New"}, headers={"if-match": '"1"'}).status_code == 200
    again = seeded.post("/api/v1/sites", json=SITE, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    replayed = {name: again.headers[name] for name in ("location", "etag", "content-type", "idempotency-replayed")}
    assert replayed == {"location": "/api/v1/sites/CHE", "etag": '"1"', "content-type": "application/json"} | {
        "idempotency-replayed": "true"
    }
    assert "idempotency-replayed" not in first.headers
    assert seeded.get("/api/v1/sites/CHE").json() == SITE | {"name": "New"}
    with store.reading() as connection:
        assert len(connection.execute(select(answers)).all()) == 1


def test_a_key_is_not_used_for_another_request(seeded: TestClient) -> None:
    key = {"idempotency-key": "one"}
    assert seeded.post("/api/v1/sites", json=SITE, headers=key).status_code == 201
    other = seeded.post("/api/v1/sites", json=SITE | {"id": "OTHER"}, headers=key)
    detail = "This Idempotency-Key was sent before with another request. Send a new one for each request."
    assert (other.status_code, other.json()) == (422, problem("key-used", "Unprocessable Entity", 422, detail))
    assert seeded.get("/api/v1/sites/OTHER").status_code == 404
    elsewhere = seeded.post("/api/v1/rooms", json=ROOM, headers=key)
    assert elsewhere.status_code == 201


def test_a_refusal_is_not_kept_under_its_key(seeded: TestClient) -> None:
    """Once the reason has gone, the same request is welcome."""
    key = {"idempotency-key": "one"}
    assert seeded.post("/api/v1/rooms", json=ROOM | {"site": "CHE"}, headers=key).status_code == 422
    assert seeded.post("/api/v1/sites", json=SITE).status_code == 201
    assert seeded.post("/api/v1/rooms", json=ROOM | {"site": "CHE"}, headers=key).status_code == 201


def test_every_write_is_in_the_audit_and_no_refusal(seeded: TestClient, store: Store) -> None:
    seeded.get("/api/v1/sites")
    seeded.post("/api/v1/sites", json=SITE)
    seeded.post("/api/v1/sites", json=SITE)  # refused
    seeded.put("/api/v1/sites/CHE", json=SITE, headers={"if-match": '"1"'})
    seeded.delete("/api/v1/sites/CHE", headers={"if-match": '"2"'})
    with store.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    assert [tuple(row)[1:] for row in rows] == [
        (NOW, "nobody signed in", "POST", "/api/v1/sites", 201),
        (NOW, "nobody signed in", "PUT", "/api/v1/sites/CHE", 200),
        (NOW, "nobody signed in", "DELETE", "/api/v1/sites/CHE", 204),
    ]


def test_too_much_is_refused(client: TestClient) -> None:
    response = client.post("/api/v1/sites", content=b" " * ((20 << 20) + 1), headers={"content-type": "application/json"})
    detail = "It has 20971521 bytes. Send 20971520 or fewer."
    title = response.json()["title"]  # its wording differs between versions of Python
    assert (response.status_code, response.json()) == (413, problem("too-large", title, 413, detail))


def test_no_more_is_read_than_may_be_sent(client: TestClient) -> None:
    pieces = iter([b" " * (1 << 20)] * 30)
    response = client.post("/api/v1/sites", content=pieces, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["detail"]) == (413, "It has more than 20971520 bytes. Send 20971520 or fewer.")
