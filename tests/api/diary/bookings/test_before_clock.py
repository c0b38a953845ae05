"""No booking by hand is before its conference's clock, because its outcome could not be recorded. No waiver allows it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.diary.bookings.test_notice import WAIVER, move, waivers
from tests.api.exchange.importing import commit
from tests.api.exchange.test_notice import FRIDAY, THURSDAY, a_conference, january, judged
from tests.api.reports.diary import book
from tests.api.support.builders import Clock, conference

LATE_CLOCK = "2027-01-20"
PLACE = {"room": "AYL-1", "chair": "C1", "minute_taker": "M1"}


def enter(client: TestClient, identifier: str, trigger: str, **changes: Any) -> None:
    body = conference(identifier, trigger=trigger, requested="2026-10-01") | changes
    assert client.post("/api/v1/conferences", json=body).status_code == 201


def refusal(conference: str, day: str, trigger: str) -> str:
    advice = "Choose a day on which it has begun, or correct the trigger of the conference."
    return f"{day} is before {trigger}, when the clock of {conference} begins. {advice}"


def refused(response: Any, *messages: str) -> None:
    """Assert that a response refuses exactly these days."""
    body = response.json()
    assert (response.status_code, body["type"]) == (422, "/problems/before-clock"), body
    assert body["errors"] == [{"where": "start", "message": message} for message in messages]


@pytest.mark.parametrize("kind", ["initial", "transfer_in"])
@pytest.mark.parametrize("waiver", [None, WAIVER])
def test_a_booking_before_the_clock_is_refused_with_any_waiver(seeded: TestClient, kind: str, waiver: Any) -> None:
    enter(seeded, "NEW", "2026-12-03", kind=kind)
    body = {"conference": "NEW", "start": "2026-12-02T10:00", **PLACE, "waiver": waiver}
    response = seeded.post("/api/v1/bookings", json=body)
    refused(response, refusal("NEW", "Wednesday 2 December 2026", "Thursday 3 December 2026"))
    assert waivers(seeded, "NEW") == []


def test_a_booking_of_the_past_from_the_clock_on_is_possible(seeded: TestClient) -> None:
    enter(seeded, "NEW", "2026-12-03")
    body = {"conference": "NEW", "start": "2026-12-03T10:00", **PLACE, "waiver": WAIVER}
    number = seeded.post("/api/v1/bookings", json=body)
    assert number.status_code == 201, number.text
    seen = seeded.get("/api/v1/conferences/NEW").headers["ETag"]
    outcome = seeded.post("/api/v1/conferences/NEW/outcome", json={"outcome": "no plan"}, headers={"If-Match": seen})
    assert outcome.status_code == 200, outcome.text


def test_a_pre_birth_conference_is_booked_before_the_birth(seeded: TestClient) -> None:
    enter(seeded, "NEW", "2027-05-03", kind="pre_birth")
    body = {"conference": "NEW", "start": "2027-01-14T10:00", **PLACE}
    assert seeded.post("/api/v1/bookings", json=body).status_code == 201


def test_a_move_before_the_clock_is_refused(seeded: TestClient) -> None:
    enter(seeded, "NEW", "2027-01-01")
    number = book(seeded, "NEW", "2027-01-14T10:00", "AYL-1", "C1")
    response = move(seeded, number, start="2026-12-30T10:00", waiver=WAIVER)
    refused(response, refusal("NEW", "Wednesday 30 December 2026", "Friday 1 January 2027"))


def test_a_swap_before_the_clock_of_either_is_refused(seeded: TestClient) -> None:
    enter(seeded, "NEW", LATE_CLOCK, requested=None)
    first = book(seeded, "CPC-1", "2027-01-14T10:00", "AYL-1", "C1")
    second = book(seeded, "NEW", "2027-01-21T10:00", "AYL-1", "C1")
    seen = seeded.get(f"/api/v1/bookings/{first}").headers["ETag"]
    body = {"other": second, "reason": "family asked"}
    response = seeded.post(f"/api/v1/bookings/{first}/swap", json=body, headers={"If-Match": seen})
    refused(response, refusal("NEW", "Thursday 14 January 2027", "Wednesday 20 January 2027"))


@pytest.mark.parametrize("days", [0, 60])
def test_an_import_leaves_a_booking_before_the_clock_undecided(client: TestClient, clock: Clock, days: int) -> None:
    clock.forward(days=days)
    early = january(FRIDAY, conferences=[a_conference(trigger="2027-01-11", requested=None)])
    message = refusal("A", "Friday 8 January 2027", "Monday 11 January 2027")
    assert judged(commit(client, early)) == ([], [("clock", message)])


def test_an_import_moves_no_booking_before_the_clock(client: TestClient) -> None:
    conferences = [a_conference(trigger="2027-01-11", requested=None)]
    commit(client, january(THURSDAY, conferences=conferences))
    message = refusal("A", "Friday 8 January 2027", "Monday 11 January 2027")
    assert judged(commit(client, january(FRIDAY, conferences=conferences))) == ([], [("clock", message)])
