"""The children above the cap are the same in the report, on the page of people, and in plans, offers and what-ifs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary import snapshot
from api.exchange import workflow as exchange
from api.planning import workflow as planning
from api.settings import Settings
from api.whatif import requests
from api.whatif.requests import WhatifRequest
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Period
from scheduler.measure import measure
from tests.api.reports.diary import change, done, on, report
from tests.api.support import builders
from tests.api.support.builders import NOW, Clock, book
from tests.api.support.drafts import CPC_2, CPC_3, CPC_4, HELD, keep, publish, put

FULL = 84
FAMILIES = {
    "OLD": ("2026-12-29T10:00", "C1", 3),
    "CPC-1": ("2027-01-12T10:00", "C1", 2),
    "NEXT": ("2027-02-15T10:00", "C1", 4),
    "OTHER": ("2027-03-15T10:00", "C2", 5),
}
"""Initial conferences: start, chair and children. OLD is past and has no outcome yet."""
DAYS = [
    ("2027-01-04", "2027-01-31"),
    ("2027-02-01", "2027-02-28"),
    ("2027-01-13", "2027-01-14"),
    ("2026-12-01", "2027-03-31"),
    ("2027-05-03", "2027-05-30"),
]


def first_conference(identifier: str, children: int, trigger: str = "2026-12-15") -> dict[str, Any]:
    return builders.conference(identifier, children=children, trigger=trigger, requested=trigger)


@pytest.fixture
def diary(seeded: TestClient, store: Store) -> TestClient:
    """Return the small service with chairs just below the cap and families booked before, in and after January."""
    put("chairs/C1", caseload=FULL)(seeded)
    put("chairs/C2", caseload=FULL)(seeded)
    for name, (start, chair, children) in FAMILIES.items():
        if name != "CPC-1":
            done(seeded.post("/api/v1/conferences", json=first_conference(name, children)))
        else:
            seen = seeded.get("/api/v1/conferences/CPC-1")
            body = {**builders.conference("CPC-1"), "children": children}
            done(seeded.put("/api/v1/conferences/CPC-1", json=body, headers={"If-Match": seen.headers["etag"]}))
        book(store, name, start, chair=chair)
    return seeded


def above(client: TestClient) -> int:
    rows = report(client, "caseloads", "2027-01-01", "2027-01-31")["rows"]
    return sum(row["above"] for row in rows)


def by_hand() -> int:
    """Count the children above the cap of 85 from the families alone."""
    held = Counter({"C1": FULL, "C2": FULL})
    for _, chair, children in FAMILIES.values():
        held[chair] += children
    return sum(max(0, count - 85) for count in held.values())


def tier(problem: Problem, bookings: tuple[Booking, ...] | None = None) -> int:
    """Return the tier of the caseloads of a problem's published bookings, or of others."""
    if bookings is None:
        bookings = tuple(
            problem.with_length(Booking(end=one.start, **one.model_dump(exclude={"locks", "end"}))) for one in problem.published
        )
    return measure(problem, Schedule(bookings=bookings)).tiers["caseload"]


def plan_of(store: Store, first: str, last: str) -> Problem:
    with store.reading() as connection:
        return planning.problem_of(connection, Period.model_validate({"first": first, "last": last}), NOW)


@pytest.mark.parametrize(("first", "last"), DAYS)
def test_a_plan_of_any_days_counts_every_booking_once(diary: TestClient, store: Store, first: str, last: str) -> None:
    assert by_hand() == above(diary) == 12
    assert tier(plan_of(store, first, last)) == 12


def test_the_page_of_people_shows_the_same(diary: TestClient) -> None:
    page = diary.get("/people").text
    assert "93 of 85" in page
    assert "89 of 85" in page


def test_an_offer_costs_the_children_above_the_cap(diary: TestClient) -> None:
    asked = {"new": builders.conference("NEW", children=2), "filter": {"chairs": ["C1"]}, "top": 1}
    response = diary.post("/api/v1/offers", json=asked)
    assert response.status_code == 200, response.text
    best = response.json()["offers"][0]
    assert [cost["amount"] for cost in best["costs"] if cost["rule"] == "caseload"] == [2]
    assert best["tiers"]["caseload"] == 14


def test_an_offer_to_a_booked_conference_counts_its_own_children_once(diary: TestClient) -> None:
    for name in FAMILIES.keys() - {"OLD"}:
        response = diary.post("/api/v1/offers", json={"conference": name, "filter": {"chairs": [FAMILIES[name][1]]}, "top": 1})
        assert response.status_code == 200, response.text
        assert {offer["tiers"]["caseload"] for offer in response.json()["offers"]} == {12}, name


def test_a_what_if_begins_with_the_same(diary: TestClient, store: Store) -> None:
    leaves = {"name": "C3 leaves", "changes": [{"change": "chair_leaves", "chair": "C3"}]}
    body = {"first": "2027-01-04", "last": "2027-01-31", "scenarios": [leaves]}
    with store.reading() as connection:
        study = requests.whatif(connection, WhatifRequest.model_validate(body), Settings(), NOW.date())
    assert [tier(solve.task.problem) for solve in study.solves] == [12, 12]


@pytest.mark.parametrize(("outcome", "expected"), [("plan made", 12), ("no plan", 10)])
def test_a_conference_that_has_been_held_counts_as_its_outcome_says(
    diary: TestClient, store: Store, clock: Clock, outcome: str, expected: int
) -> None:
    on(clock, "2027-01-12")
    change(diary, "conferences/CPC-1/outcome", {"outcome": outcome})
    assert above(diary) == expected
    for first, last in DAYS[:2]:
        assert tier(plan_of(store, first, last)) == expected


def test_an_export_has_the_stored_caseloads(diary: TestClient, store: Store) -> None:
    with store.reading() as connection:
        problem = exchange.exported(connection, Period(first=dt.date(2027, 5, 3), last=dt.date(2027, 5, 30)))
    assert [chair.caseload for chair in problem.chairs] == [FULL, FULL, 0]


def plan(store: Store) -> str:
    with store.reading() as connection:
        problem = snapshot.problem_of(connection, dt.date(2027, 1, 4), dt.date(2027, 1, 31))
    return keep(store, problem, (CPC_2, CPC_3, CPC_4, HELD), {"CPC-1": "None."})


def test_a_later_booking_on_another_day_does_not_stop_a_plan(seeded: TestClient, store: Store) -> None:
    identifier = plan(store)
    done(seeded.post("/api/v1/conferences", json=first_conference("NEXT", 4, "2027-02-01")))
    book(store, "NEXT", "2027-02-15T10:00")
    response = publish(seeded, identifier)
    assert response.status_code == 201, response.text


def test_a_caseload_that_is_entered_later_stops_a_plan(seeded: TestClient, store: Store) -> None:
    done(seeded.post("/api/v1/conferences", json=first_conference("NEXT", 4, "2027-02-01")))
    identifier = plan(store)
    put("chairs/C1", caseload=FULL)(seeded)
    assert [error["message"] for error in publish(seeded, identifier).json()["errors"]] == [
        "The chair C1 has changed: caseload from 0 to 84."
    ]
