"""The slot that a cancelled or moved booking leaves free, and who could take it."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.decisions.diary import store_held
from tests.api.support.builders import book, conference


def change(client: TestClient, number: int, what: str, **body: Any) -> dict[str, Any]:
    seen = client.get(f"/api/v1/bookings/{number}").headers["ETag"]
    answer = client.post(f"/api/v1/bookings/{number}/{what}", json=body, headers={"If-Match": seen})
    assert answer.status_code in (200, 201), answer.text
    result: dict[str, Any] = answer.json()
    return result


def matches(result: dict[str, Any]) -> list[tuple[str, int | None, int | None, int]]:
    return [
        (one["conference"], one["booking"], one["working_days_gained"], one["offer"]["working_days_to_spare"])
        for one in result["freed"]
    ]


def cancel(client: TestClient, number: int) -> dict[str, Any]:
    return change(client, number, "cancel", reason="family asked")


def test_a_cancelled_booking_lists_the_requests_that_could_take_its_slot(seeded: TestClient, store: Store) -> None:
    result = cancel(seeded, book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1"))
    assert matches(result) == [("CPC-1", None, None, 8), ("CPC-3", None, None, 10), ("CPC-4", None, None, 11)]
    booking = result["freed"][0]["offer"]["booking"]
    assert (booking["start"], booking["room"], booking["chair"]) == ("2027-01-12T10:00", "AYL-1", "C1")
    day = {"first": "2027-01-12", "last": "2027-01-12", "last_time": "10:00", "sites": ["AYL"]}
    offers = seeded.post("/api/v1/offers", json={"conference": "CPC-1", "filter": day}).json()["offers"]
    assert result["freed"][0]["offer"]["costs"] == offers[0]["costs"]


def test_a_match_can_be_booked_as_it_is(seeded: TestClient, store: Store) -> None:
    match = cancel(seeded, book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1"))["freed"][0]
    booking = match["offer"]["booking"]
    request = {"conference": match["conference"], "replaces": match["booking"]}
    request |= {name: booking[name] for name in ("start", "room", "chair")}
    assert seeded.post("/api/v1/offers/book", json=request).status_code == 201


def test_late_conferences_are_matched_with_the_days_they_gain(seeded: TestClient, store: Store) -> None:
    late = book(store, "CPC-1", "2027-02-03T10:00", minute_taker="M1")
    result = cancel(seeded, book(store, "CPC-2", "2027-01-25T10:00", minute_taker="M1"))
    assert matches(result)[0] == ("CPC-1", late, 7, -1)
    earlier = cancel(seeded, book(store, "CPC-2", "2027-01-20T10:00", minute_taker="M2"))
    assert matches(earlier)[0] == ("CPC-1", late, 10, 2)


def test_a_conference_booked_late_before_the_freed_day_or_in_time_is_no_match(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-26T10:00", minute_taker="M1")
    book(store, "CPC-3", "2027-01-26T14:00", minute_taker="M1")
    result = cancel(seeded, book(store, "CPC-2", "2027-01-27T10:00", minute_taker="M1"))
    assert [name for name, *_ in matches(result)] == ["CPC-4"]


def test_a_moved_booking_lists_who_could_take_its_old_slot(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1")
    result = change(seeded, number, "move", reason="family asked", start="2027-01-13T10:00")
    assert [name for name, *_ in matches(result)] == ["CPC-1", "CPC-3", "CPC-4"]
    other_chair = change(seeded, result["number"], "move", reason="family asked", chair="C2")
    assert other_chair["freed"] == [], "the room is still taken"


def test_a_virtual_slot_is_its_chairs_time(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-2", "2027-01-12T10:00", room=None, chair="C3", minute_taker="M1")
    result = cancel(seeded, number)
    assert {one["offer"]["booking"]["chair"] for one in result["freed"]} == {"C3"}
    assert {one["offer"]["booking"]["room"] for one in result["freed"]} == {None}


def test_a_slot_too_soon_for_any_family_has_no_match_unless_notice_is_waived(seeded: TestClient, store: Store) -> None:
    assert cancel(seeded, book(store, "CPC-2", "2027-01-06T10:00", minute_taker="M1"))["freed"] == []
    seen = seeded.get("/api/v1/conferences/CPC-1").headers["ETag"]
    waiver = {"by": "MGR-1", "why": "a child at risk"}
    assert seeded.post("/api/v1/conferences/CPC-1/waive-notice", json=waiver, headers={"If-Match": seen}).status_code == 200
    result = cancel(seeded, book(store, "CPC-2", "2027-01-06T14:00", minute_taker="M1"))
    assert [name for name, *_ in matches(result)] == ["CPC-1"]


def test_a_slot_that_is_over_has_no_match(seeded: TestClient, store: Store) -> None:
    assert cancel(seeded, book(store, "CPC-2", "2026-12-08T10:00", minute_taker="M1"))["freed"] == []


def test_a_cancelled_conference_and_a_released_hold_leave_slots_too(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1")
    seen = seeded.get("/api/v1/conferences/CPC-2").headers["ETag"]
    answer = seeded.post("/api/v1/conferences/CPC-2/cancel", json={"reason": "no longer needed"}, headers={"If-Match": seen})
    assert [name for name, *_ in matches(answer.json())] == ["CPC-1", "CPC-3", "CPC-4"]
    released = cancel(seeded, store_held(store, "2027-01-19T10:00"))
    assert [name for name, *_ in matches(released)] == ["CPC-1", "CPC-3", "CPC-4"]


def test_a_rebooked_offer_lists_who_could_take_its_old_slot(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1")
    place = {"start": "2027-01-13T10:00", "room": "AYL-1", "chair": "C1"}
    request = {"conference": "CPC-2", "replaces": number, "reason": "family asked", **place}
    answer = seeded.post("/api/v1/offers/book", json=request)
    assert answer.status_code == 201, answer.text
    assert [name for name, *_ in matches(answer.json())] == ["CPC-1", "CPC-3", "CPC-4"]


def test_only_the_most_urgent_are_tried(seeded: TestClient, store: Store) -> None:
    for n in range(100, 115):
        assert seeded.post("/api/v1/conferences", json=conference(f"CPC-{n}")).status_code == 201
    result = cancel(seeded, book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1"))
    assert [name for name, *_ in matches(result)] == ["CPC-1", *(f"CPC-{n}" for n in range(100, 111))]
