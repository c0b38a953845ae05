"""Bookings by hand at a taken place: the refusal lists the clashes, and each rule that would be broken without them."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.diary.bookings.test_routes import PATH, booking_request, post


def test_an_overlap_is_reported_with_every_rule_that_is_broken(seeded: TestClient) -> None:
    seeded.post(PATH, json=booking_request())
    seeded.post("/api/v1/absences", json={"chair": "C2", "first": "2027-01-12", "last": "2027-01-12"})
    seeded.post("/api/v1/room-closures", json={"room": "AYL-1", "first": "2027-01-12", "last": "2027-01-12"})
    before = seeded.get(PATH).json()
    response = seeded.post(PATH, json=booking_request("CPC-2", chair="C2", minute_taker=None))
    errors = [
        {"where": "room", "message": "AYL-1 is taken by CPC-1 at 2027-01-12T10:00."},
        {"where": "R2", "message": "CPC-2 is in AYL-1, which is closed on Tuesday 12 January 2027."},
        {"where": "R3", "message": "CPC-2: C2 does not work on Tuesday 12 January 2027."},
        {"where": "R5", "message": "CPC-2: it has no minute taker."},
    ]
    body = response.json()
    assert (response.status_code, body["type"], body["errors"]) == (409, "/problems/slot-taken", errors)
    taken, *rules = [one["message"] for one in errors]
    assert body["detail"] == " ".join([f"That place is taken: {taken} Choose another.", *rules])
    assert seeded.get(PATH).json() == before
    assert seeded.get("/api/v1/conferences/CPC-2").json()["state"] == "requested"


def test_a_move_to_a_taken_place_is_refused_with_every_rule_that_is_broken(seeded: TestClient) -> None:
    seeded.post(PATH, json=booking_request())
    number = seeded.post(PATH, json=booking_request("CPC-2", start="2027-01-13T10:00", chair="C2", minute_taker="M2")).json()[
        "number"
    ]
    seeded.post("/api/v1/absences", json={"chair": "C2", "first": "2027-01-12", "last": "2027-01-12"})
    before = seeded.get(PATH).json()
    response = post(seeded, number, "move", {"reason": "family asked", "start": "2027-01-12T10:00"})
    assert (response.status_code, response.json()["errors"]) == (
        409,
        [
            {"where": "room", "message": "AYL-1 is taken by CPC-1 at 2027-01-12T10:00."},
            {"where": "R3", "message": "CPC-2: C2 does not work on Tuesday 12 January 2027."},
        ],
    )
    assert seeded.get(PATH).json() == before
