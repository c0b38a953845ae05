"""Why-not over HTTP: an answer for the present diary, from a process of its own."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support.builders import book
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.drafts import put


def ask(client: TestClient, what: str = "conferences/CPC-1", **slot: Any) -> Any:
    return client.post(f"/api/v1/{what}/why-not", json=slot)


@pytest.fixture
def booked(seeded: TestClient, store: Store) -> TestClient:
    """CPC-1 is booked by hand on 12 January at 10:00 and CPC-2 on the 13th, both in AYL-1 with C1."""
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-13T10:00", minute_taker="M1")
    return seeded


def test_what_forbids_a_slot_and_what_one_costs(booked: TestClient) -> None:
    forbidden = ask(booked, date="2027-01-13", time="10:00", room="AYL-1")
    assert forbidden.status_code == 200, forbidden.text
    result = forbidden.json()
    assert (result["verified"], result["minimal"], result["tiers"]) == (True, True, None)
    assert [(fact["rule"], fact["subject"]) for fact in result["facts"]] == [("R8", "CPC-2")]
    possible = ask(booked, date="2027-01-14", time="14:00")
    result = possible.json()
    assert (result["verified"], result["facts"], result["moves"]) == (True, [], [])
    assert {cost["rule"] for cost in result["costs"]} >= {"stability"}


@slow_on_postgresql
def test_a_booking_is_asked_about_by_its_number(booked: TestClient) -> None:
    by_number = ask(booked, "bookings/1", date="2027-01-14", time="14:00")
    assert by_number.status_code == 200
    assert by_number.json() == ask(booked, date="2027-01-14", time="14:00").json()


def test_nothing_is_written(booked: TestClient, store: Store) -> None:
    before = store.version()
    assert ask(booked, chair="C2").status_code == 200
    assert store.version() == before


@slow_on_postgresql
@pytest.mark.parametrize(
    ("slot", "where"),
    [
        ({}, ""),
        ({"date": None}, ""),
        ({"room": "XX-1"}, "room"),
        ({"chair": "XX"}, "chair"),
        ({"date": "2027-01-01"}, "date"),
        ({"date": "2027-08-02"}, "date"),
        ({"date": "tomorrow"}, "date"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(booked: TestClient, slot: dict[str, Any], where: str) -> None:
    answer = ask(booked, **slot)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (422, [where])


def test_what_does_not_exist_or_is_over_is_refused(booked: TestClient) -> None:
    assert ask(booked, "conferences/CPC-9", chair="C2").status_code == 404
    assert ask(booked, "bookings/99", chair="C2").status_code == 404
    seen = booked.get("/api/v1/conferences/CPC-1").headers["ETag"]
    cancelled = {"reason": "no longer needed"}
    assert booked.post("/api/v1/conferences/CPC-1/cancel", json=cancelled, headers={"If-Match": seen}).status_code == 200
    assert (ask(booked, chair="C2").status_code, ask(booked, "bookings/1", chair="C2").status_code) == (409, 409)


@slow_on_postgresql
def test_requests_that_wait_and_a_broken_booking_cost_a_slot_nothing(booked: TestClient) -> None:
    """C1 is away on the day of CPC-2; CPC-3 and CPC-4 wait. The slot of CPC-1 moves nobody, as its move by hand does."""
    put("chairs/C1", absences=[{"first": "2027-01-13", "last": "2027-01-13"}])(booked)
    result = ask(booked, date="2027-01-14", time="14:00", room="AYL-1", chair="C1").json()
    assert (result["moves"], result["facts"], result["verified"]) == ([], [], True)
    assert {cost["rule"] for cost in result["costs"]} == {"stability", "wait"}
    at_home = ask(booked, "conferences/CPC-2", date="2027-01-13", time="10:00").json()
    assert at_home["answer"].startswith(
        "CPC-2 is booked on Wednesday 13 January 2027 at 10:00 already, and breaks a rule there. "
    )
