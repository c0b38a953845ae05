"""Repairs over HTTP: checked at once, solved by the queue, and published as any plan."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.jobs import queue as jobs
from api.planning.worker import work_on
from tests.api.support.builders import NOW, Clock, book
from tests.api.support.drafts import publish

PATH = "/api/v1/repairs"
DAYS = {"first": "2027-01-04", "last": "2027-01-31"}
ABSENCE = {"chair": "C1", "first": "2027-01-18", "last": "2027-01-22"}
ABSENT = {"change": "chair_absent", **ABSENCE}


@pytest.fixture
def diary(seeded: TestClient, store: Store) -> TestClient:
    """CPC-1 and CPC-2 are booked by a plan with C1, on 19 and 20 January, and CPC-4 on the 14th with C2."""
    book(store, "CPC-1", "2027-01-19T10:00", minute_taker="M1", by_hand=False)
    book(store, "CPC-2", "2027-01-20T10:00", room="WYC-1", minute_taker="M1", by_hand=False)
    book(store, "CPC-4", "2027-01-14T10:00", room="AMR-1", chair="C2", minute_taker="M1", by_hand=False)
    return seeded


def solved(client: TestClient, store: Store, **request: Any) -> dict[str, Any]:
    """Ask for a repair of January, and return it once it is solved."""
    return solved_as_offered(client, store, {"link": PATH, "body": DAYS | request})


def solved_as_offered(client: TestClient, store: Store, offered: dict[str, Any]) -> dict[str, Any]:
    """Ask for a repair as it is offered, do the job as a process of the queue does, and return the repair."""
    asked = client.post(offered["link"], json=offered["body"])
    assert asked.status_code == 202, asked.text
    queued = asked.json()
    assert (queued["state"], queued["report"]) == ("queued", None)
    with store.noting() as connection:
        attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    work_on(store.url, attempt)
    result: dict[str, Any] = client.get(asked.headers["Location"]).json()
    assert (result["state"], result["error"]) == ("done", None)
    return result


def places(client: TestClient) -> dict[str, tuple[str, str]]:
    items = client.get("/api/v1/bookings?first=2027-01-01&last=2027-01-31").json()["items"]
    return {one["conference"]: (one["start"], one["chair"]) for one in items if not one["held"]}


def test_an_absence_in_the_diary_is_mended_with_the_fewest_moves_and_published(diary: TestClient, store: Store) -> None:
    added = diary.post("/api/v1/absences", json=ABSENCE)
    assert {one["conference"] for one in added.json()["broken_bookings"]} == {"CPC-1", "CPC-2"}
    result = solved(diary, store)
    report = result["report"]
    assert ({one["conference"] for one in report["moved"]}, report["proven"]) == ({"CPC-1", "CPC-2"}, True)
    assert report["front"] == [{"moves": 2, "late": 0, "proven": True}]
    assert report["affected"]["families"] >= 2
    assert publish(diary, result["id"]).status_code == 201
    after = places(diary)
    moved = {one["conference"]: (one["start"], one["chair"]) for one in report["moved"]}
    assert {name: after[name] for name in moved} == moved
    assert after["CPC-4"] == ("2027-01-14T10:00", "C2")
    assert diary.get("/api/v1/conflicts").json()["items"] == []


ENTRIES = [
    ("/api/v1/absences", ABSENCE),
    ("/api/v1/absences", {"minute_taker": "M1", "first": "2027-01-19", "last": "2027-01-20"}),
    ("/api/v1/room-closures", {"room": "AYL-1", "first": "2027-01-19", "last": "2027-01-19"}),
    ("/api/v1/closures", {"day": "2027-01-20"}),
]


@pytest.mark.parametrize(("path", "entry"), ENTRIES, ids=["chair", "minute taker", "room", "service"])
def test_an_entry_that_hits_bookings_offers_their_repair(
    diary: TestClient, store: Store, path: str, entry: dict[str, Any]
) -> None:
    added = diary.post(path, json=entry).json()
    assert added["broken_bookings"]
    assert added["repair"]["body"] == {
        "first": "2027-01-18",
        "last": "2027-02-07",
        "changes": [],
        "freeze_until": "2027-01-18",
    }
    result = solved_as_offered(diary, store, added["repair"])
    assert publish(diary, result["id"]).status_code == 201
    assert diary.get("/api/v1/conflicts").json()["items"] == []


def test_an_entry_that_hits_no_booking_to_come_offers_no_repair(diary: TestClient, store: Store) -> None:
    away = {"chair": "C2", "first": "2027-01-18", "last": "2027-01-22"}
    assert diary.post("/api/v1/absences", json=away).json()["repair"] is None
    assert diary.post("/api/v1/closures", json={"day": "2027-01-29"}).json()["repair"] is None


def test_an_inquorate_conference_offers_the_repair_that_books_it_again(diary: TestClient, store: Store, clock: Clock) -> None:
    clock.forward(days=(dt.date(2027, 1, 19) - clock().date()).days)
    seen = diary.get("/api/v1/conferences/CPC-1").headers["ETag"]
    answer = diary.post("/api/v1/conferences/CPC-1/outcome", json={"outcome": "inquorate"}, headers={"If-Match": seen})
    assert answer.status_code == 200, answer.text
    again = answer.json()["next"]["conference"]["id"]
    result = solved_as_offered(diary, store, answer.json()["repair"])
    assert again in result["report"]["added"]
    assert publish(diary, result["id"]).status_code == 201
    assert diary.get(f"/api/v1/conferences/{again}").json()["state"] == "booked"


def test_a_repair_of_changes_is_published_once_they_are_entered(diary: TestClient, store: Store) -> None:
    result = solved(diary, store, changes=[ABSENT])
    assert result["changes"][0]["change"] == "chair_absent"
    assert {one["conference"] for one in result["report"]["moved"]} == {"CPC-1", "CPC-2"}
    before = places(diary)
    refused = publish(diary, result["id"])
    assert refused.status_code == 409
    assert "C1" in refused.text
    assert places(diary) == before
    assert diary.post("/api/v1/absences", json=ABSENCE).status_code == 201
    assert publish(diary, result["id"]).status_code == 201
    assert diary.get("/api/v1/conflicts").json()["items"] == []


def test_what_is_frozen_or_kept_stays(diary: TestClient, store: Store) -> None:
    away = {"change": "unavailable", "conference": "CPC-1", "start": "2027-01-19T00:00", "end": "2027-01-20T00:00"}
    result = solved(diary, store, changes=[away], freeze_until="2027-01-18", keep=["CPC-2"], max_moves=1)
    assert [one["conference"] for one in result["report"]["moved"]] == ["CPC-1"]


def test_a_plan_is_no_repair(diary: TestClient) -> None:
    plan = diary.post("/api/v1/plans", json=DAYS).json()["id"]
    assert diary.get(f"{PATH}/{plan}").status_code == 404
    assert diary.get(f"{PATH}/J-0").status_code == 404
    repair = diary.post(PATH, json=DAYS).json()
    assert diary.get(repair["links"]["plan"]).json()["state"] == "queued"
    assert diary.post(repair["links"]["cancel"]).status_code == 202


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (
            {"changes": [{"change": "chair_absent", "chair": "C9", "first": "2027-01-18", "last": "2027-01-22"}]},
            "changes[0].chair",
        ),
        ({"changes": [{"change": "vanish"}]}, "changes[0].change"),
        ({"changes": [ABSENT, ABSENT]}, "changes[1]"),
        ({"freeze_until": "2027-06-01"}, "freeze_until"),
        ({"keep": ["CPC-9"]}, "keep"),
        ({"keep": ["CPC-3"]}, "keep"),
        ({"first": "2026-01-01", "last": "2026-01-31"}, "last"),
        ({"max_moves": -1}, "max_moves"),
        ({"last": "2027-01-01"}, ""),
    ],
)
def test_a_repair_that_does_not_fit_is_refused_and_not_queued(diary: TestClient, body: dict[str, Any], where: str) -> None:
    answer = diary.post(PATH, json=DAYS | body)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (422, [where])
    assert diary.get("/api/v1/plans").json()["items"] == []
