from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from fastapi.routing import APIRoute
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.http.formats import MEDIA_TYPES, Format
from api.reports.routes import router
from scheduler.domain.policy import Policy
from tests import builders
from tests.api.reports.diary import ALLOWED, book, change, counts, done, late_for
from tests.api.support.builders import NOW, Clock
from tests.api.support.builders import book as stored_booking

JANUARY = {"first": "2027-01-01", "last": "2027-01-31"}
NAMES = [route.path.removeprefix("/reports/") for route in router.routes if isinstance(route, APIRoute)]


@pytest.fixture
def used(seeded: TestClient, store: Store, clock: Clock) -> TestClient:
    """CPC-1 is booked late, CPC-2 is held, CPC-3 was moved, CPC-4's booking was cancelled, and a slot is held."""
    book(seeded, "CPC-1", "2027-01-25T10:00", "AYL-1", "C1", exception=ALLOWED)
    book(seeded, "CPC-2", "2027-01-12T10:00", "WYC-1", "C2")
    third = book(seeded, "CPC-3", "2027-01-13T10:00", "AYL-1", "C1")
    change(seeded, f"bookings/{third}/move", {"reason": "family asked", "start": "2027-01-14T14:00"})
    fourth = book(seeded, "CPC-4", "2027-01-14T10:00", "AMR-1", "C2")
    change(seeded, f"bookings/{fourth}/cancel", {"reason": "report missing"})
    with store.writing() as connection:
        slot = builders.booking("HOLD-AYL-2027-01-18-1", "2027-01-19T10:00", chair="C3", minute_taker="M2")
        bookings.add(connection, DiaryBooking(slot), Policy(), NOW)
    clock.now = dt.datetime(2027, 1, 13, 0, 30, tzinfo=dt.UTC)
    change(seeded, "conferences/CPC-2/outcome", {"outcome": "plan made"})
    return seeded


def rows(client: TestClient, name: str, **query: str) -> Any:
    result = done(client.get(f"/api/v1/reports/{name}", params=JANUARY | query))
    assert {"first": result["first"], "last": result["last"]} == JANUARY
    return result["rows"]


ONE_LATE = [late_for("family asked", 2, "CPC-1")]


def test_initial_conferences_by_week(used: TestClient) -> None:
    assert rows(used, "weekly-icpc") == [
        counts(week="2026-12-28"),
        counts(week="2027-01-04"),
        counts(
            week="2027-01-11",
            conferences=1,
            children=1,
            held=1,
            in_time=1,
            in_time_percent=100,
            in_statutory_time=1,
            in_statutory_time_percent=100,
        ),
        counts(week="2027-01-18"),
        counts(week="2027-01-25", conferences=1, children=2, booked=2, booked_late=2, booked_late_reasons=ONE_LATE),
    ]


def test_a_week_is_counted_whole_whichever_of_its_days_are_asked_for(used: TestClient) -> None:
    response = used.get("/api/v1/reports/weekly-icpc", params={"first": "2027-01-13", "last": "2027-01-27"})
    assert response.json()["rows"] == rows(used, "weekly-icpc")[2:]


def test_timeliness_by_child_and_month(used: TestClient) -> None:
    assert rows(used, "timeliness") == [
        counts(
            month="2027-01-01",
            type="ICPC",
            conferences=2,
            children=3,
            held=1,
            in_time=1,
            in_time_percent=100,
            in_statutory_time=1,
            in_statutory_time_percent=100,
            booked=2,
            booked_late=2,
            booked_late_reasons=ONE_LATE,
        ),
        counts(month="2027-01-01", type="RCPC", conferences=2, children=4, booked=2, not_booked=2),
    ]


def test_caseloads_against_the_cap(used: TestClient) -> None:
    chair = {"fte": 1.0, "reserve": False, "now": 0, "given": 0, "after": 0, "cap": 85, "above": 0}
    chair |= {"last": None, "leaving": None, "to_hand_over": 0}
    assert rows(used, "caseloads") == [
        chair | {"chair": "C1", "given": 2, "after": 2},
        chair | {"chair": "C2", "now": 1, "after": 1},
        chair | {"chair": "C3"},
    ]


