"""Notice of bookings and moves by hand: it is the 4th, so families have notice of the 11th, and the next days are not moved."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from scheduler.domain.values import Interval
from tests.api.support.builders import NOW, book

WAIVER = {"by": "manager", "why": "The child is at risk now."}
NEW = {"conference": "CPC-4", "start": "2027-01-08T10:00", "room": "AMR-1", "chair": "C2", "minute_taker": "M1"}
NOTICE = (
    "Friday 8 January 2027 is before Monday 11 January 2027: the family has 5 working days of notice. "
    "Choose another day, or record the waiver: by whom, and why."
)
MOVE = (
    "Friday 8 January 2027 is before Monday 11 January 2027: a booking is not moved from or to the next 5 working days. "
    "Choose another day, or record the waiver: by whom, and why."
)


def move(client: TestClient, number: int, **changes: Any) -> Any:
    seen = client.get(f"/api/v1/bookings/{number}").headers["ETag"]
    body = {"reason": "family asked", **changes}
    return client.post(f"/api/v1/bookings/{number}/move", json=body, headers={"If-Match": seen})


def waivers(client: TestClient, identifier: str) -> list[dict[str, Any]]:
    items = client.get(f"/api/v1/conferences/{identifier}/history").json()["items"]
    return [item["detail"] for item in items if item["event"] == "notice waived"]


def test_a_family_has_its_notice_unless_it_is_waived_with_a_record(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/bookings", json=NEW)
    assert (response.status_code, response.json()) == (
        422,
        {
            "type": "/problems/notice",
            "title": response.json()["title"],
            "status": 422,
            "detail": f"CPC-4: {NOTICE}",
            "errors": [{"where": "waiver", "message": NOTICE}],
        },
    )
    assert seeded.post("/api/v1/bookings", json=NEW | {"waiver": WAIVER}).status_code == 201
    shown = seeded.get("/api/v1/conferences/CPC-4").json()
    assert (shown["conference"]["notice_waived"], shown["notice_waiver"]) == (True, WAIVER | {"at": "2027-01-04T09:00:00Z"})
    assert waivers(seeded, "CPC-4") == [WAIVER | {"waived": "notice"}]


def test_the_first_day_with_notice_needs_no_waiver_and_none_is_recorded(seeded: TestClient) -> None:
    assert seeded.post("/api/v1/bookings", json=NEW | {"start": "2027-01-11T10:00", "waiver": WAIVER}).status_code == 201
    shown = seeded.get("/api/v1/conferences/CPC-4").json()
    assert (shown["conference"]["notice_waived"], shown["notice_waiver"], waivers(seeded, "CPC-4")) == (False, None, [])


def test_a_refusal_lists_lateness_notice_and_rules_together(seeded: TestClient) -> None:
    seeded.post(
        "/api/v1/conferences", json={"id": "CPC-9", "kind": "review", "children": 1, "site": "AMR", "trigger": "2026-07-06"}
    )
    new = NEW | {"conference": "CPC-9", "start": "2027-01-07T11:00", "minute_taker": None}
    errors = seeded.post("/api/v1/bookings", json=new).json()["errors"]
    assert [error["where"] for error in errors] == ["exception", "waiver", "R1", "R5"]


def test_waiving_a_notice_needs_a_record_of_who_and_why(seeded: TestClient) -> None:
    result = seeded.get("/api/v1/conferences/CPC-4")
    value = result.json()["conference"] | {"notice_waived": True}
    response = seeded.put("/api/v1/conferences/CPC-4", json=value, headers={"If-Match": result.headers["ETag"]})
    message = "is set without a record. Leave it out, and send who waives it and why to CPC-4/waive-notice."
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "notice_waived", "message": message}])
    assert seeded.post("/api/v1/conferences", json=value | {"id": "CPC-9"}).status_code == 422
    headers = {"If-Match": result.headers["ETag"]}
    response = seeded.post("/api/v1/conferences/CPC-4/waive-notice", json=WAIVER, headers=headers)
    assert (response.status_code, response.json()["notice_waiver"]["by"]) == (200, "manager")
    assert seeded.post("/api/v1/bookings", json=NEW).status_code == 201
    assert seeded.post("/api/v1/conferences/CPC-5/waive-notice", json={"by": "manager"}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("start", "changes", "refusal"),
    [
        ("2027-01-08T10:00", {"start": "2027-01-14T10:00"}, [MOVE]),
        ("2027-01-08T10:00", {"chair": "C3"}, [MOVE]),
        ("2027-01-08T10:00", {"room": None}, [MOVE]),
        ("2027-01-08T10:00", {"minute_taker": "M2"}, []),
        ("2027-01-14T10:00", {"start": "2027-01-08T10:00"}, [NOTICE, MOVE]),
        ("2027-01-14T10:00", {"start": "2027-01-13T10:00"}, []),
    ],
)
def test_a_move_at_short_notice_needs_a_waiver(
    seeded: TestClient, store: Store, start: str, changes: dict[str, Any], refusal: list[str]
) -> None:
    number = book(store, "CPC-4", start, chair="C2", minute_taker="M1", by_hand=False)
    response = move(seeded, number, **changes)
    assert [error["message"] for error in response.json().get("errors", [])] == refusal
    assert move(seeded, number, **changes, waiver=WAIVER).status_code == 201 if refusal else response.status_code == 201
    waived = {0: [], 1: [WAIVER | {"waived": "move"}], 2: [WAIVER | {"waived": "notice"}]}[len(refusal)]
    assert waivers(seeded, "CPC-4") == waived


def test_what_breaks_a_rule_may_move_without_a_waiver_but_not_to_the_next_days(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-4", "2027-01-08T10:00", room="AMR-1", chair="C2", minute_taker="M1")
    seeded.post("/api/v1/absences", json={"chair": "C2", "first": "2027-01-08", "last": "2027-01-08"})
    assert move(seeded, number, start="2027-01-07T10:00").status_code == 422
    response = move(seeded, number, chair="C3")
    assert (response.status_code, waivers(seeded, "CPC-4")) == (201, [])


def test_what_a_calendar_breaks_may_move_without_a_waiver_too(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-4", "2027-01-08T10:00", room="AMR-1", chair="C2", minute_taker="M1")
    busy = Interval.model_validate({"start": "2027-01-08T11:00", "end": "2027-01-08T12:00"})
    with store.writing() as connection:
        busy_calendars.store_file(connection, "C2", BusyTimes((busy,), ()), NOW)
    assert [one["rule"] for one in seeded.get("/api/v1/conflicts").json()["items"]] == ["R3"]
    assert move(seeded, number, start="2027-01-07T10:00").status_code == 422
    response = move(seeded, number, chair="C3")
    assert (response.status_code, waivers(seeded, "CPC-4")) == (201, [])
