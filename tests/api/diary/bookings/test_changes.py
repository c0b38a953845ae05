"""Another length or mode of what is booked, two bookings that swap, locks, and a family that can't come."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.snapshot import problem_of
from tests.api.support.builders import NOW, book

PATH = "/api/v1/bookings"


@pytest.fixture
def booked(seeded: TestClient, store: Store) -> TestClient:
    """CPC-1 at 10:00 and CPC-2 at 14:00 on the 12th and 13th, in one room, by a plan."""
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1", by_hand=False)
    book(store, "CPC-2", "2027-01-13T14:00", chair="C2", minute_taker="M2", by_hand=False)
    return seeded


def post(client: TestClient, number: int, what: str, **body: Any) -> Any:
    seen = client.get(f"{PATH}/{number}").headers["ETag"]
    return client.post(f"{PATH}/{number}/{what}", json=body, headers={"If-Match": seen})


def set_locks(client: TestClient, number: int, *locks: str) -> Any:
    seen = client.get(f"{PATH}/{number}").headers["ETag"]
    return client.put(f"{PATH}/{number}/locks", json={"locks": locks}, headers={"If-Match": seen})


def history(client: TestClient, identifier: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/api/v1/conferences/{identifier}/history").json()["items"]
    return items


def active_bookings(client: TestClient) -> dict[str, tuple[str, str | None, str, str | None]]:
    items = client.get(PATH).json()["items"]
    return {one["conference"]: (one["start"], one["room"], one["chair"], one["minute_taker"]) for one in items}


def locks_in_plans(store: Store) -> dict[str, tuple[str, ...]]:
    with store.reading() as connection:
        problem = problem_of(connection, dt.date(2027, 1, 4), dt.date(2027, 1, 31), today=NOW.date())
    return {one.conference: one.locks for one in problem.published}


def test_the_length_of_what_is_booked_changes_with_its_booking(booked: TestClient) -> None:
    result = booked.get("/api/v1/conferences/CPC-1")
    value = result.json()["conference"] | {"minutes": 120}
    response = booked.put("/api/v1/conferences/CPC-1", json=value, headers={"If-Match": result.headers["ETag"]})
    assert (response.status_code, response.json()["booking"]["end"]) == (200, "2027-01-12T12:00")
    assert len(booked.get(f"{PATH}?conference=CPC-1").json()["items"]) == 1


def test_the_length_changes_with_a_move_too(booked: TestClient) -> None:
    response = post(booked, 1, "move", reason="family asked", minutes=60)
    assert (response.status_code, response.json()["start"], response.json()["end"]) == (
        201,
        "2027-01-12T10:00",
        "2027-01-12T11:00",
    )
    assert booked.get("/api/v1/conferences/CPC-1").json()["conference"]["minutes"] == 60
    assert [entry["event"] for entry in history(booked, "CPC-1")] == ["changed", "moved"]


def test_a_length_that_takes_the_next_place_is_refused_with_every_reason(booked: TestClient, store: Store) -> None:
    book(store, "CPC-3", "2027-01-12T14:00", minute_taker="M1")
    response = post(booked, 1, "move", reason="family asked", minutes=240)
    taken = [("room", "AYL-1"), ("chair", "C1"), ("minute_taker", "M1")]
    errors = [{"where": what, "message": f"{whom} is taken by CPC-3 at 2027-01-12T14:00."} for what, whom in taken]
    assert (response.status_code, response.json()["errors"]) == (409, errors)
    assert booked.get("/api/v1/conferences/CPC-1").json()["conference"]["minutes"] == 105


def test_a_conference_becomes_virtual_with_its_booking(booked: TestClient) -> None:
    refused = post(booked, 1, "move", reason="family asked", mode="virtual")
    assert [error["where"] for error in refused.json()["errors"]] == ["R2"]
    response = post(booked, 1, "move", reason="family asked", mode="virtual", room=None)
    assert (response.status_code, response.json()["room"], response.json()["mode"]) == (201, None, "virtual")
    assert history(booked, "CPC-1")[0]["detail"]["before"] == {"mode": "hybrid"}


def test_two_bookings_swap_in_one_go_and_families_keep_their_chairs(booked: TestClient) -> None:
    response = post(booked, 1, "swap", other=2, reason="family asked")
    assert (response.status_code, [one["conference"] for one in response.json()["items"]]) == (201, ["CPC-1", "CPC-2"])
    assert active_bookings(booked) == {
        "CPC-1": ("2027-01-13T14:00", "AYL-1", "C1", "M2"),
        "CPC-2": ("2027-01-12T10:00", "AYL-1", "C2", "M1"),
    }
    assert [(entry["event"], entry["reason"]) for entry in history(booked, "CPC-2")] == [("moved", "family asked")]
    numbers = [one["number"] for one in response.json()["items"]]
    post(booked, numbers[0], "swap", other=numbers[1], reason="family asked", chairs=True)
    assert active_bookings(booked) == {
        "CPC-1": ("2027-01-12T10:00", "AYL-1", "C2", "M1"),
        "CPC-2": ("2027-01-13T14:00", "AYL-1", "C1", "M2"),
    }


def test_a_swap_that_breaks_a_rule_changes_nothing_and_says_all(booked: TestClient) -> None:
    before = active_bookings(booked)
    booked.post("/api/v1/absences", json={"chair": "C1", "first": "2027-01-13", "last": "2027-01-13"})
    booked.post("/api/v1/absences", json={"chair": "C2", "first": "2027-01-12", "last": "2027-01-12"})
    response = post(booked, 1, "swap", other=2, reason="family asked")
    assert (response.status_code, [error["message"] for error in response.json()["errors"]], active_bookings(booked)) == (
        422,
        [
            "CPC-1: C1 does not work on Wednesday 13 January 2027.",
            "CPC-2: C2 does not work on Tuesday 12 January 2027.",
        ],
        before,
    )


def test_a_swap_is_with_another_booking_and_late_with_an_exception(booked: TestClient, store: Store) -> None:
    assert post(booked, 1, "swap", other=1, reason="family asked").status_code == 422
    assert post(booked, 1, "swap", other=99, reason="family asked").status_code == 404
    book(store, "CPC-5", "2027-01-26T10:00", chair="C3", minute_taker="M1", by_hand=False)
    response = post(booked, 1, "swap", other=3, reason="family asked")
    assert response.json()["errors"][0]["where"] == "exception"
    exception = {"conference": "CPC-1", "by": "manager", "reason": "no room", "safety_plan_reviewed": True}
    value = booked.get("/api/v1/conferences/CPC-5")
    early = value.json()["conference"] | {"due": "2027-02-05"}
    booked.put("/api/v1/conferences/CPC-5", json=early, headers={"If-Match": value.headers["ETag"]})
    response = post(booked, 1, "swap", other=3, reason="family asked", exceptions=[exception])
    assert response.status_code == 201, response.text
    assert response.json()["items"][0]["exception"]["by"] == "manager"


def test_a_lock_is_set_and_taken_off(booked: TestClient, store: Store) -> None:
    response = set_locks(booked, 1, "time", "chair", "time")
    assert (response.status_code, response.json()["locks"]) == (200, ["chair", "time"])
    assert locks_in_plans(store)["CPC-1"] == ("chair", "time")
    assert set_locks(booked, 1).json()["locks"] == []
    assert locks_in_plans(store)["CPC-1"] == ()
    details = [(entry["event"], entry["detail"]["before"], entry["detail"]["after"]) for entry in history(booked, "CPC-1")]
    assert details == [("locks set", [], ["chair", "time"]), ("locks set", ["chair", "time"], [])]
    stale = booked.put(f"{PATH}/1/locks", json={"locks": []}, headers={"If-Match": '"1.1"'})
    assert stale.status_code == 412


def test_the_locks_of_a_booking_by_hand_are_taken_off_too(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    assert locks_in_plans(store)["CPC-1"] == ("time", "chair", "room")
    assert set_locks(seeded, 1, "time", "chair", "room").json()["by_hand"] is True
    assert set_locks(seeded, 1, "chair").json()["by_hand"] is False
    assert locks_in_plans(store)["CPC-1"] == ("chair",)


def test_a_family_that_cannot_come_breaks_its_booking_at_once(booked: TestClient) -> None:
    seen = {"If-Match": booked.get("/api/v1/conferences/CPC-1").headers["ETag"]}
    response = booked.post("/api/v1/conferences/CPC-1/unavailable", json={"day": "2027-01-12"}, headers=seen)
    text = "CPC-1 is on Tuesday 12 January 2027 at 10:00, when the family cannot come."
    body = response.json()
    assert (response.status_code, [(one["number"], one["text"]) for one in body["broken_bookings"]]) == (200, [(1, text)])
    day = {"start": "2027-01-12T00:00", "end": "2027-01-13T00:00"}
    assert (body["conference"]["conference"]["unavailable"], body["conference"]["state"]) == ([day], "booked")
    seen = {"If-Match": response.headers["ETag"]}
    again = booked.post("/api/v1/conferences/CPC-1/unavailable", json=day, headers=seen)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/there-already")
    for odd in ({}, day | {"day": "2027-01-12"}, {"start": day["end"], "end": day["start"]}, {"start": day["start"]}):
        assert booked.post("/api/v1/conferences/CPC-1/unavailable", json=odd, headers=seen).status_code == 422
