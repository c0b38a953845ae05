from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences.queries import ConferenceState
from scheduler.domain.policy import Policy
from tests.api.support.builders import NOW, book
from tests.builders import booking as build_booking

PATH = "/api/v1/bookings"
EXCEPTION = {"by": "MGR-1", "reason": "no room", "safety_plan_reviewed": True}


def booking_request(conference: str = "CPC-1", start: str = "2027-01-12T10:00", **changes: Any) -> dict[str, Any]:
    """Return a request for a booking in AYL-1 with C1 and M1, unless changed."""
    return {"conference": conference, "start": start, "room": "AYL-1", "chair": "C1", "minute_taker": "M1"} | changes


def item(number: int, conference: str = "CPC-1", start: str = "2027-01-12T10:00", **changes: Any) -> dict[str, Any]:
    """Return the same booking of an initial conference as the API shows it."""
    begin = dt.datetime.fromisoformat(start)
    end, arrival = begin + dt.timedelta(minutes=105), begin - dt.timedelta(minutes=30)
    times = {"start": start, "end": f"{end:%Y-%m-%dT%H:%M}", "arrival": f"{arrival:%Y-%m-%dT%H:%M}"}
    place = {"room": "AYL-1", "site": "AYL", "chair": "C1", "minute_taker": "M1"}
    rest = {
        "mode": "hybrid",
        "held_as": "hybrid",
        "kind": "initial",
        "held": False,
        "locks": ["time", "chair", "room"] if changes.get("by_hand", True) else [],
        "by_hand": True,
        "publication": None,
    }
    last = {"exception": None, "active": True, "late": 0, "cover": False}
    return {"number": number, "conference": conference, **times, **place, **rest, **last} | changes


def post(client: TestClient, number: int, what: str, body: dict[str, Any]) -> Any:
    """Read a booking, post an event of it with its ETag, and return the response."""
    seen = client.get(f"{PATH}/{number}").headers["ETag"]
    return client.post(f"{PATH}/{number}/{what}", json=body, headers={"If-Match": seen})


