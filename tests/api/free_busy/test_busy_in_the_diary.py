"""Busy times in plans, bookings by hand, publishing and exports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.database.json_values import to_json
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending
from api.diary.conferences import queries as conferences
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from scheduler.domain.conference import Conference
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Interval
from scheduler.planner import plan
from tests.api.support.builders import NOW, book, conference, fill
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.drafts import ALL, active_bookings, details, draft, placed, present, publish, put
from tests.api.support.services import running
from tests.builders import booking

MINUTE = dt.timedelta(minutes=1)
TEN = "2027-01-12T10:00"
BY_HAND = {"conference": "CPC-1", "start": TEN, "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
BUSY = "CPC-1: C1 is busy at its time, Tuesday 12 January 2027 at 10:00."
REFUSED = details("breaks-rules", 422, f"CPC-1 can't be booked so: {BUSY}", ("R3", BUSY))
MEETING = {"start": "2027-01-12T11:00", "end": "2027-01-12T12:00"}
ECHO = {"start": "2027-01-12T09:30", "end": "2027-01-12T11:45"}


def set_busy(store: Store, *busy: dict[str, str], chair: str = "C1", now: dt.datetime = NOW) -> None:
    """Replace a chair's calendar with these busy times."""
    read = BusyTimes(tuple(Interval.model_validate(one) for one in busy), ())
    with store.writing() as connection:
        busy_calendars.store_file(connection, chair, read, now)


def plan_bookings(store: Store) -> dict[str, Booking]:
    """Return the bookings of a plan of January by conference."""
    return {booking.conference: booking for booking in plan(present(store), workers=1).bookings}


def changed(client: TestClient, number: int, path: str, **sent: Any) -> Any:
    seen = client.get(f"/api/v1/bookings/{number}").headers["etag"]
    return client.post(f"/api/v1/bookings/{number}/{path}", json={"reason": "no room"} | sent, headers={"if-match": seen})


def test_a_plan_avoids_busy_times(seeded: TestClient, store: Store) -> None:
    set_busy(
        store, {"start": "2027-01-01T00:00", "end": "2027-01-20T09:30"}, {"start": "2027-01-20T11:45", "end": "2027-03-01T00:00"}
    )
    result = plan_bookings(store)["CPC-3"]
    assert (result.chair, result.start) == ("C1", dt.datetime(2027, 1, 20, 10)), (
        "the conference's own chair, at the only free time"
    )


def test_a_problem_includes_busy_times_and_an_export_does_not(seeded: TestClient, store: Store) -> None:
    typed = {"start": "2027-01-11T13:00", "end": "2027-01-11T14:00"}
    put("chairs/C1", busy=[typed])(seeded)
    set_busy(store, MEETING, {"start": "2027-01-30T00:00", "end": "2027-02-03T00:00"})
    days = {"first": "2027-01-04", "last": "2027-01-31"}
    chairs = [seeded.get(f"/api/v1/{path}", params=days).json()["chairs"][0] for path in ("problem", "export")]
    clipped = {"start": "2027-01-30T00:00", "end": "2027-02-01T00:00"}
    assert [chair["busy"] for chair in chairs] == [[typed, MEETING, clipped], [typed]]
    assert seeded.get("/api/v1/chairs/C1").json()["busy"] == [typed]


def test_a_busy_chair_is_not_booked_by_hand(seeded: TestClient, store: Store) -> None:
    set_busy(store, MEETING)
    response = seeded.post("/api/v1/bookings", json=BY_HAND)
    assert (response.status_code, response.json()) == (422, REFUSED)
    assert active_bookings(store) == {}
    assert seeded.post("/api/v1/bookings", json=BY_HAND | {"chair": "C2"}).status_code == 201


def test_a_busy_time_before_the_booking_is_no_echo(seeded: TestClient, store: Store) -> None:
    set_busy(store, ECHO)
    response = seeded.post("/api/v1/bookings", json=BY_HAND)
    assert (response.status_code, response.json()) == (422, REFUSED)


