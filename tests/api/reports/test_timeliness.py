"""Timeliness on a small diary: what is held, still to come and unrecorded, in its own and in the statutory time."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.reports.diary import ALLOWED, book, change, counts, done, late_for, on, put_late_reason, report
from tests.api.support import builders
from tests.api.support.builders import Clock

BOTH = "family asked (exception) and report missing (outcome)"
TWO = ["family asked", "report missing"]


@pytest.fixture
def used(seeded: TestClient, clock: Clock) -> TestClient:
    """Return a diary on 5 February.

    CPC-1 was inquorate on 20 January and held again on 2 February: in its own time (3 February), late by statute (22 January).
    CPC-2 was booked late for 29 January and held on 1 February. CPC-3 was booked for 21 January and nothing is recorded. CPC-4
    is not booked. CPC-6 is still to come.
    """
    book(seeded, "CPC-1", "2027-01-20T10:00", "AYL-1", "C1")
    book(seeded, "CPC-2", "2027-01-29T10:00", "WYC-1", "C2", exception=ALLOWED)
    book(seeded, "CPC-3", "2027-01-21T10:00", "AYL-1", "C1")
    on(clock, "2027-01-20")
    again = change(seeded, "conferences/CPC-1/outcome", {"outcome": "inquorate"})["next"]
    assert (again["conference"]["id"], again["due"]) == ("CPC-1-A2", "2027-02-03")
    book(seeded, "CPC-1-A2", "2027-02-02T10:00", "AYL-1", "C1")
    sixth = builders.conference("CPC-6", trigger="2027-01-25", requested="2027-01-26")
    done(seeded.post("/api/v1/conferences", json=sixth))
    book(seeded, "CPC-6", "2027-02-12T10:00", "AYL-1", "C1")
    on(clock, "2027-02-05")
    change(seeded, "conferences/CPC-2/outcome", {"outcome": "no plan", "held_on": "2027-02-01", "reason": "report missing"})
    change(seeded, "conferences/CPC-1-A2/outcome", {"outcome": "no plan"})
    return seeded


FIRST_OF_FEBRUARY: dict[str, Any] = {
    "conferences": 2,
    "children": 3,
    "held": 3,
    "in_time": 2,
    "late": 1,
    "in_time_percent": 67,
    "reasons": [late_for(BOTH, 1, "CPC-2", reasons=TWO)],
    "late_by_statute": 3,
    "in_statutory_time_percent": 0,
    "statutory_reasons": [late_for("inquorate", 2, "CPC-1-A2"), late_for(BOTH, 1, "CPC-2", reasons=TWO)],
}


def test_held_booked_and_unrecorded_are_separate_by_month(used: TestClient) -> None:
    assert report(used, "timeliness", "2027-01-01", "2027-02-28")["rows"] == [
        counts(month="2027-01-01", type="ICPC"),
        counts(
            month="2027-01-01", type="RCPC", conferences=2, children=4, unrecorded=2, unrecorded_conferences=["CPC-3"],
            not_booked=2,
        ),
        counts(month="2027-02-01", type="ICPC", **FIRST_OF_FEBRUARY | {"conferences": 3, "children": 5, "booked": 2}),
        counts(month="2027-02-01", type="RCPC"),
    ]  # fmt: skip


def test_held_and_booked_are_separate_by_week(used: TestClient) -> None:
    assert report(used, "weekly-icpc", "2027-01-18", "2027-02-14")["rows"] == [
        counts(week="2027-01-18"),
        counts(week="2027-01-25"),
        counts(week="2027-02-01", **FIRST_OF_FEBRUARY),
        counts(week="2027-02-08", conferences=1, children=2, booked=2),
    ]


def test_a_period_counts_what_was_held_in_it_whenever_it_was_booked(used: TestClient) -> None:
    (icpc, _) = report(used, "timeliness", "2027-01-25", "2027-01-31")["rows"]
    assert icpc == counts(month="2027-01-01", type="ICPC")
    (icpc, _) = report(used, "timeliness", "2027-02-01", "2027-02-01")["rows"]
    assert (icpc["conferences"], icpc["held"], icpc["late"]) == (1, 1, 1)


def test_a_booking_of_today_is_still_to_come(used: TestClient, clock: Clock) -> None:
    for day, booked, unrecorded in (("2027-02-12", 2, 0), ("2027-02-13", 0, 2)):
        on(clock, day)
        (row,) = report(used, "weekly-icpc", "2027-02-08", "2027-02-14")["rows"]
        assert (row["booked"], row["unrecorded"], row["held"], row["in_time_percent"]) == (booked, unrecorded, 0, None)


def test_a_third_attempt_is_held_to_the_first_trigger(used: TestClient, clock: Clock) -> None:
    on(clock, "2027-02-12")
    second = change(used, "conferences/CPC-6/outcome", {"outcome": "inquorate"})["next"]["conference"]["id"]
    book(used, second, "2027-02-25T10:00", "AYL-1", "C1")
    on(clock, "2027-02-25")
    third = change(used, f"conferences/{second}/outcome", {"outcome": "inquorate"})["next"]
    assert (third["conference"]["id"], third["due"]) == ("CPC-6-A3", "2027-03-11")
    book(used, "CPC-6-A3", "2027-03-10T10:00", "AYL-1", "C1")
    on(clock, "2027-03-10")
    change(used, "conferences/CPC-6-A3/outcome", {"outcome": "no plan"})
    (row,) = report(used, "weekly-icpc", "2027-03-08", "2027-03-14")["rows"]
    assert row == counts(
        week="2027-03-08", conferences=1, children=2, held=2, in_time=2, in_time_percent=100, late_by_statute=2,
        in_statutory_time_percent=0, statutory_reasons=[late_for("inquorate", 2, "CPC-6-A3")],
    )  # fmt: skip
    assert done(used.get("/api/v1/conferences/CPC-6-A3/late-reason")) == {
        "conference": "CPC-6-A3",
        "day": "2027-03-10",
        "due": "2027-03-11",
        "statutory_due": "2027-02-15",
        "working_days_late": 0,
        "working_days_late_by_statute": 17,
        "reasons": [{"reason": "inquorate", "source": "history"}],
    }


def test_a_due_date_given_by_hand_does_not_change_the_statutory_one(seeded: TestClient, clock: Clock) -> None:
    """An initial conference brought in with its own rebooking date is in its own time, and late by statute."""
    one = builders.conference("CPC-7", trigger="2027-01-04", requested="2027-01-05", due="2027-02-08")
    done(seeded.post("/api/v1/conferences", json=one))
    book(seeded, "CPC-7", "2027-02-03T10:00", "AYL-1", "C1")
    on(clock, "2027-02-03")
    change(seeded, "conferences/CPC-7/outcome", {"outcome": "no plan"})
    (row,) = report(seeded, "weekly-icpc", "2027-02-01", "2027-02-07")["rows"]
    assert (row["in_time"], row["late"], row["in_statutory_time"], row["late_by_statute"]) == (2, 0, 0, 2)
    assert row["statutory_reasons"] == [late_for(None, 2, "CPC-7")]


def test_a_review_held_again_keeps_its_one_due_date(seeded: TestClient, clock: Clock) -> None:
    book(seeded, "CPC-3", "2027-01-25T10:00", "AYL-1", "C1")
    on(clock, "2027-01-25")
    assert change(seeded, "conferences/CPC-3/outcome", {"outcome": "inquorate"})["next"]["due"] == "2027-01-26"
    book(seeded, "CPC-3-A2", "2027-02-03T10:00", "AYL-1", "C1", exception=ALLOWED | {"reason": "inquorate"})
    on(clock, "2027-02-03")
    change(seeded, "conferences/CPC-3-A2/outcome", {"outcome": "plan ended"})
    (_, row) = report(seeded, "timeliness", "2027-02-01", "2027-02-28")["rows"]
    reasons = [late_for("inquorate", 2, "CPC-3-A2")]
    assert row == counts(
        month="2027-02-01", type="RCPC", conferences=1, children=2, held=2, late=2, in_time_percent=0, reasons=reasons,
        late_by_statute=2, in_statutory_time_percent=0, statutory_reasons=reasons,
    )  # fmt: skip


def test_a_reason_is_added_later(used: TestClient) -> None:
    assert put_late_reason(used, "CPC-1-A2", "no room").json() == {
        "conference": "CPC-1-A2",
        "day": "2027-02-02",
        "due": "2027-02-03",
        "statutory_due": "2027-01-22",
        "working_days_late": 0,
        "working_days_late_by_statute": 7,
        "reasons": [{"reason": "no room", "source": "added later"}],
    }
    assert put_late_reason(used, "CPC-2", "report missing").json()["reasons"] == [
        {"reason": "family asked", "source": "exception"},
        {"reason": "report missing", "source": "outcome"},
        {"reason": "report missing", "source": "added later"},
    ]
    (row,) = report(used, "weekly-icpc", "2027-02-01", "2027-02-07")["rows"]
    words = "family asked (exception) and report missing (outcome and added later)"
    assert row["statutory_reasons"] == [late_for("no room", 2, "CPC-1-A2"), late_for(words, 1, "CPC-2", reasons=TWO)]


def test_a_reason_added_later_is_replaced_and_taken_back(used: TestClient, clock: Clock) -> None:
    for reason in ("no chair", "no room", None):
        assert put_late_reason(used, "CPC-1-A2", reason).status_code == 200
    (row,) = report(used, "weekly-icpc", "2027-02-01", "2027-02-07")["rows"]
    assert row == counts(week="2027-02-01", **FIRST_OF_FEBRUARY)
    history = used.get("/api/v1/conferences/CPC-1-A2/history").json()["items"][-3:]
    assert [(one["event"], one["reason"]) for one in history] == [
        ("reason for lateness", "no chair"), ("reason for lateness", "no room"), ("reason for lateness", None),
    ]  # fmt: skip


def test_a_reason_for_what_is_not_late_is_refused(used: TestClient) -> None:
    for conference in ("CPC-6", "CPC-4"):  # in time, and without a day
        refused = put_late_reason(used, conference, "no room")
        assert (refused.status_code, refused.json()["detail"]) == (
            409,
            f"{conference} is not late: no reason is needed. Enter one once it is booked or held after its due date.",
        )
    path = "/api/v1/conferences/CPC-2/late-reason"
    assert used.put(path, json={"reason": "no room"}).status_code == 428
    assert used.put(path, json={"reason": "no room"}, headers={"If-Match": '"1"'}).status_code == 412
    assert used.put(path, json={"reason": "rain"}, headers={"If-Match": "*"}).status_code == 422
    assert used.get("/api/v1/conferences/CPC-99/late-reason").status_code == 404


def test_what_will_be_late_is_a_figure_of_its_own_with_its_reasons(seeded: TestClient) -> None:
    """A move to another room is no reason for lateness; a move to a later day is."""
    number = book(seeded, "CPC-1", "2027-01-20T10:00", "AYL-1", "C1")
    later = {"reason": "report missing", "start": "2027-01-26T10:00", "exception": ALLOWED}
    number = change(seeded, f"bookings/{number}/move", later)["number"]
    change(seeded, f"bookings/{number}/move", {"reason": "no room", "room": "WYC-1"})
    (row,) = report(seeded, "weekly-icpc", "2027-01-25", "2027-01-31")["rows"]
    reasons = [late_for("family asked", 2, "CPC-1")]
    assert row == counts(week="2027-01-25", conferences=1, children=2, booked=2, booked_late=2, booked_late_reasons=reasons)
