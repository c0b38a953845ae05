"""Why a booking is as it is, and the conferences at risk, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support.builders import book, conference
from tests.api.support.databases import slow_on_postgresql


@pytest.fixture
def diary(seeded: TestClient, store: Store) -> TestClient:
    """CPC-1 is booked late, on 25 January, CPC-2 on a Friday, and CPC-9 waits and is overdue."""
    book(store, "CPC-1", "2027-01-25T10:00", minute_taker="M1", by_hand=False)
    book(store, "CPC-2", "2027-01-15T10:00", minute_taker="M1", by_hand=False)
    assert seeded.post("/api/v1/conferences", json=conference("CPC-9", due="2026-12-30")).status_code == 201
    return seeded


def why(client: TestClient, what: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{what}/why")
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def test_a_late_booking_says_why_and_what_would_change_it(diary: TestClient, store: Store) -> None:
    before = store.version()
    result = why(diary, "conferences/CPC-1")
    assert result["answer"].startswith("CPC-1")
    assert result["verified"]
    assert why(diary, "bookings/1") == result
    assert store.version() == before


@slow_on_postgresql
def test_a_conference_without_a_booking_is_asked_about_by_its_id(diary: TestClient) -> None:
    assert why(diary, "conferences/CPC-9")["answer"].startswith("CPC-9")


@slow_on_postgresql
def test_what_is_late_or_has_few_slots_left_is_at_risk(diary: TestClient) -> None:
    answer = diary.get("/api/v1/at-risk?weeks=4")
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert (result["first"], result["last"]) == ("2027-01-04", "2027-01-31")
    listed = [(one["conference"], one["due"], one["booked"]) for one in result["items"]]
    assert listed == [("CPC-9", "2026-12-30", None), ("CPC-1", "2027-01-22", "2027-01-25T10:00")]
    assert all(one["cause"] for one in result["items"])


def test_nothing_is_at_risk_in_an_empty_diary(client: TestClient) -> None:
    answer = client.get("/api/v1/at-risk?weeks=2")
    assert (answer.status_code, answer.json()) == (200, {"first": "2027-01-04", "last": "2027-01-17", "items": []})


def test_what_does_not_exist_is_refused(diary: TestClient) -> None:
    assert diary.get("/api/v1/conferences/CPC-99/why").status_code == 404
    assert diary.get("/api/v1/bookings/99/why").status_code == 404
    assert diary.get("/api/v1/at-risk?weeks=7").status_code == 422