def test_a_booking_in_a_busy_time_can_change_its_room(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-1", TEN, minute_taker="M1")
    set_busy(store, MEETING, {"start": "2027-01-13T10:00", "end": "2027-01-13T11:00"})
    moved = changed(seeded, number, "move", room="WYC-1")
    assert (moved.status_code, moved.json()["room"]) == (201, "WYC-1")
    refused = changed(seeded, moved.json()["number"], "move", start="2027-01-13T10:00")
    text = "CPC-1: C1 is busy at its time, Wednesday 13 January 2027 at 10:00."
    assert (refused.status_code, refused.json()) == (
        422,
        details("breaks-rules", 422, f"CPC-1 can't be booked so: {text}", ("R3", text)),
    )


def test_the_echo_of_a_cancelled_booking_blocks_nothing(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-2", TEN, minute_taker="M1")
    set_busy(store, ECHO)
    assert changed(seeded, number, "cancel").status_code == 200
    assert seeded.post("/api/v1/bookings", json=BY_HAND).status_code == 201


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_calendar_neither_removes_bookings_nor_stops_a_plan(seeded: TestClient, store: Store, by_hand: bool) -> None:
    book(store, "CPC-1", TEN, by_hand=by_hand, minute_taker="M1")
    before = plan_bookings(store)
    set_busy(store, MEETING, {"start": "2027-01-12T08:00", "end": "2027-01-12T09:45"})
    assert plan_bookings(store)["CPC-1"] == before["CPC-1"] == active_bookings(store)["CPC-1"]
    conflicts = seeded.get("/api/v1/busy-conflicts").json()["items"]
    assert [(one["conference"], len(one["busy"])) for one in conflicts] == [("CPC-1", 2)]


def test_an_echo_does_not_change_the_problem(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", TEN, by_hand=False, minute_taker="M1")
    before = present(store)
    set_busy(store, ECHO)
    assert present(store) == before
    assert seeded.get("/api/v1/busy-conflicts").json()["items"] == []


def test_a_plan_can_be_published_after_an_unrelated_calendar_change(seeded: TestClient, store: Store) -> None:
    set_busy(store, {"start": "2027-01-06T09:00", "end": "2027-01-06T17:00"})
    identifier = draft(store, *ALL)
    set_busy(store, {"start": "2027-01-07T09:00", "end": "2027-01-07T17:00"})
    response = publish(seeded, identifier)
    assert (response.status_code, response.json()["booked"]) == (201, len(ALL))


def test_a_plan_with_a_booking_in_a_new_busy_time_is_refused(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, *ALL)
    set_busy(store, MEETING)
    response = publish(seeded, identifier)
    detail = "The plan breaks rules with the current data: 1 breach. Make a new plan, and publish that."
    refused = details("breaks-rules", 409, detail, ("CPC-1", BUSY))
    assert (response.status_code, response.json()) == (409, refused)
    assert seeded.get(f"/api/v1/plans/{identifier}/diff").json()["obstacles"] == refused["errors"]
    assert active_bookings(store) == {}


def test_a_plan_is_refused_after_busy_times_are_entered(seeded: TestClient, store: Store) -> None:
    set_busy(store, MEETING, chair="C3")
    identifier = draft(store, *ALL)
    put("chairs/C3", busy=[{"start": "2027-01-07T09:00", "end": "2027-01-07T17:00"}])(seeded)
    words = "The chair C3 has changed: now busy Thursday 7 January 2027 at 09:00 to Thursday 7 January 2027 at 17:00."
    detail = "The data have changed since the plan was made: 1 change. Make a new plan, and publish that."
    response = publish(seeded, identifier)
    assert (response.status_code, response.json()) == (409, details("data-moved", 409, detail, ("chairs.C3", words)))


def test_a_publication_in_a_busy_time_can_not_be_restored(seeded: TestClient, store: Store) -> None:
    assert publish(seeded, draft(store, *ALL)).status_code == 201
    elsewhere = placed("CPC-1", "14T14:00", "AYL-1", "C1", "M1")
    assert publish(seeded, draft(store, elsewhere, *ALL[1:])).status_code == 201
    set_busy(store, MEETING)
    assert seeded.get("/api/v1/publications/1/diff").json()["obstacles"] == [{"where": "CPC-1", "message": BUSY}]


@slow_on_postgresql
def test_a_chairs_feed_read_back_gives_the_chairs_people_times(store: Store, database_url: str, tmp_path: Path) -> None:
    """The bookings are back to back and around both clock changes, with a hold and a cancelled booking beside them."""
    fill(store)
    days = [dt.date.today() + dt.timedelta(days=n) for n in (7, 100, 200, 300)]
    starts = [f"{days[0]}T10:00", f"{days[0]}T12:15", *(f"{day}T14:00" for day in days[1:])]
    for n, start in enumerate(starts, start=1):
        book(store, f"CPC-{n}", start, room=None)
    with store.writing() as connection:
        bookings.add(connection, DiaryBooking(booking("HOLD-AYL-2027-01-18-1", f"{days[1]}T10:00")), Policy(), NOW)
        conferences.add(connection, Conference.model_validate(conference("CPC-6")), NOW)
        gone = bookings.add(connection, DiaryBooking(booking("CPC-6", f"{days[2]}T10:00")), Policy(), NOW).number
        bookings.end(connection, [gone], Ending.CANCELLED, dt.datetime.now(dt.UTC))
    settings = {"database_url": database_url, "demo": "false", "plan_processes": 0, "calendar_minutes": 0}
    with running(tmp_path, **settings) as server, httpx2.Client(base_url=server.url) as client:
        feed = client.post("/api/v1/feeds", json={"of": "chair", "subject": "C1"}).json()
        calendar = client.get(feed["links"]["https"]).content
        response = client.put("/api/v1/busy-calendars/C1/file", content=calendar, headers={"if-match": '"0"'})
        conflicts = client.get("/api/v1/busy-conflicts").json()["items"]
    people_times = [
        to_json(Interval(start=start - 30 * MINUTE, end=start + 105 * MINUTE)) for start in map(dt.datetime.fromisoformat, starts)
    ]
    assert (response.status_code, response.json()["intervals"], response.json()["notes"]) == (200, people_times, [])
    assert conflicts == []