def test_the_use_of_rooms(used: TestClient) -> None:
    # England's working days of January 2027 are 20; each room has two starts.
    room = {"month": "2027-01-01", "offered": 40, "used": 0, "held": 0, "used_percent": 0}
    assert rows(used, "rooms") == [
        room | {"site": "AYL", "room": "AYL-1", "used": 2, "held": 1, "used_percent": 5},
        room | {"site": "AMR", "room": "AMR-1"},
        room | {"site": "WYC", "room": "WYC-1", "used": 1, "used_percent": 2},
    ]


def test_what_was_used_was_offered_though_the_day_is_closed_since(used: TestClient) -> None:
    before = {room["room"]: room for room in rows(used, "rooms")}
    current = used.get("/api/v1/closures")
    put = used.put("/api/v1/closures", json=["2027-01-11", "2027-01-12"], headers={"If-Match": current.headers["ETag"]})
    assert put.status_code == 200, put.text
    used_then = used.get("/api/v1/reports/rooms", params={"first": "2027-01-11", "last": "2027-01-12"}).json()["rows"]
    assert [(room["room"], room["offered"], room["used"], room["used_percent"]) for room in used_then] == [
        ("AYL-1", 0, 0, None), ("AMR-1", 0, 0, None), ("WYC-1", 1, 1, 100),
    ]  # fmt: skip
    assert {room["room"]: (room["offered"], room["used"]) for room in rows(used, "rooms")} == {
        "AYL-1": (36, before["AYL-1"]["used"]), "AMR-1": (36, 0), "WYC-1": (37, before["WYC-1"]["used"]),
    }  # fmt: skip


def test_moves_and_cancellations(used: TestClient) -> None:
    result = {"day": "2027-01-04", "children": 2, "publication": None}
    assert rows(used, "reschedules") == [
        result
        | {
            "conference": "CPC-3",
            "kind": "first_review",
            "what": "moved",
            "reason": "family asked",
            "why": "family asked",
            "changes": [
                {"what": "date", "from": "2027-01-13", "to": "2027-01-14"},
                {"what": "time", "from": "10:00", "to": "14:00"},
            ],
            "before": "2027-01-13T10:00",
            "after": "2027-01-14T14:00",
        },
        result
        | {
            "conference": "CPC-4",
            "kind": "review",
            "what": "booking cancelled",
            "reason": "report missing",
            "why": "report missing",
            "changes": [],
            "before": "2027-01-14T10:00",
            "after": None,
        },
    ]


def test_what_was_recorded_on_another_day_is_left_out(used: TestClient) -> None:
    assert done(used.get("/api/v1/reports/reschedules", params={"first": "2027-01-05", "last": "2027-01-31"}))["rows"] == []


def test_the_history_says_why_a_booking_without_an_exception_is_late(used: TestClient, store: Store, clock: Clock) -> None:
    """An inquorate conference is booked again. Old diaries have late bookings without an exception."""
    clock.now = dt.datetime(2027, 1, 25, 15, tzinfo=dt.UTC)
    again = change(used, "conferences/CPC-1/outcome", {"outcome": "inquorate"})["next"]["conference"]["id"]
    stored_booking(store, again, "2027-02-22T10:00")
    stored_booking(store, "CPC-4", "2027-02-22T10:00", room="AMR-1", chair="C2")
    result = done(used.get("/api/v1/reports/timeliness", params={"first": "2027-02-01", "last": "2027-02-28"}))["rows"]
    assert [row["booked_late_reasons"] for row in result] == [
        [late_for("inquorate", 2, again)],
        [late_for("report missing", 2, "CPC-4")],
    ]