def events(client: TestClient, identifier: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    items = client.get(f"/api/v1/conferences/{identifier}/history").json()["items"]
    return [(item["event"], item["reason"], item["detail"]) for item in items]


def state(client: TestClient, identifier: str) -> ConferenceState:
    return ConferenceState(client.get(f"/api/v1/conferences/{identifier}").json()["state"])


def hold(store: Store, start: str = "2027-01-19T10:00", **changes: Any) -> int:
    """Book the held slot of the small service."""
    with store.writing() as connection:
        return bookings.add(
            connection, DiaryBooking(build_booking("HOLD-AYL-2027-01-18-1", start, **changes)), Policy(), NOW
        ).number


def freed(body: dict[str, Any]) -> list[str]:
    """Take the matches of the freed slot out of an answer; return their conferences."""
    return [match["conference"] for match in body.pop("freed")]


def numbers(client: TestClient, query: str) -> list[int]:
    return [item["number"] for item in client.get(f"{PATH}?{query}").json()["items"]]


def test_a_booking_is_made_by_hand_and_read(seeded: TestClient) -> None:
    response = seeded.post(PATH, json=booking_request(locks=["time"]))
    body = response.json()
    number = body["number"]
    assert (response.status_code, body) == (201, item(number)), "plans keep all of it"
    assert (response.headers["Location"], response.headers["ETag"]) == (f"{PATH}/{number}", f'"{number}.2"')
    one = seeded.get(f"{PATH}/{number}")
    assert (one.json(), one.headers["ETag"]) == (body, response.headers["ETag"])
    conference = seeded.get("/api/v1/conferences/CPC-1").json()
    assert (conference["state"], conference["booking"]) == ("booked", body)
    place = {"number": number, "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    assert events(seeded, "CPC-1") == [("booked", None, {"booking": place, "exception": None, "released": []})]


def test_an_overlap_is_reported_by_references(seeded: TestClient) -> None:
    seeded.post(PATH, json=booking_request())
    before = seeded.get(PATH).json()
    response = seeded.post(PATH, json=booking_request("CPC-2", chair="C2", minute_taker="M2"))
    assert (response.status_code, response.json()) == (
        409,
        {
            "type": "/problems/slot-taken",
            "title": "Conflict",
            "status": 409,
            "detail": "That place is taken: AYL-1 is taken by CPC-1 at 2027-01-12T10:00. Choose another.",
            "errors": [{"where": "room", "message": "AYL-1 is taken by CPC-1 at 2027-01-12T10:00."}],
        },
    )
    assert (seeded.get(PATH).json(), state(seeded, "CPC-2")) == (before, ConferenceState.REQUESTED)


def test_a_booked_conference_cannot_be_booked_again(seeded: TestClient) -> None:
    seeded.post(PATH, json=booking_request())
    response = seeded.post(PATH, json=booking_request(start="2027-01-13T10:00"))
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "CPC-1 is booked already. Move its booking instead.",
    )


def test_every_rule_is_checked_and_people_are_not_named(seeded: TestClient) -> None:
    chair = seeded.get("/api/v1/chairs/C1")
    away = chair.json() | {"name": "Ann Other", "absences": [{"first": "2027-01-12", "last": "2027-01-12"}]}
    seeded.put("/api/v1/chairs/C1", json=away, headers={"If-Match": chair.headers["ETag"]})
    response = seeded.post(PATH, json=booking_request(start="2027-01-12T11:00", minute_taker=None))
    broken = [
        {"where": "R1", "message": "CPC-1 begins at 11:00, which its room does not offer."},
        {"where": "R3", "message": "CPC-1: C1 does not work on Tuesday 12 January 2027."},
        {"where": "R5", "message": "CPC-1: it has no minute taker."},
    ]
    assert (response.status_code, response.json()) == (
        422,
        {
            "type": "/problems/breaks-rules",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": f"CPC-1 can't be booked so: {' '.join(one['message'] for one in broken)}",
            "errors": broken,
        },
    )
    assert (numbers(seeded, ""), state(seeded, "CPC-1")) == ([], ConferenceState.REQUESTED)


def test_a_limit_reached_with_other_bookings_is_reported(seeded: TestClient) -> None:
    chair = seeded.get("/api/v1/chairs/C1")
    seeded.put("/api/v1/chairs/C1", json=chair.json() | {"max_per_day": 1}, headers={"If-Match": chair.headers["ETag"]})
    seeded.post(PATH, json=booking_request())
    response = seeded.post(PATH, json=booking_request("CPC-2", "2027-01-12T14:00"))
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [{"where": "R3", "message": "C1 has 2 bookings on Tuesday 12 January 2027; at most 1."}],
    )


