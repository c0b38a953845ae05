"""Booking an offer: in one step with a new conference, checked again, and refused with fresh offers if somebody was faster."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.decisions.diary import store_held
from tests.api.support.builders import CHAIRS, NOW, book, conference, fill
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.services import running

PATH = "/api/v1/offers"
EXCEPTION = {"by": "MGR-1", "reason": "no room", "safety_plan_reviewed": True}
NEW = conference("CPC-9")


def offered(client: TestClient, **request: Any) -> dict[str, Any]:
    """Return the request to book the best offer for a request, as a page would send it."""
    answer = client.post(PATH, json=request)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    best = result["offers"][0]
    place = {name: best["booking"][name] for name in ("start", "room", "chair")}
    return request | place | {"withdrawn_holds": best["withdrawn_holds"], "replaces": result["replaces"]}


def book_offer(client: TestClient, request: dict[str, Any]) -> Any:
    return client.post(f"{PATH}/book", json=request)


def history(client: TestClient, name: str) -> list[str]:
    return [one["event"] for one in client.get(f"/api/v1/conferences/{name}/history").json()["items"]]


def numbers(client: TestClient) -> list[int]:
    return [one["number"] for one in client.get("/api/v1/bookings").json()["items"]]


def test_a_new_conference_is_entered_and_booked_in_one_step(seeded: TestClient) -> None:
    answer = book_offer(seeded, offered(seeded, new=NEW, top=1))
    assert answer.status_code == 201, answer.text
    result = answer.json()
    booked = result["booking"]
    assert (booked["start"], booked["room"], booked["chair"], booked["minute_taker"]) == (
        "2027-01-11T10:00",
        "AYL-1",
        "C1",
        "M1",
    )
    assert booked["by_hand"]
    assert answer.headers["Location"] == f"/api/v1/bookings/{booked['number']}"
    assert seeded.get(answer.headers["Location"]).json() == booked
    assert result["conference"] == seeded.get("/api/v1/conferences/CPC-9").json()
    assert (result["conference"]["state"], result["released"], result["changed"]) == ("booked", [], [])
    assert history(seeded, "CPC-9") == ["requested", "booked"]


def test_an_offer_is_booked_though_the_diary_has_changed_if_it_is_still_possible(seeded: TestClient, store: Store) -> None:
    request = offered(seeded, conference="CPC-1", top=1)
    book(store, "CPC-2", "2027-01-11T10:00", room="WYC-1", chair="C2", minute_taker="M1")
    answer = book_offer(seeded, request)
    assert answer.status_code == 201, answer.text
    assert answer.json()["booking"]["minute_taker"] == "M2", "M1 is taken meanwhile"


def test_if_somebody_was_faster_the_error_has_fresh_offers_and_nothing_is_stored(seeded: TestClient, store: Store) -> None:
    request = offered(seeded, new=NEW, top=2)
    book(store, "CPC-2", "2027-01-11T10:00", minute_taker="M1")
    answer = book_offer(seeded, request)
    assert answer.status_code == 409
    result = answer.json()
    taken = ["AYL-1 is taken by CPC-2 at 2027-01-11T10:00.", "C1 is taken by CPC-2 at 2027-01-11T10:00."]
    fresh = seeded.post(PATH, json={"new": NEW, "top": 2}).json()
    assert result == {
        "type": "/problems/offer-gone",
        "title": "Conflict",
        "status": 409,
        "detail": f"CPC-9 can't be booked for Monday 11 January 2027 at 10:00 any more: {' '.join(taken)} "
        "Choose one of the new offers.",
        "errors": [{"where": what, "message": text} for what, text in zip(("room", "chair"), taken, strict=True)],
        "offers": fresh,
    }
    assert seeded.get("/api/v1/conferences/CPC-9").status_code == 404
    place = {name: fresh["offers"][0]["booking"][name] for name in ("start", "room", "chair")}
    assert book_offer(seeded, request | place).status_code == 201


def test_a_rule_that_is_broken_meanwhile_makes_an_offer_gone(seeded: TestClient) -> None:
    request = offered(seeded, conference="CPC-1", top=1)
    absence = {"first": "2027-01-11", "last": "2027-01-11"}
    added = seeded.post("/api/v1/absences", json={"chair": "C1", **absence})
    assert added.status_code == 201, added.text
    answer = book_offer(seeded, request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert [one["where"] for one in answer.json()["errors"]] == ["R3"]
    assert {one["booking"]["chair"] for one in answer.json()["offers"]["offers"]} <= {"C1", "C2", "C3"}


def test_an_offer_that_would_use_a_held_slot_that_it_did_not_name_is_gone(seeded: TestClient, store: Store) -> None:
    day = {"first": "2027-01-19", "last": "2027-01-19", "last_time": "10:00", "sites": ["AYL"], "chairs": ["C1"]}
    request = offered(seeded, conference="CPC-1", filter=day)
    held = store_held(store, "2027-01-19T10:00")
    answer = book_offer(seeded, request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert answer.json()["errors"][0]["where"] == "withdrawn_holds"
    accepted = book_offer(seeded, offered(seeded, conference="CPC-1", filter=day))
    assert (accepted.status_code, accepted.json()["released"]) == (201, ["HOLD-AYL-2027-01-18-1"])
    assert held not in numbers(seeded)


def test_a_review_takes_the_place_of_a_held_slot_that_its_offer_names(seeded: TestClient, store: Store) -> None:
    store_held(store, "2027-01-19T10:00")
    day = {"first": "2027-01-19", "last": "2027-01-19", "last_time": "10:00", "sites": ["AYL"], "chairs": ["C1"]}
    answer = book_offer(seeded, offered(seeded, conference="CPC-3", filter=day))
    assert (answer.status_code, answer.json()["released"]) == (201, ["HOLD-AYL-2027-01-18-1"])


def test_another_booking_gets_another_minute_taker_and_keeps_its_conditions(seeded: TestClient, store: Store) -> None:
    """M2 takes minutes at Aylesbury and Wycombe only, so M1 has to take those at Amersham."""
    other = book(store, "CPC-2", "2027-01-12T10:00", room="WYC-1", chair="C3", minute_taker="M1", by_hand=False, locks=("time",))
    day = {"first": "2027-01-12", "last": "2027-01-12", "last_time": "10:00", "sites": ["AMR"], "mode": "room"}
    answer = book_offer(seeded, offered(seeded, conference="CPC-1", filter=day))
    assert answer.status_code == 201, answer.text
    assert answer.json()["booking"]["minute_taker"] == "M1"
    (changed,) = answer.json()["changed"]
    assert (changed["conference"], changed["minute_taker"], changed["by_hand"], changed["locks"]) == (
        "CPC-2",
        "M2",
        False,
        ["time"],
    )
    assert other not in numbers(seeded)
    assert history(seeded, "CPC-2") == ["changed"]


def test_a_conference_is_rebooked_with_a_reason(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    request = offered(seeded, conference="CPC-1", top=1)
    refused = book_offer(seeded, request)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "reason")
    answer = book_offer(seeded, request | {"reason": "family asked"})
    assert answer.status_code == 201, answer.text
    assert numbers(seeded) == [answer.json()["booking"]["number"]] != [number]
    assert history(seeded, "CPC-1") == ["moved"]


def test_a_conference_that_somebody_else_has_booked_or_moved_is_gone(seeded: TestClient, store: Store) -> None:
    request = offered(seeded, conference="CPC-1", top=1)
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    answer = book_offer(seeded, request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert answer.json()["errors"] == [{"where": "replaces", "message": "CPC-1 is booked as 1."}]
    assert answer.json()["offers"]["replaces"] == 1


def test_a_late_offer_needs_an_exception(seeded: TestClient) -> None:
    late = {"first": "2027-02-01", "last": "2027-02-01"}
    request = offered(seeded, new=NEW, filter=late)
    refused = book_offer(seeded, request)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/late")
    assert seeded.get("/api/v1/conferences/CPC-9").status_code == 404
    answer = book_offer(seeded, request | {"exception": EXCEPTION})
    assert (answer.status_code, answer.json()["booking"]["exception"]) == (201, EXCEPTION)


def test_an_offer_at_short_notice_needs_a_waiver(seeded: TestClient) -> None:
    request = offered(seeded, new=NEW, top=1, waive_notice=True)
    assert request["start"] == "2027-01-05T10:00"
    refused = book_offer(seeded, request)
    assert refused.status_code == 422
    assert "waiver" in [one["where"] for one in refused.json()["errors"]]
    answer = book_offer(seeded, request | {"waiver": {"by": "MGR-1", "why": "a child at risk"}})
    assert answer.status_code == 201, answer.text
    assert answer.json()["conference"]["notice_waiver"]["by"] == "MGR-1"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"start": "2027-01-04T10:00"}, "start"),
        ({"start": "2026-06-01T10:00"}, "start"),
        ({"room": "XX-1"}, "room"),
        ({"chair": "XX"}, "chair"),
        ({"conference": "CPC-9"}, "conference"),
        ({"reason": "bored"}, "reason"),
        ({"new": NEW}, ""),
    ],
)
def test_what_can_not_be_booked_is_refused(seeded: TestClient, change: dict[str, Any], where: str) -> None:
    request = {"conference": "CPC-1", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1"}
    answer = book_offer(seeded, request | change)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (422, [where])
    assert numbers(seeded) == []


def test_no_slot_of_the_rooms_is_answered_with_offers(seeded: TestClient) -> None:
    request = {"conference": "CPC-1", "start": "2027-01-16T03:07", "room": "AYL-1", "chair": "C1"}
    answer = book_offer(seeded, request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert len(answer.json()["offers"]["offers"]) == 5


BOOKERS = 6


async def race(urls: list[str], bodies: list[dict[str, Any]]) -> list[httpx2.Response]:
    async with httpx2.AsyncClient(timeout=60) as client:
        requests = [client.post(f"{urls[n % 2]}{PATH}/book", json=body) for n, body in enumerate(bodies)]
        return await asyncio.gather(*requests)


@slow_on_postgresql
def test_of_several_bookers_of_one_offer_one_wins_and_the_others_get_offers(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    fill(store)
    settings = {"database_url": database_url, "demo": "false", "plan_processes": 0}
    place = {"start": "2027-01-12T10:00", "room": "AYL-1", "chair": CHAIRS[0]["id"], "filter": {"first": "2027-01-12"}}
    bodies = [{"new": conference(f"CPC-{n}"), **place} for n in range(100, 100 + BOOKERS)]
    with running(tmp_path, at=NOW, **settings) as one, running(tmp_path, at=NOW, **settings) as other:
        answers = asyncio.run(race([one.url, other.url], bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: BOOKERS - 1}
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"] == "/problems/offer-gone"
            assert answer.json()["offers"]["offers"]