def test_a_report_as_csv(used: TestClient) -> None:
    result = used.get("/api/v1/reports/timeliness", params=JANUARY | {"format": "csv"})
    assert result.headers["content-type"] == "text/csv; charset=utf-8"
    assert result.headers["content-disposition"] == 'attachment; filename="timeliness-2027-01-01-2027-01-31.csv"'
    assert list(csv.reader(io.StringIO(result.content.decode("utf-8-sig"), newline=""))) == [
        [
            "Month", "Type", "Conferences", "Children", "Held", "In time", "Late", "In time, %",
            "In statutory time", "Late by statute", "In statutory time, %", "Booked", "Unrecorded", "Booked late", "Not booked",
            "Late because", "Late by statute because", "Booked late because", "Unrecorded conferences",
        ],
        [
            "January 2027", "ICPC", "2", "3", "1", "1", "0", "100", "1", "0", "100", "2", "0", "2", "0",
            "", "", "family asked: 2 children (CPC-1)", "",
        ],
        ["January 2027", "RCPC", "2", "4", "0", "0", "0", "", "0", "0", "", "2", "0", "0", "2", "", "", "", ""],
    ]  # fmt: skip


def test_a_report_as_a_workbook(used: TestClient) -> None:
    result = used.get("/api/v1/reports/reschedules", params=JANUARY | {"format": "xlsx"})
    assert result.headers["content-type"] == MEDIA_TYPES[Format.XLSX]
    sheet = load_workbook(io.BytesIO(result.content))["Reschedules"]
    assert sheet["A1"].value == "Moves and cancellations"
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        [
            "Recorded",
            "Conference",
            "Kind",
            "Children",
            "What",
            "Reason",
            "Publication",
            "Was booked for",
            "Is booked for",
            "Changed",
        ],
        [
            dt.datetime(2027, 1, 4),
            "CPC-3",
            "first review (RCPC)",
            2,
            "moved",
            "family asked",
            None,
            dt.datetime(2027, 1, 13, 10),
            dt.datetime(2027, 1, 14, 14),
            "date; time",
        ],
        [
            dt.datetime(2027, 1, 4),
            "CPC-4",
            "review (RCPC)",
            2,
            "booking cancelled",
            "report missing",
            None,
            dt.datetime(2027, 1, 14, 10),
            None,
            None,
        ],
    ]


def test_one_report_is_the_same_in_all_three_formats(used: TestClient) -> None:
    """The pattern for a new report: the whole answer, in JSON, CSV and a workbook."""
    in_json, in_csv, in_workbook = (
        used.get("/api/v1/reports/rooms", params=JANUARY | {"format": format_}) for format_ in ("json", "csv", "xlsx")
    )
    room = {"month": "2027-01-01", "offered": 40, "used": 0, "held": 0, "used_percent": 0}
    assert in_json.json() == JANUARY | {
        "rows": [
            room | {"site": "AYL", "room": "AYL-1", "used": 2, "held": 1, "used_percent": 5},
            room | {"site": "AMR", "room": "AMR-1"},
            room | {"site": "WYC", "room": "WYC-1", "used": 1, "used_percent": 2},
        ]
    }
    headings = ["Month", "Site", "Room", "Offered", "Used", "Held", "Used, %"]
    assert list(csv.reader(io.StringIO(in_csv.content.decode("utf-8-sig"), newline=""))) == [
        headings,
        ["January 2027", "AYL", "AYL-1", "40", "2", "1", "5"],
        ["January 2027", "AMR", "AMR-1", "40", "0", "0", "0"],
        ["January 2027", "WYC", "WYC-1", "40", "1", "0", "2"],
    ]
    sheet = load_workbook(io.BytesIO(in_workbook.content))["Rooms"]
    assert sheet["A1"].value == "Use of the rooms by month"
    month = dt.datetime(2027, 1, 1)
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)] == [
        headings,
        [month, "AYL", "AYL-1", 40, 2, 1, 5],
        [month, "AMR", "AMR-1", 40, 0, 0, 0],
        [month, "WYC", "WYC-1", 40, 1, 0, 2],
    ]


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("name", NAMES)
def test_every_report_of_an_empty_diary(client: TestClient, name: str, format_: Format) -> None:
    assert client.get(f"/api/v1/reports/{name}", params=JANUARY | {"format": format_}).status_code == 200


def test_an_unknown_format_or_days_that_cannot_be_are_refused(client: TestClient) -> None:
    assert client.get("/api/v1/reports/rooms", params=JANUARY | {"format": "pdf"}).status_code == 422
    assert client.get("/api/v1/reports/rooms", params={"first": "2027-01-31", "last": "2027-01-01"}).status_code == 422