def test_an_existing_breach_does_not_prevent_a_booking(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-2", "2027-01-12T10:00", room="WYC-1", chair="C2")  # has no minute taker
    assert seeded.post(PATH, json=booking_request()).status_code == 201


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"conference": "CPC-9"}, [("conference", "there is no conference 'CPC-9'.")]),
        (
            {"room": "XXX-1", "chair": "C9", "minute_taker": "M9"},
            [
                ("room", "there is no room 'XXX-1'."),
                ("chair", "there is no chair 'C9'."),
                ("minute_taker", "there is no minute taker 'M9'."),
            ],
        ),
        ({"start": "2027-01-12"}, [("start", "'2027-01-12' is not a date and local time. Enter one such as 2026-12-01T10:00.")]),
    ],
)
def test_unknown_references_are_refused(seeded: TestClient, change: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    response = seeded.post(PATH, json=booking_request() | change)
    assert response.status_code == 422
    assert [(error["where"], error["message"]) for error in response.json()["errors"]] == errors


def test_a_late_booking_needs_an_exception(seeded: TestClient) -> None:
    late = booking_request(start="2027-01-26T10:00")
    response = seeded.post(PATH, json=late)
    assert (response.status_code, response.json()) == (
        422,
        {
            "type": "/problems/late",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "CPC-1 was due on Friday 22 January 2027: Tuesday 26 January 2027 is 2 working days late. Choose "
            "an earlier day, or record the exception: by whom, for what reason, and that the safety plan was reviewed.",
            "errors": [{"where": "exception", "message": "is missing. Enter by, reason and safety_plan_reviewed."}],
        },
    )
    unreviewed = seeded.post(PATH, json=late | {"exception": EXCEPTION | {"safety_plan_reviewed": False}})
    assert (unreviewed.status_code, unreviewed.json()["errors"][0]["where"]) == (422, "exception.safety_plan_reviewed")
    response = seeded.post(PATH, json=late | {"exception": EXCEPTION})
    number = response.json()["number"]
    assert (response.status_code, response.json()) == (
        201,
        item(number, start="2027-01-26T10:00", exception=EXCEPTION, late=2),
    )
    assert events(seeded, "CPC-1")[-1][2]["exception"] == EXCEPTION
    same_day = post(seeded, number, "move", {"reason": "no chair", "chair": "C2"})
    assert (same_day.status_code, same_day.json()["exception"]) == (201, EXCEPTION)
    later = post(seeded, same_day.json()["number"], "move", {"reason": "no chair", "start": "2027-01-27T10:00"})
    assert (later.status_code, later.json()["type"]) == (422, "/problems/late")


def test_an_initial_conference_takes_a_held_slot(seeded: TestClient, store: Store) -> None:
    held = hold(store)
    listed = seeded.get(PATH).json()["items"]
    slot = {"mode": None, "held_as": None, "kind": None, "held": True, "by_hand": False, "minute_taker": None}
    assert listed == [item(held, "HOLD-AYL-2027-01-18-1", "2027-01-19T10:00", **slot)]
    review = seeded.post(PATH, json=booking_request("CPC-3", "2027-01-19T10:00"))
    assert (review.status_code, review.json()["errors"][0]["message"]) == (
        409,
        "AYL-1 is taken by HOLD-AYL-2027-01-18-1 at 2027-01-19T10:00.",
    )
    made_in_it = seeded.post(PATH, json=booking_request(start="2027-01-19T10:00"))
    assert (made_in_it.status_code, numbers(seeded, "")) == (201, [made_in_it.json()["number"]])
    assert events(seeded, "CPC-1")[-1][2]["released"] == ["HOLD-AYL-2027-01-18-1"]


def test_a_slot_held_at_another_site_stays(seeded: TestClient, store: Store) -> None:
    hold(store)
    response = seeded.post(PATH, json=booking_request("CPC-2", "2027-01-19T10:00", room="WYC-1"))
    assert (response.status_code, response.json()["errors"]) == (
        409,
        [{"where": "chair", "message": "C1 is taken by HOLD-AYL-2027-01-18-1 at 2027-01-19T10:00."}],
    )


def test_a_move_is_recorded_with_both_bookings(seeded: TestClient) -> None:
    first = seeded.post(PATH, json=booking_request(locks=["chair"])).json()["number"]
    response = post(seeded, first, "move", {"reason": "family asked", "start": "2027-01-13T14:00", "chair": "C2"})
    body = response.json()
    second = body["number"]
    assert freed(body) == ["CPC-2", "CPC-3", "CPC-4"]
    assert (response.status_code, body) == (201, item(second, start="2027-01-13T14:00", chair="C2"))
    assert (response.headers["Location"], seeded.get(f"{PATH}/{first}").json()) == (
        f"{PATH}/{second}",
        item(first, active=False),
    )
    before = {"number": first, "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    now = {"number": second, "start": "2027-01-13T14:00", "room": "AYL-1", "chair": "C2", "minute_taker": "M1"}
    detail = {"booking": now, "exception": None, "released": [], "before": before}
    assert events(seeded, "CPC-1")[-1] == ("moved", "family asked", detail)


def test_a_booking_can_move_to_a_time_that_overlaps_its_own(seeded: TestClient) -> None:
    first = seeded.post(PATH, json=booking_request()).json()["number"]
    response = post(seeded, first, "move", {"reason": "no room", "room": "AMR-1"})
    assert (response.status_code, response.json()["site"]) == (201, "AMR")


def test_a_move_can_make_a_booking_virtual(seeded: TestClient) -> None:
    first = seeded.post(PATH, json=booking_request()).json()["number"]
    body = post(seeded, first, "move", {"reason": "no room", "room": None}).json()
    assert freed(body) == ["CPC-2", "CPC-3", "CPC-4"]
    assert body == item(body["number"], room=None, site=None, held_as="virtual")


def test_a_failed_move_changes_nothing(seeded: TestClient) -> None:
    first = seeded.post(PATH, json=booking_request()).json()["number"]
    seeded.post(PATH, json=booking_request("CPC-2", "2027-01-13T10:00", chair="C2", minute_taker="M2"))
    before = seeded.get(f"{PATH}?state=all").json()
    taken = post(seeded, first, "move", {"reason": "family asked", "start": "2027-01-13T10:00"})
    assert (taken.status_code, taken.json()["errors"]) == (
        409,
        [{"where": "room", "message": "AYL-1 is taken by CPC-2 at 2027-01-13T10:00."}],
    )
    nowhere = post(seeded, first, "move", {"reason": "family asked", "start": "2027-01-12T10:00", "chair": "C1"})
    assert (nowhere.status_code, nowhere.json()["detail"]) == (
        422,
        f"That is where booking {first} is already. Enter another start, room, chair or minute taker.",
    )
    assert seeded.get(f"{PATH}?state=all").json() == before


def test_a_change_needs_the_current_etag(seeded: TestClient) -> None:
    number = seeded.post(PATH, json=booking_request()).json()["number"]
    body = {"reason": "family asked"}
    assert seeded.post(f"{PATH}/{number}/cancel", json=body).status_code == 428
    assert seeded.post(f"{PATH}/{number}/cancel", json=body, headers={"If-Match": f'"{number}.1"'}).status_code == 412
    assert post(seeded, number, "cancel", body).status_code == 200
    again = post(seeded, number, "cancel", body)
    assert (again.status_code, again.json()["detail"]) == (409, f"Booking {number} of CPC-1 has ended.")


def test_a_conference_with_a_cancelled_booking_is_requested_again(seeded: TestClient) -> None:
    number = seeded.post(PATH, json=booking_request()).json()["number"]
    response = post(seeded, number, "cancel", {"reason": "report missing"})
    body = response.json()
    assert freed(body) == ["CPC-2", "CPC-3", "CPC-4"]
    assert (response.status_code, body) == (200, item(number, active=False))
    assert (state(seeded, "CPC-1"), numbers(seeded, ""), numbers(seeded, "state=ended")) == (
        ConferenceState.REQUESTED,
        [],
        [number],
    )
    place = {"number": number, "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    assert events(seeded, "CPC-1")[-1] == ("booking cancelled", "report missing", {"before": place})
    assert seeded.post(PATH, json=booking_request()).status_code == 201


def test_a_held_slot_can_be_released_but_not_moved(seeded: TestClient, store: Store) -> None:
    held = hold(store)
    moved = post(seeded, held, "move", {"reason": "no room", "start": "2027-01-20T10:00"})
    assert (moved.status_code, moved.json()["type"]) == (409, "/problems/held-slot")
    released = post(seeded, held, "cancel", {"reason": "no longer needed"})
    assert (released.status_code, released.json()["active"], numbers(seeded, "")) == (200, False, [])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("first=2027-01-12&last=2027-01-12", ["CPC-1", "CPC-2"]),
        ("first=2027-01-13", ["CPC-3", "CPC-4"]),
        ("last=2027-01-12", ["CPC-1", "CPC-2"]),
        ("site=AYL", ["CPC-1", "CPC-3"]),
        ("room=WYC-1", ["CPC-2"]),
        ("chair=C2", ["CPC-2", "CPC-4"]),
        ("minute_taker=M1", ["CPC-3"]),
        ("conference=CPC-4", ["CPC-4"]),
        ("state=ended", ["CPC-5"]),
        ("state=all", ["CPC-5", "CPC-1", "CPC-2", "CPC-3", "CPC-4"]),
        ("first=2030-01-01", []),
    ],
)
def test_bookings_are_filtered(seeded: TestClient, store: Store, query: str, names: list[str]) -> None:
    book(store, "CPC-3", "2027-01-13T10:00", minute_taker="M1")
    book(store, "CPC-4", "2027-01-14T10:00", room=None, chair="C2")
    book(store, "CPC-1", "2027-01-12T10:00")
    book(store, "CPC-2", "2027-01-12T14:00", room="WYC-1", chair="C2")
    ended = book(store, "CPC-5", "2027-01-11T10:00")
    post(seeded, ended, "cancel", {"reason": "family asked"})
    body = seeded.get(f"{PATH}?{query}").json()
    assert ([one["conference"] for one in body["items"]], body["next"]) == (names, None)


@pytest.mark.parametrize(
    ("query", "where", "message"),
    [
        ("first=2027-13-01", "query.first", "'2027-13-01' is not a date. Enter a date such as 2026-12-01."),
        ("most=501", "query.most", "'501' is too large. Enter 500 or less."),
        ("rooms=AYL-1", "query.rooms", "is not a field here."),
    ],
)
def test_an_invalid_query_is_refused(seeded: TestClient, query: str, where: str, message: str) -> None:
    response = seeded.get(f"{PATH}?{query}")
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": where, "message": message}])


def test_pages_are_stable_when_bookings_are_added(seeded: TestClient, store: Store) -> None:
    late = book(store, "CPC-3", "2027-01-14T10:00")
    early = book(store, "CPC-1", "2027-01-12T10:00")
    middle = book(store, "CPC-4", "2027-01-13T10:00")
    first = seeded.get(f"{PATH}?most=1").json()
    second = seeded.get(f"{PATH}?most=1&after={first['next']}").json()
    book(store, "CPC-2", "2027-01-11T10:00")
    third = seeded.get(f"{PATH}?most=1&after={second['next']}").json()
    pages = [[one["number"] for one in page["items"]] for page in (first, second, third)]
    assert (pages, third["next"], numbers(seeded, "after=12345")) == ([[early], [middle], [late]], None, [])


def test_an_unchanged_page_is_not_sent_again(seeded: TestClient) -> None:
    seeded.post(PATH, json=booking_request())
    first = seeded.get(PATH)
    tag = {"If-None-Match": first.headers["ETag"]}
    same = seeded.get(PATH, headers=tag)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    seeded.post("/api/v1/sites", json={"id": "CHE"})
    changed = seeded.get(PATH, headers=tag)
    assert (changed.status_code, changed.json()) == (200, first.json())
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_the_query_parameters_are_described(seeded: TestClient) -> None:
    described = seeded.get("/api/v1/openapi.json").json()["paths"][PATH]["get"]["parameters"]
    names = [parameter["name"] for parameter in described]
    assert names == ["first", "last", "site", "room", "chair", "minute_taker", "conference", "state", "after", "most"]


@pytest.mark.parametrize(
    ("mode", "room", "held_as"),
    [
        ("hybrid", "AYL-1", "hybrid"),
        ("hybrid", None, "virtual"),
        ("in_person", "AYL-1", "in_person"),
        ("in_person", None, "virtual"),
        ("virtual", None, "virtual"),
    ],
)
def test_a_booking_says_how_it_is_held(seeded: TestClient, store: Store, mode: str, room: str | None, held_as: str) -> None:
    found = seeded.get("/api/v1/conferences/CPC-1")
    value = found.json()["conference"] | {"mode": mode}
    seeded.put("/api/v1/conferences/CPC-1", json=value, headers={"If-Match": found.headers["ETag"]})
    number = book(store, "CPC-1", "2027-01-12T10:00", room=room)
    shown = [
        seeded.get(f"{PATH}/{number}").json(),
        *seeded.get(PATH).json()["items"],
        seeded.get("/api/v1/conferences/CPC-1").json()["booking"],
    ]
    assert [(one["mode"], one["held_as"]) for one in shown] == [(mode, held_as)] * 3
