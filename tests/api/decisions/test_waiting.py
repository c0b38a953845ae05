"""The list of requests without a booking: its order, its pages, and the number of its queries."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support.builders import Clock, book, conference

PATH = "/api/v1/waiting"


def page(client: TestClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def urgency(client: TestClient, query: str = "") -> list[tuple[str, int, int | None]]:
    return [
        (one["conference"]["conference"]["id"], one["working_days_left"], one["slots_left"])
        for one in page(client, query)["items"]
    ]


def enter(client: TestClient, *names: str, **changes: Any) -> None:
    for name in names:
        answer = client.post("/api/v1/conferences", json=conference(name, **changes))
        assert answer.status_code == 201, answer.text


def test_each_request_shows_the_days_and_slots_it_has_left(seeded: TestClient, store: Store) -> None:
    before = page(seeded)
    assert before["items"][0]["conference"] == seeded.get("/api/v1/conferences/CPC-1").json()
    assert before["next"] is None
    room_starts, virtual = 3 * 2, 2
    days = {"CPC-1": 10, "CPC-2": 10, "CPC-3": 12, "CPC-4": 13}
    assert urgency(seeded) == [
        ("CPC-1", 14, days["CPC-1"] * (room_starts + virtual)),
        ("CPC-2", 14, days["CPC-2"] * (room_starts + virtual)),
        ("CPC-3", 16, days["CPC-3"] * (room_starts + virtual)),
        ("CPC-4", 17, days["CPC-4"] * (room_starts + virtual)),
        ("CPC-5", 111, 21 * (room_starts + virtual)),
    ]
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    assert urgency(seeded)[0] == ("CPC-2", 14, 79), "AYL-1 is taken at that time"


def test_requests_due_on_one_day_come_by_the_slots_they_have_left(seeded: TestClient) -> None:
    enter(seeded, "CPC-8", accessible=False, chair="C1", unavailable=[{"start": "2027-01-11T00:00", "end": "2027-01-16T00:00"}])
    ids = [name for name, _, _ in urgency(seeded)]
    assert ids == ["CPC-8", "CPC-1", "CPC-2", "CPC-3", "CPC-4", "CPC-5"]


def test_an_overdue_request_comes_first_and_has_no_slot(seeded: TestClient) -> None:
    enter(seeded, "CPC-8", due="2026-12-30")
    enter(seeded, "CPC-9", due="2027-01-04")
    enter(seeded, "CPC-10", due="2027-09-30", kind="pre_birth")
    listed = urgency(seeded)
    assert listed[:2] == [("CPC-8", -2, 0), ("CPC-9", 0, 0)]
    assert listed[-1] == ("CPC-10", 188, None)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_pages_hold_every_request_once_in_order(seeded: TestClient, most: int) -> None:
    enter(seeded, "CPC-6", "CPC-7")
    enter(seeded, "CPC-8", unavailable=[{"start": "2027-01-11T00:00", "end": "2027-01-16T00:00"}])
    whole = urgency(seeded)
    listed: list[tuple[str, int, int | None]] = []
    after: int | None = 0
    while after is not None:
        some = page(seeded, f"most={most}&after={after}")
        assert len(some["items"]) <= most
        listed += urgency(seeded, f"most={most}&after={after}")
        after = some["next"]
    assert listed == whole


def test_the_list_goes_on_though_the_last_request_has_been_booked(seeded: TestClient, store: Store) -> None:
    first = page(seeded, "most=1")
    book(store, first["items"][0]["conference"]["conference"]["id"], "2027-01-12T10:00", minute_taker="M1")
    assert [name for name, _, _ in urgency(seeded, f"after={first['next']}")] == ["CPC-2", "CPC-3", "CPC-4", "CPC-5"]
    assert page(seeded, "after=999") == {"items": [], "next": None}


def test_booked_and_settled_conferences_do_not_wait(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    seen = seeded.get("/api/v1/conferences/CPC-2").headers["ETag"]
    seeded.post("/api/v1/conferences/CPC-2/cancel", json={"reason": "no longer needed"}, headers={"If-Match": seen})
    assert [name for name, _, _ in urgency(seeded)] == ["CPC-3", "CPC-4", "CPC-5"]


def test_an_empty_diary_has_an_empty_list(client: TestClient) -> None:
    assert page(client) == {"items": [], "next": None}


def test_the_number_of_queries_does_not_grow_with_the_rows(seeded: TestClient) -> None:
    engine = seeded.app.state.store.engine  # type: ignore[attr-defined]  # Starlette types its app loosely
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    few = len(page(seeded, "most=50")["items"]), len(statements)
    enter(seeded, *(f"CPC-{n}" for n in range(100, 120)))
    statements.clear()
    many = len(page(seeded, "most=50")["items"]), len(statements)
    assert (few[0], many[0], few[1]) == (5, 25, many[1])
