from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support.builders import book

DAYS = {"first": "2027-01-11", "last": "2027-01-15"}
KINDS: list[Any] = [
    ("absences", "chairs", "absences", "absence", {"chair": "C1", "minute_taker": None}, "chair"),
    ("absences", "minute-takers", "absences", "absence", {"chair": None, "minute_taker": "M1"}, "minute_taker"),
    ("room-closures", "rooms", "closed", "room closure", {"room": "AYL-1"}, "room"),
]
each_kind = pytest.mark.parametrize(("path", "owners", "field", "noun", "whose", "of"), KINDS, ids=[kind[5] for kind in KINDS])


@each_kind
def test_an_absence_is_added_read_and_removed_with_its_owner(
    seeded: TestClient, store: Store, path: str, owners: str, field: str, noun: str, whose: dict[str, Any], of: str
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-18T10:00", minute_taker="M1")
    identifier = f"{of}:{whose[of]}:2027-01-11:2027-01-15"
    item = {"id": identifier, **whose, **DAYS}

    response = seeded.post(f"/api/v1/{path}", json={of: whose[of], **DAYS})
    rule = {"chair": "R3", "minute_taker": "R5", "room": "R2"}[of]
    seen = item | {"affected": ["CPC-1"], "broken_bookings": [], "repair": None}
    broken = [(one["number"], one["conference"], one["rule"]) for one in response.json()["broken_bookings"]]
    assert (response.status_code, response.json() | {"broken_bookings": [], "repair": None}, broken) == (
        201,
        seen,
        [(1, "CPC-1", rule)],
    )

    owner = seeded.get(f"/api/v1/{owners}/{whose[of]}")
    assert (owner.json()[field], owner.headers["ETag"]) == ([DAYS], '"2"')
    assert seeded.get(f"/api/v1/{path}").json() == {"items": [item], "next": None}
    one = seeded.get(response.headers["Location"])
    assert (one.json(), one.headers["ETag"]) == (seen, '"2"')

    again = seeded.post(f"/api/v1/{path}", json={of: whose[of], **DAYS})
    assert (again.status_code, again.json()["detail"]) == (409, f"That {noun} of '{whose[of]}' is entered already.")
    assert seeded.delete(f"/api/v1/{path}/{identifier}").status_code == 428
    assert seeded.delete(f"/api/v1/{path}/{identifier}", headers={"If-Match": '"1"'}).status_code == 412
    assert seeded.delete(f"/api/v1/{path}/{identifier}", headers={"If-Match": '"2"'}).status_code == 204
    assert seeded.get(f"/api/v1/{owners}/{whose[of]}").json()[field] == []
    gone = seeded.get(f"/api/v1/{path}/{identifier}")
    assert (gone.status_code, gone.json()["detail"]) == (404, f"There is no {noun} '{identifier}'.")


def test_pages_are_stable_when_absences_are_added(seeded: TestClient) -> None:
    def add(chair: str, first: str) -> str:
        body = seeded.post("/api/v1/absences", json={"chair": chair, "first": first, "last": "2027-02-01"}).json()
        return str(body["id"])

    late, early, middle = add("C3", "2027-01-04"), add("C1", "2027-01-05"), add("C2", "2027-01-04")
    first = seeded.get("/api/v1/absences", params={"most": 1}).json()
    second = seeded.get("/api/v1/absences", params={"most": 1, "after": first["next"]}).json()
    add("C1", "2027-01-04")
    third = seeded.get("/api/v1/absences", params={"most": 1, "after": second["next"]}).json()
    pages = [[one["id"] for one in page["items"]] for page in (first, second, third)]
    assert (pages, third["next"]) == ([[early], [middle], [late]], None)


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (DAYS, "", "Enter either a chair or a minute_taker."),
        ({"chair": "C1", "minute_taker": "M1", **DAYS}, "", "Enter either a chair or a minute_taker."),
        (
            {"chair": "C1", "first": "2027-01-15", "last": "2027-01-11"},
            "",
            "the range runs backwards: 2027-01-15 is after 2027-01-11. Enter a first day on or before the last.",
        ),
    ],
)
def test_an_absence_needs_one_person_and_valid_days(seeded: TestClient, body: Any, where: str, message: str) -> None:
    response = seeded.post("/api/v1/absences", json=body)
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": where, "message": message}])


def test_an_absence_of_an_unknown_person_is_refused(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/absences", json={"chair": "C9", **DAYS})
    assert (response.status_code, response.json()["detail"]) == (422, "There is no chair 'C9'. Enter a listed id.")


def test_an_id_with_a_slash_is_found(seeded: TestClient) -> None:
    seeded.post("/api/v1/rooms", json={"id": "A/1:x", "site": "AYL", "starts": ["10:00"]})
    response = seeded.post("/api/v1/room-closures", json={"room": "A/1:x", **DAYS})
    assert seeded.get(response.headers["Location"]).json() == response.json()
