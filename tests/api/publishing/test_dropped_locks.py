"""Plans that drop locks that can't be kept (contract, section 8): they are published without these locks."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.snapshot import problem_of
from scheduler import plan
from scheduler.domain.schedule import Schedule
from tests.api.support.builders import NOW, book
from tests.api.support.drafts import FIRST, LAST, keep, publish

ILL: Any = ("absences", {"chair": "C1", "first": "2027-01-11", "last": "2027-01-15"})
CLOSED: Any = ("room-closures", {"room": "AYL-1", "first": "2027-01-12", "last": "2027-01-12"})
CHAIR, ROOM = ("chair", "C1"), ("room", "AYL-1")


def planned(store: Store) -> tuple[str, Schedule]:
    """Solve January as of today, as the service does, and store the plan."""
    with store.reading() as connection:
        problem = problem_of(connection, FIRST, LAST, today=NOW.date())
    schedule = plan(problem, time_limit=20, workers=1)
    return keep(store, problem, schedule.bookings, {}, exceptions=schedule.exceptions), schedule


def booking_of(client: TestClient, conference: str) -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"/api/v1/conferences/{conference}").json()["booking"]
    return shown


@pytest.mark.parametrize(
    ("by_hand", "locks", "breach", "dropped", "kept"),
    [
        (True, (), ILL, CHAIR, ["time", "room"]),
        (False, ("time", "chair"), ILL, CHAIR, ["time"]),
        (True, (), CLOSED, ROOM, ["time", "chair"]),
        (False, ("room", "time"), CLOSED, ROOM, ["time"]),
    ],
)
def test_a_lock_that_cannot_be_kept_is_gone_once_the_plan_is_published(
    seeded: TestClient, store: Store, by_hand: bool, locks: tuple[str, ...], breach: Any, dropped: Any, kept: list[str]
) -> None:
    number = book(store, "CPC-1", "2027-01-12T10:00", by_hand=by_hand, locks=locks, minute_taker="M1")
    path, body = breach
    assert [one["number"] for one in seeded.post(f"/api/v1/{path}", json=body).json()["broken_bookings"]] == [number]
    identifier, schedule = planned(store)
    assert [(one.conference, one.rule) for one in schedule.exceptions] == [("CPC-1", "R8")]
    assert seeded.get(f"/api/v1/plans/{identifier}/diff").json()["obstacles"] == []
    published = publish(seeded, identifier)
    assert published.status_code == 201, published.text
    [copy] = [one for one in published.json()["bookings"] if one["conference"] == "CPC-1"]
    current = booking_of(seeded, "CPC-1")
    what, before = dropped
    for one in (copy, current):
        assert one[what] != before
        assert (sorted(one["locks"]), one["by_hand"]) == (sorted(kept), False)
    assert seeded.get("/api/v1/conflicts").json()["items"] == []


def test_other_bookings_keep_their_locks(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-12T10:00", room="WYC-1", chair="C2", minute_taker="M2")
    book(store, "CPC-3", "2027-01-13T10:00", by_hand=False, locks=("time",), room="AYL-1", chair="C3", minute_taker="M1")
    path, body = ILL
    seeded.post(f"/api/v1/{path}", json=body)
    identifier, _ = planned(store)
    assert publish(seeded, identifier).status_code == 201
    conditions = {name: (booking_of(seeded, name)["locks"], booking_of(seeded, name)["by_hand"]) for name in ("CPC-2", "CPC-3")}
    assert conditions == {"CPC-2": (["time", "chair", "room"], True), "CPC-3": (["time"], False)}


def test_a_lock_that_the_plan_does_not_list_as_dropped_is_an_obstacle(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    path, body = ILL
    seeded.post(f"/api/v1/{path}", json=body)
    with store.reading() as connection:
        problem = problem_of(connection, FIRST, LAST, today=NOW.date())
    schedule = plan(problem, time_limit=20, workers=1)
    response = publish(seeded, keep(store, problem, schedule.bookings, {}))
    assert (response.status_code, response.json()["type"]) == (409, "/problems/breaks-rules")
    assert [one["where"] for one in response.json()["errors"]] == ["CPC-1"]
