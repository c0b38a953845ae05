"""Offers for which bookings move: found by the solver, and booked together or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.registers import queries as registers
from scheduler.domain.people import Chair
from tests.api.decisions.diary import store_held
from tests.api.support.builders import NOW, book, conference
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.services import running

PATH = "/api/v1/offers"
ONE_DAY = {"first": "2027-01-12", "last": "2027-01-12", "mode": "room", "sites": ["AYL"]}


@pytest.fixture
def full(seeded: TestClient, store: Store) -> TestClient:
    """Tuesday 12 January at Aylesbury is full: CPC-1 and CPC-2, booked by a plan, take both starts of its room."""
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1", by_hand=False)
    book(store, "CPC-2", "2027-01-12T14:00", minute_taker="M1", by_hand=False)
    return seeded


def offers(client: TestClient, **request: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"new": conference("CPC-9"), "filter": ONE_DAY, "cures": False} | request)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def booking_of(result: dict[str, Any]) -> dict[str, Any]:
    """Return the request to book the first offer."""
    best = result["offers"][0]
    place = {name: best["booking"][name] for name in ("start", "room", "chair", "minute_taker")}
    ways = {"moved": best["moves"], "minute_takers": best["minute_takers"], "numbers": result["numbers"]}
    stated = {"withdrawn_holds": best["withdrawn_holds"], "costs": best["costs"]}
    return {"new": conference("CPC-9"), "filter": ONE_DAY, "moves": 1, "cures": False} | place | ways | stated


def starts(client: TestClient) -> dict[str, tuple[str, bool]]:
    items = client.get("/api/v1/bookings").json()["items"]
    return {one["conference"]: (f"{one['start']} {one['room']}", one["by_hand"]) for one in items}


def test_a_booking_moves_for_an_offer_and_both_are_booked_together(full: TestClient) -> None:
    assert offers(full)["offers"] == []
    result = offers(full, moves=1)
    (moved,) = result["offers"][0]["moves"]
    assert result["numbers"][moved["conference"]] in (1, 2)
    before = starts(full)
    answer = full.post(f"{PATH}/book", json=booking_of(result))
    assert answer.status_code == 201, answer.text
    assert moved["conference"] in [one["conference"] for one in answer.json()["changed"]]
    after = starts(full)
    assert after[moved["conference"]] == (f"{moved['start']} {moved['room']}", False)
    others = before.keys() - {moved["conference"]}
    assert {name: after[name] for name in others} == {name: before[name] for name in others}
    assert full.get("/api/v1/conflicts").json()["items"] == []
    (event,) = full.get(f"/api/v1/conferences/{moved['conference']}/history").json()["items"]
    assert (event["event"], event["detail"]["made_way_for"]) == ("moved", ["CPC-9"])


@slow_on_postgresql
def test_nothing_is_stored_if_a_moved_booking_has_changed_since(full: TestClient) -> None:
    request = booking_of(offers(full, moves=1))
    name = request["moved"][0]["conference"]
    number = request["numbers"][name]
    seen = full.get(f"/api/v1/bookings/{number}").headers["ETag"]
    moved = {"reason": "family asked", "start": "2027-01-14T10:00"}
    assert full.post(f"/api/v1/bookings/{number}/move", json=moved, headers={"If-Match": seen}).status_code == 201
    before = starts(full)
    answer = full.post(f"{PATH}/book", json=request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert {"where": "numbers", "message": f"the booking of {name} has changed since."} in answer.json()["errors"]
    assert answer.json()["offers"] == offers(full, moves=1)
    assert starts(full) == before


def test_fresh_offers_have_moves_again_if_the_request_allows_them(full: TestClient) -> None:
    request = booking_of(offers(full, moves=1))
    taken = request | {"numbers": dict.fromkeys(request["numbers"], 99)}
    answer = full.post(f"{PATH}/book", json=taken)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert answer.json()["offers"] == offers(full, moves=1)
    assert booking_of(answer.json()["offers"]) == request
    assert full.post(f"{PATH}/book", json=booking_of(answer.json()["offers"])).status_code == 201


@slow_on_postgresql
def test_nobody_moves_in_vain_if_a_slot_is_free_since(full: TestClient) -> None:
    request = booking_of(offers(full, moves=1))
    del request["costs"]
    (moved,) = request["moved"]
    other = next(one for one in ("CPC-1", "CPC-2") if one != moved["conference"])
    number = next(one["number"] for one in full.get("/api/v1/bookings").json()["items"] if one["conference"] == other)
    seen = full.get(f"/api/v1/bookings/{number}").headers["ETag"]
    cancelled = full.post(f"/api/v1/bookings/{number}/cancel", json={"reason": "family asked"}, headers={"If-Match": seen})
    assert cancelled.status_code == 200, cancelled.text
    before = starts(full)
    answer = full.post(f"{PATH}/book", json=request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/offer-gone")
    assert [one["where"] for one in answer.json()["errors"]] == ["moved"]
    assert answer.json()["offers"]["offers"][0]["moves"] == []
    assert starts(full) == before


@slow_on_postgresql
def test_an_offer_with_moves_that_costs_other_than_it_states_is_gone(full: TestClient) -> None:
    request = booking_of(offers(full, moves=1))
    assert request["costs"]
    other = [request["costs"][0] | {"amount": request["costs"][0]["amount"] + 1}, *request["costs"][1:]]
    before = starts(full)
    answer = full.post(f"{PATH}/book", json=request | {"costs": other})
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (409, ["costs"])
    assert starts(full) == before
    without = {name: value for name, value in request.items() if name != "costs"}
    assert full.post(f"{PATH}/book", json=without).status_code == 201


def test_a_held_slot_is_not_released_for_an_offer_with_moves_that_does_not_need_it(full: TestClient, store: Store) -> None:
    request = booking_of(offers(full, moves=1))
    store_held(store, "2027-01-19T10:00")
    named = request | {"withdrawn_holds": ["HOLD-AYL-2027-01-18-1"], "costs": None}
    answer = full.post(f"{PATH}/book", json=named)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (409, ["withdrawn_holds"])
    assert "HOLD-AYL-2027-01-18-1" in starts(full)


async def race(urls: list[str], bodies: list[dict[str, Any]]) -> list[httpx2.Response]:
    async with httpx2.AsyncClient(timeout=60) as client:
        return await asyncio.gather(*(client.post(f"{urls[n % 2]}{PATH}/book", json=body) for n, body in enumerate(bodies)))


def test_of_several_bookers_of_one_offer_with_moves_one_wins(
    full: TestClient, store: Store, database_url: str, tmp_path: Path
) -> None:
    request = booking_of(offers(full, moves=1))
    names = [f"CPC-{n}" for n in range(100, 104)]
    settings = {"database_url": database_url, "demo": "false", "plan_processes": 0}
    with running(tmp_path, **settings) as one, running(tmp_path, **settings) as other:
        bodies = [request | {"new": conference(name)} for name in names]
        answers = asyncio.run(race([one.url, other.url], bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (booked,) = [name for name in names if name in starts(full)]
    won = next(answer for answer in answers if answer.status_code == 201)
    assert won.json()["booking"]["conference"] == booked
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"] == "/problems/offer-gone"
            assert answer.json()["offers"]["conference"] in names
    assert full.get("/api/v1/conflicts").json()["items"] == []


@slow_on_postgresql
@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ({"start": "2027-01-06T10:00"}, "offer-gone"),
        ({"start": "2027-03-01T10:00"}, "offer-gone"),
        ({"start": "2027-01-17T10:00"}, "offer-gone"),
        ({"room": "XX-1"}, "invalid"),
        ({"chair": "XX"}, "invalid"),
    ],
)
def test_a_move_that_breaks_a_rule_is_refused(full: TestClient, to: dict[str, Any], problem: str) -> None:
    request = booking_of(offers(full, moves=1))
    request["moved"] = [request["moved"][0] | to]
    before = starts(full)
    answer = full.post(f"{PATH}/book", json=request)
    assert (answer.status_code, answer.json()["type"]) == (409 if problem == "offer-gone" else 422, f"/problems/{problem}")
    assert starts(full) == before


@slow_on_postgresql
@pytest.mark.parametrize(
    ("names", "status", "where"),
    [(["CPC-3"], 409, "moved"), (["XX"], 409, "moved"), (["CPC-1", "CPC-1"], 422, ""), (["CPC-9"], 422, "")],
    ids=["without a booking", "unknown", "twice", "itself"],
)
def test_what_can_not_make_way_is_refused(full: TestClient, names: list[str], status: int, where: str) -> None:
    place = {"start": "2027-01-13T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    moved = [{"conference": name, "start": "2027-01-14T10:00", "room": "AYL-1", "chair": "C1"} for name in names]
    before = starts(full)
    request = {"new": conference("CPC-9"), "filter": ONE_DAY, "moved": moved, "numbers": {"CPC-1": 1}} | place
    answer = full.post(f"{PATH}/book", json=request)
    assert (answer.status_code, [one["where"] for one in answer.json()["errors"]]) == (status, [where])
    assert starts(full) == before


def test_a_booking_made_by_hand_does_not_move(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-12T14:00", minute_taker="M1", by_hand=False, locks=("time",))
    assert offers(seeded, moves=2)["offers"] == []


@slow_on_postgresql
def test_changes_that_would_make_a_slot_possible_are_named(seeded: TestClient, store: Store) -> None:
    """Every chair works on Mondays only, so a Tuesday needs one who works on that day too."""
    with store.writing() as connection:
        for chair in ("C1", "C2", "C3"):
            registers.replace(connection, registers.CHAIRS, chair, Chair(id=chair, works=("mon",)), NOW)
    result = offers(seeded, cures=True)
    assert (result["offers"], result["in_time"]) == ([], False)
    assert result["reason"]
    assert {"change": "chair_works_on", "chair": "C1", "day": "2027-01-12"} in [
        change for cure in result["cures"] for change in cure["changes"]
    ]
    assert offers(seeded)["cures"] == []
