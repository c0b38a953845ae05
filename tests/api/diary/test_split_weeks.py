"""A plan of some days of a week sees its chairs' bookings on the other days."""

from __future__ import annotations

import datetime as dt

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.snapshot import problem_of
from api.diary.split_weeks import with_bookings_beside
from api.jobs import queue as jobs
from scheduler.domain.people import WeekBeside
from scheduler.planner import plan
from tests.api.support.builders import NOW, book
from tests.api.support.drafts import CPC_4, keep, publish, put

WEEK = {"first": "2027-01-13", "last": "2027-01-15"}


@pytest.fixture
def limited(seeded: TestClient, store: Store) -> TestClient:
    """C1 may have 3 bookings and 2 office days a week, and has one in a room on the 11th and a virtual one on the 12th."""
    put("chairs/C1", max_per_week=3, max_office_days=2)(seeded)
    book(store, "CPC-1", "2027-01-11T10:00", minute_taker="M1")
    book(store, "CPC-3", "2027-01-12T10:00", minute_taker="M1", room=None)
    return seeded


def beside(store: Store, first: int, last: int) -> dict[str, tuple[WeekBeside, ...]]:
    with store.reading() as connection:
        problem = problem_of(connection, dt.date(2027, 1, first), dt.date(2027, 1, last))
        return {c.id: c.beside for c in with_bookings_beside(connection, problem).chairs}


def week(monday: int, bookings: int, office_days: int) -> WeekBeside:
    return WeekBeside(week=dt.date(2027, 1, monday), bookings=bookings, office_days=office_days)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((13, 15), [week(11, 2, 1)]),
        ((12, 15), [week(11, 1, 1)]),
        ((11, 17), []),
        ((11, 11), [week(11, 1, 0)]),
        ((18, 22), []),
        ((13, 28), [week(11, 2, 1)]),
        ((4, 11), [week(11, 1, 0)]),
        ((5, 10), []),
    ],
)
def test_bookings_beside_the_planned_days_are_listed_by_week(
    limited: TestClient, store: Store, days: tuple[int, int], expected: list[WeekBeside]
) -> None:
    assert beside(store, *days) == {"C1": tuple(expected), "C2": (), "C3": ()}


@pytest.mark.parametrize("last", ["2027-01-15", "2027-02-05"])
def test_a_plan_that_begins_within_a_week_keeps_the_limits_and_is_published(limited: TestClient, store: Store, last: str) -> None:
    put("chairs/C1", max_per_week=2)(limited)
    identifier = limited.post("/api/v1/plans", json=WEEK | {"last": last}).json()["id"]
    with store.reading() as connection:
        problem = jobs.problem_of(connection, identifier)
    assert problem is not None
    assert (problem.today, problem.chair_by_id["C1"].beside) == (NOW.date(), (week(11, 2, 1),))
    result = plan(problem, time_limit=20, workers=1)
    assert {one.conference for one in result.bookings} >= {"CPC-2", "CPC-4"}
    assert "C1" not in {one.chair for one in result.bookings if one.day < dt.date(2027, 1, 18)}
    assert publish(limited, keep(store, problem, result.bookings, {})).status_code == 201


def test_a_booking_cancelled_beside_is_no_change_of_the_plans_data(limited: TestClient, store: Store) -> None:
    with store.reading() as connection:
        problem = with_bookings_beside(connection, problem_of(connection, dt.date(2027, 1, 13), dt.date(2027, 1, 15)))
    identifier = keep(store, problem, (CPC_4,), {"CPC-2": "None."})
    seen = limited.get("/api/v1/bookings/2").headers["ETag"]
    limited.post("/api/v1/bookings/2/move", json={"reason": "family asked", "chair": "C3"}, headers={"If-Match": seen})
    assert limited.get(f"/api/v1/plans/{identifier}/diff").json()["obstacles"] == []


def test_the_service_counts_the_bookings_beside_itself(limited: TestClient, store: Store) -> None:
    week = {"week": "2027-01-11", "bookings": 2, "office_days": 1}
    chair = limited.get("/api/v1/chairs/C1")
    body = chair.json() | {"beside": [week]}
    refused = limited.put("/api/v1/chairs/C1", json=body, headers={"If-Match": chair.headers["ETag"]})
    detail = "beside is for problem files: the service lists the bookings beside a plan's days itself. Leave it out."
    assert (refused.status_code, refused.json()["detail"]) == (422, detail)
    assert limited.post("/api/v1/chairs", json=body | {"id": "C9"}).json()["detail"] == detail
    with store.reading() as connection:
        problem = problem_of(connection, dt.date(2027, 1, 13), dt.date(2027, 1, 15), as_stored=True)
        exported = with_bookings_beside(connection, problem).model_dump(mode="json", by_alias=True)
    imported = limited.post("/api/v1/import?mode=commit", json=exported)
    assert (imported.status_code, imported.json()["chairs"]["changed"]) == (200, [])
    assert limited.get("/api/v1/chairs/C1").json() == chair.json()
