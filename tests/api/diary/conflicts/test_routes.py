"""What breaks a rule is shown at once when it is entered, and in one list."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences.queries import ConferenceState
from api.diary.snapshot import problem_of
from scheduler.planner import plan
from tests.api.support.builders import NOW, Clock, book
from tests.api.support.drafts import FIRST, LAST, change

ABSENT = {"rule": "R3", "text": "CPC-1: C1 does not work on Tuesday 12 January 2027."}
CLOSED = {"rule": "R1", "text": "CPC-1 is on Tuesday 12 January 2027, when the service is closed."}
NO_ROOM = {"rule": "R2", "text": "CPC-1: room AYL-1 is not open on Tuesday 12 January 2027."}
MEET = {"rule": "R7", "text": "CPC-2 is kept apart from CPC-1, but both are at Aylesbury on Tuesday 12 January 2027."}


@pytest.fixture
def booked(seeded: TestClient, store: Store) -> TestClient:
    """CPC-1 and CPC-2 are both at Aylesbury on the 12th."""
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-12T14:00", chair="C2", minute_taker="M2")
    return seeded


def broken(number: int, reason: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A broken booking as the API shows it: CPC-1 in AYL-1 with C1, unless changed."""
    place = {"conference": "CPC-1", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1"}
    return {"number": number, **place, **reason} | changes


def put(client: TestClient, path: str, **changes: Any) -> Any:
    result = client.get(f"/api/v1/{path}")
    return client.put(f"/api/v1/{path}", json=result.json() | changes, headers={"If-Match": result.headers["ETag"]})


def conflicts(client: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/api/v1/conflicts").json()["items"]
    return items


def test_nothing_is_broken_in_a_sound_diary(booked: TestClient) -> None:
    assert booked.get("/api/v1/conflicts").json() == {"items": [], "next": None, "total": 0}


def test_an_empty_diary_has_no_conflicts(client: TestClient) -> None:
    assert client.get("/api/v1/conflicts").json() == {"items": [], "next": None, "total": 0}


def test_an_absence_shows_what_it_breaks(booked: TestClient) -> None:
    body = booked.post("/api/v1/absences", json={"chair": "C1", "first": "2027-01-11", "last": "2027-01-15"}).json()
    assert (body["broken_bookings"], conflicts(booked)) == ([broken(1, ABSENT)], [broken(1, ABSENT)])
    body = booked.post("/api/v1/absences", json={"chair": "C1", "first": "2027-01-12", "last": "2027-01-12"}).json()
    assert body["broken_bookings"] == []  # it was broken before


def test_the_last_day_of_a_chair_shows_what_it_breaks(booked: TestClient) -> None:
    response = put(booked, "chairs/C1", last="2027-01-11")
    assert (response.status_code, response.json()["broken_bookings"]) == (200, [broken(1, ABSENT)])
    edited = response.json() | {"last": None}
    again = booked.put("/api/v1/chairs/C1", json=edited, headers={"If-Match": response.headers["ETag"]})
    assert (again.status_code, again.json()["broken_bookings"], conflicts(booked)) == (200, [], [])


def test_a_closed_room_shows_what_it_breaks(booked: TestClient) -> None:
    result = booked.post("/api/v1/room-closures", json={"room": "AYL-1", "first": "2027-01-12", "last": "2027-01-12"}).json()
    assert [(one["number"], one["rule"]) for one in result["broken_bookings"]] == [(1, "R2"), (2, "R2")]


def test_a_closed_day_shows_what_it_breaks(booked: TestClient) -> None:
    body = booked.post("/api/v1/closures", json={"day": "2027-01-12"}).json()
    assert body["day"] == "2027-01-12"
    assert body["broken_bookings"][0] == broken(1, CLOSED)
    assert [one["number"] for one in body["broken_bookings"]] == [1, 2]
    assert booked.get("/api/v1/closures").json() == ["2027-01-12"]
    again = booked.post("/api/v1/closures", json={"day": "2027-01-12"})
    assert (again.status_code, again.json()["detail"]) == (409, "That is entered already.")


def test_a_list_that_is_replaced_names_the_broken_bookings_in_a_header(booked: TestClient) -> None:
    headers = {"If-Match": booked.get("/api/v1/closures").headers["ETag"]}
    response = booked.put("/api/v1/closures", json=["2027-01-12"], headers=headers)
    assert (response.json(), response.headers["Broken-Bookings"]) == (["2027-01-12"], "1, 2")
    headers = {"If-Match": response.headers["ETag"]}
    assert booked.put("/api/v1/closures", json=[], headers=headers).headers["Broken-Bookings"] == ""


def test_two_families_that_meet_are_shown_when_they_are_kept_apart(booked: TestClient) -> None:
    response = booked.post("/api/v1/apart", json={"pair": ["CPC-1", "CPC-2"]})
    second = {"conference": "CPC-2", "start": "2027-01-12T14:00", "chair": "C2"}
    expected = [broken(1, MEET), broken(2, MEET, **second)]
    body = response.json()
    assert body.pop("repair")["link"] == "/api/v1/repairs"
    assert (response.status_code, body) == (201, {"pair": ["CPC-1", "CPC-2"], "broken_bookings": expected})
    assert conflicts(booked) == expected


def test_what_is_over_or_held_is_no_conflict(booked: TestClient, store: Store, clock: Clock) -> None:
    booked.post("/api/v1/absences", json={"chair": "C1", "first": "2027-01-11", "last": "2027-01-15"})
    clock.forward(days=8)
    assert len(conflicts(booked)) == 1
    change(store, "CPC-1", state=ConferenceState.HELD)
    assert conflicts(booked) == []
    change(store, "CPC-1", state=ConferenceState.BOOKED)
    clock.forward(days=1)
    assert conflicts(booked) == []


def test_weekly_limits_count_the_days_before_today(booked: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-3", "2027-01-14T10:00", minute_taker="M1")
    clock.forward(days=9)
    response = put(booked, "chairs/C1", max_per_week=1)
    text = "C1 has 2 bookings in the week from Monday 11 January 2027; at most 1."
    assert [(one["conference"], one["text"]) for one in response.json()["broken_bookings"]] == [("CPC-3", text)]


def test_a_calendar_that_is_busy_is_a_conflict_too(booked: TestClient) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20270101T000000Z"]
    lines += ["DTSTART:20270112T103000Z", "DTEND:20270112T110000Z", "END:VEVENT", "END:VCALENDAR", ""]
    seen = booked.get("/api/v1/busy-calendars/C1").headers.get("ETag", '"0"')
    headers = {"Content-Type": "text/calendar", "If-Match": seen}
    response = booked.put("/api/v1/busy-calendars/C1/file", content="\r\n".join(lines).encode(), headers=headers)
    assert response.status_code == 200, response.text
    text = "CPC-1: the calendar of C1 is busy at its time, Tuesday 12 January 2027 at 10:00."
    assert conflicts(booked) == [broken(1, {"rule": "R3", "text": text})]


def test_the_list_is_paged(booked: TestClient) -> None:
    booked.post("/api/v1/closures", json={"day": "2027-01-12"})
    first = booked.get("/api/v1/conflicts?most=1").json()
    second = booked.get(f"/api/v1/conflicts?most=1&after={first['next']}").json()
    numbers = [one["number"] for page in (first, second) for one in page["items"]]
    assert (numbers, first["total"], second["next"]) == ([1, 2], 2, None)


def test_a_conflict_never_makes_the_plan_of_a_month_fail(booked: TestClient, store: Store) -> None:
    booked.post("/api/v1/absences", json={"chair": "C1", "first": "2027-01-04", "last": "2027-01-31"})
    with store.reading() as connection:
        problem = problem_of(connection, FIRST, LAST, today=NOW.date())
    result = plan(problem, time_limit=20, workers=1)
    mended = {one.conference: one.chair for one in result.bookings if not one.held}
    assert mended["CPC-1"] != "C1"
    assert [(one.conference, one.rule) for one in result.exceptions] == [("CPC-1", "R8")]
