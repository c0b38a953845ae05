from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.support import builders
from tests.api.support.builders import Clock, book

PATH = "/api/v1/conferences"
NEEDS: dict[str, Any] = {
    "school_age": 0,
    "not_chairs": [],
    "earliest": None,
    "due": None,
    "mode": "hybrid",
    "minutes": 105,
    "accessible": False,
    "social_worker": None,
    "unavailable": [],
    "notice_waived": False,
    "family": None,
}


def value(identifier: str, **changes: Any) -> dict[str, Any]:
    """Return a conference of ``builders.py`` with every field of the contract."""
    return NEEDS | {"chair": None} | builders.conference(identifier, **changes)


def view(conference: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a requested initial conference as the API shows it."""
    state = {"state": "requested", "due": "2027-01-22", "earliest": "2027-01-11", "follows": None, "outcome": None}
    return {"conference": conference, **state, "booking": None, "remarks": [], "notice_waiver": None} | changes


def get(client: TestClient, identifier: str) -> dict[str, Any]:
    body: dict[str, Any] = client.get(f"{PATH}/{identifier}").json()
    return body


def post(client: TestClient, identifier: str, what: str, body: dict[str, Any]) -> Any:
    """Read a conference, post an event of it with its ETag, and return the response."""
    seen = client.get(f"{PATH}/{identifier}").headers["ETag"]
    return client.post(f"{PATH}/{identifier}/{what}", json=body, headers={"If-Match": seen})


def events(client: TestClient, identifier: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    items = client.get(f"{PATH}/{identifier}/history").json()["items"]
    return [(item["event"], item["reason"], item["detail"]) for item in items]


def caseloads(client: TestClient) -> dict[str, int]:
    return {chair["id"]: chair["caseload"] for chair in client.get("/api/v1/chairs").json()["items"]}


def set_caseload(client: TestClient, identifier: str, children: int) -> None:
    chair = client.get(f"/api/v1/chairs/{identifier}")
    headers = {"If-Match": chair.headers["ETag"]}
    assert (
        client.put(f"/api/v1/chairs/{identifier}", json=chair.json() | {"caseload": children}, headers=headers).status_code == 200
    )


def test_a_conference_is_requested_and_read(seeded: TestClient) -> None:
    given = value("CPC-9", site="WYC", not_chairs=["C2"], social_worker="SW-1")
    response = seeded.post(PATH, json=given)
    assert (response.status_code, response.headers["ETag"]) == (201, '"1"')
    assert response.headers["Location"] == f"{PATH}/CPC-9"
    assert response.json() == view(given) == get(seeded, "CPC-9")
    assert events(seeded, "CPC-9") == [("requested", None, {"follows": None})]


def test_an_id_can_be_requested_only_once(seeded: TestClient) -> None:
    response = seeded.post(PATH, json=value("CPC-1"))
    assert (response.status_code, response.json()) == (
        409,
        {
            "type": "/problems/id-taken",
            "title": "Conflict",
            "status": 409,
            "detail": "There is a conference 'CPC-1' already. Give this one another id, or change that one.",
        },
    )


def test_an_unknown_reference_is_refused(seeded: TestClient) -> None:
    response = seeded.post(PATH, json=value("HOLD-9", site="XXX", chair="C9", not_chairs=["C1", "C8"]))
    assert response.status_code == 422
    assert [error["where"] for error in response.json()["errors"]] == ["site", "chair", "not_chairs[1]", "id"]
    assert seeded.get(f"{PATH}/HOLD-9").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["CPC-1", "CPC-2", "CPC-3", "CPC-4", "CPC-5"]),
        ("kind=initial", ["CPC-1", "CPC-2"]),
        ("kind=initial&site=WYC", ["CPC-2"]),
        ("chair=C2", ["CPC-4"]),
        ("due_from=2027-01-26&due_to=2027-01-27", ["CPC-3", "CPC-4"]),
        ("state=booked", ["CPC-2"]),
        ("state=requested&kind=review", ["CPC-4", "CPC-5"]),
    ],
)
def test_conferences_are_filtered(seeded: TestClient, store: Store, query: str, names: list[str]) -> None:
    book(store, "CPC-2", "2027-01-12T10:00")
    body = seeded.get(f"{PATH}?{query}").json()
    assert ([item["conference"]["id"] for item in body["items"]], body["next"]) == (names, None)


def test_pages_are_stable_when_conferences_are_added(seeded: TestClient) -> None:
    first = seeded.get(f"{PATH}?most=2").json()
    seeded.post(PATH, json=value("CPC-9"))
    second = seeded.get(f"{PATH}?most=2&after={first['next']}").json()
    third = seeded.get(f"{PATH}?most=2&after={second['next']}").json()
    pages = [[item["conference"]["id"] for item in page["items"]] for page in (first, second, third)]
    assert (pages, third["next"]) == ([["CPC-1", "CPC-2"], ["CPC-3", "CPC-4"], ["CPC-5", "CPC-9"]], None)


def test_a_change_needs_the_current_etag(seeded: TestClient) -> None:
    changed = value("CPC-1", children=3)
    assert seeded.put(f"{PATH}/CPC-1", json=changed).status_code == 428
    assert seeded.put(f"{PATH}/CPC-1", json=changed, headers={"If-Match": '"7"'}).status_code == 412
    response = seeded.put(f"{PATH}/CPC-1", json=changed, headers={"If-Match": '"1"'})
    assert (response.status_code, response.headers["ETag"], response.json()) == (200, '"2"', view(changed))
    assert events(seeded, "CPC-1") == [("changed", None, {"before": {"children": 2}, "due_before": "2027-01-22"})]


def test_a_booked_conference_changes_only_as_its_booking_allows(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    seen = {"If-Match": seeded.get(f"{PATH}/CPC-1").headers["ETag"]}
    response = seeded.put(f"{PATH}/CPC-1", json=value("CPC-1", minutes=120, not_chairs=["C1"]), headers=seen)
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [
            {"where": "R3", "message": "CPC-1: the family is kept from C1."},
        ],
    )
    assert get(seeded, "CPC-1")["conference"] == value("CPC-1")
    late = seeded.put(f"{PATH}/CPC-1", json=value("CPC-1", due="2027-01-11"), headers=seen).json()
    assert late["booking"]["late"] == 1
    assert late["remarks"] == [
        "It is booked 1 working day after its due date, Monday 11 January 2027, and no exception is recorded. "
        "Move the booking to an earlier day, or cancel it and book it with an exception."
    ]


def test_an_outcome_requests_the_next_review(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", chair="C2")
    clock.forward(days=10)

    response = post(seeded, "CPC-1", "outcome", {"outcome": "plan made", "children": 1})

    review = value("CPC-1-R1", kind="first_review", children=1, chair="C2", trigger="2027-01-12", requested=None)
    following = view(review, due="2027-04-12", earliest="2027-03-11", follows="CPC-1")
    held = {"outcome": "plan made", "held_on": "2027-01-12", "children": 1, "chair": "C2", "reason": None}
    body = response.json()
    assert (response.status_code, body["next"]) == (200, following)
    assert (body["conference"]["state"], body["conference"]["outcome"]) == ("held", held)
    assert get(seeded, "CPC-1-R1") == following
    assert get(seeded, "CPC-1") == body["conference"]
    assert caseloads(seeded) == {"C1": 0, "C2": 1, "C3": 0}
    assert events(seeded, "CPC-1-R1") == [("requested", None, {"follows": "CPC-1"})]
    assert [event for event, _, _ in events(seeded, "CPC-1")] == ["held"]


def test_the_earliest_date_is_null_if_no_clock_sets_it(seeded: TestClient) -> None:
    seeded.post(PATH, json=value("CPC-9", requested=None))
    assert get(seeded, "CPC-9") == view(value("CPC-9", requested=None), earliest=None)


def test_reviews_follow_each_other_until_the_plan_ends(seeded: TestClient, store: Store, clock: Clock) -> None:
    clock.forward(days=365)
    set_caseload(seeded, "C1", 2)
    days = {"CPC-3": "2027-01-12", "CPC-3-R1": "2027-07-05", "CPC-3-R2": "2027-12-06"}
    expected = [
        ("CPC-3", "plan continues", {"children": 3}, "CPC-3-R1", {"C1": 3, "C2": 0, "C3": 0}),
        ("CPC-3-R1", "plan continues", {"held_on": "2027-07-05"}, "CPC-3-R2", {"C1": 3, "C2": 0, "C3": 0}),
        ("CPC-3-R2", "plan ended", {}, None, {"C1": 0, "C2": 0, "C3": 0}),
    ]
    for identifier, outcome, more, following, loads in expected:
        book(store, identifier, f"{days[identifier]}T10:00", chair="C2")  # who only covers: the family's own chair is C1
        body = post(seeded, identifier, "outcome", {"outcome": outcome, **more}).json()
        assert (body["next"] and body["next"]["conference"]["id"], caseloads(seeded)) == (following, loads)
    assert get(seeded, "CPC-3-R2")["follows"] == "CPC-3-R1"
    assert get(seeded, "CPC-3-R2")["conference"]["trigger"] == "2027-07-05"
    assert (get(seeded, "CPC-3-R1")["due"], get(seeded, "CPC-3-R2")["due"]) == ("2027-07-12", "2028-01-05")


def test_an_inquorate_initial_conference_is_requested_again(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=10)
    body = post(seeded, "CPC-1", "outcome", {"outcome": "inquorate", "reason": "report missing"}).json()
    again = value("CPC-1-A2", due="2027-01-26", earliest="2027-01-13")
    assert body["next"] == view(again, due="2027-01-26", earliest="2027-01-13", follows="CPC-1")
    assert body["conference"]["state"] == "inquorate"
    assert body["conference"]["outcome"]["reason"] == "report missing"
    assert caseloads(seeded) == {"C1": 0, "C2": 0, "C3": 0}


def test_an_inquorate_review_keeps_its_due_date(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-3", "2027-01-12T10:00")
    clock.forward(days=10)
    following = post(seeded, "CPC-3", "outcome", {"outcome": "inquorate"}).json()["next"]
    assert (following["conference"]["id"], following["due"], following["earliest"]) == ("CPC-3-A2", "2027-01-26", "2027-01-13")
    assert events(seeded, "CPC-3")[-1][:2] == ("inquorate", "inquorate")


@pytest.mark.parametrize(
    ("identifier", "body", "status", "detail"),
    [
        ("CPC-2", {"outcome": "plan made"}, 409, "CPC-2 is requested. Only a booked conference can have an outcome."),
        (
            "CPC-1",
            {"outcome": "plan ended"},
            422,
            "'plan ended' can't be the outcome of CPC-1. Possible are 'plan made', 'no plan' and 'inquorate'.",
        ),
        (
            "CPC-1",
            {"outcome": "plan made", "held_on": "2027-01-15"},
            422,
            "Friday 15 January 2027 is still to come. Record the outcome once CPC-1 has been held.",
        ),
        (
            "CPC-1",
            {"outcome": "plan made", "held_on": "2026-01-12"},
            422,
            "Monday 12 January 2026 is before Friday 1 January 2027, when the clock of CPC-1 begins. "
            "Enter the day on which it was held.",
        ),
        (
            "CPC-1",
            {"outcome": "plan made", "children": 0},
            422,
            "With 'plan made', children are on a plan. Enter how many, or leave it out if all of them are.",
        ),
        ("CPC-1", {"outcome": "no plan", "children": 1}, 422, "With 'no plan', no child is on a plan. Leave the children out."),
        (
            "CPC-1",
            {"outcome": "inquorate", "children": 2},
            422,
            "Nothing was decided about CPC-1, so the children on a plan can't change. Leave them out.",
        ),
    ],
)
def test_an_impossible_outcome_is_refused(
    seeded: TestClient, store: Store, clock: Clock, identifier: str, body: dict[str, Any], status: int, detail: str
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=10)
    before = get(seeded, identifier)
    response = post(seeded, identifier, "outcome", body)
    assert (response.status_code, response.json()["detail"], get(seeded, identifier)) == (status, detail, before)


def test_an_outcome_is_recorded_once(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=10)
    assert post(seeded, "CPC-1", "outcome", {"outcome": "no plan"}).status_code == 200
    again = post(seeded, "CPC-1", "outcome", {"outcome": "no plan"})
    assert (again.status_code, again.json()["detail"]) == (409, "CPC-1 is held. Only a booked conference can have an outcome.")
    response = post(seeded, "CPC-1", "cancel", {"reason": "family asked"})
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "CPC-1 is held. Only a requested or booked conference can be changed.",
    )


def test_a_birth_brings_the_first_review_forward(seeded: TestClient, store: Store, clock: Clock) -> None:
    seeded.post(PATH, json=value("CPC-9", kind="pre_birth", trigger="2027-04-30"))
    refused = post(seeded, "CPC-9", "birth", {"date": "2027-01-04"})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-first-review")
    book(store, "CPC-9", "2027-01-12T10:00")
    clock.forward(days=40)
    post(seeded, "CPC-9", "outcome", {"outcome": "plan made"})
    book(store, "CPC-9-R1", "2027-03-15T10:00")

    response = post(seeded, "CPC-9", "birth", {"date": "2027-02-09"})

    review = response.json()["next"]
    assert (response.status_code, review["conference"]["due"], review["due"]) == (200, "2027-03-09", "2027-03-09")
    assert (review["booking"]["late"], review["remarks"]) == (
        4,
        [
            "It is booked 4 working days after its due date, Tuesday 9 March 2027, and no exception is recorded. "
            "Move the booking to an earlier day, or cancel it and book it with an exception."
        ],
    )
    assert events(seeded, "CPC-9-R1")[-1] == ("birth", None, {"born": "2027-02-09", "due_before": "2027-04-12"})
    of_review = post(seeded, "CPC-9-R1", "birth", {"date": "2027-02-10"}).json()
    assert (of_review["conference"]["due"], of_review["next"]) == ("2027-03-10", None)


def test_a_birth_needs_a_pre_birth_conference(seeded: TestClient) -> None:
    response = post(seeded, "CPC-3", "birth", {"date": "2027-01-04"})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/no-pre-birth")


def test_a_transfer_changes_the_clock(seeded: TestClient) -> None:
    body = post(seeded, "CPC-1", "transfer", {"notified": "2026-12-29"}).json()
    transferred = value("CPC-1", kind="transfer_in", trigger="2026-12-29")
    assert body == view(transferred, due="2027-01-20")
    before = {"kind": "initial", "trigger": "2027-01-01", "due": "2027-01-22"}
    assert events(seeded, "CPC-1") == [("transfer", None, {"notified": "2026-12-29", "before": before})]
    assert post(seeded, "CPC-1", "transfer", {"notified": "2027-01-05"}).status_code == 422
    assert post(seeded, "CPC-3", "transfer", {"notified": "2027-01-04"}).json()["type"] == "/problems/is-a-review"


@pytest.mark.parametrize(("reason", "left"), [("no longer needed", 0), ("entered wrongly", 2)])
def test_cancelling_a_review_ends_its_booking_and_its_caseload(seeded: TestClient, store: Store, reason: str, left: int) -> None:
    chair = seeded.get("/api/v1/chairs/C1")
    seeded.put("/api/v1/chairs/C1", json=chair.json() | {"caseload": 2}, headers={"If-Match": chair.headers["ETag"]})
    number = book(store, "CPC-3", "2027-01-12T10:00")
    body = post(seeded, "CPC-3", "cancel", {"reason": reason}).json()
    assert (body["state"], body["booking"], caseloads(seeded)["C1"]) == ("cancelled", None, left)
    assert seeded.get(f"/api/v1/bookings/{number}").json()["active"] is False
    place = {"number": number, "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": None}
    assert events(seeded, "CPC-3") == [("cancelled", reason, {"before": "booked", "booking": place})]


def test_a_handover_moves_the_children_to_the_new_caseload(seeded: TestClient) -> None:
    reviewed = get(seeded, "CPC-4")["conference"]
    seen = seeded.get(f"{PATH}/CPC-4").headers["ETag"]
    seeded.put(f"{PATH}/CPC-4", json=reviewed | {"chair": "C3"}, headers={"If-Match": seen})
    assert caseloads(seeded) == {"C1": 0, "C2": 0, "C3": 2}


def test_an_unknown_reason_is_refused(seeded: TestClient) -> None:
    response = post(seeded, "CPC-1", "cancel", {"reason": "it rained"})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["where"]) == (422, "reason")
    assert error["message"].endswith(
        "Enter one of: request late, assessment not ready, family asked, social worker changed, report missing, inquorate, "
        "no room, no chair, no longer needed, entered wrongly."
    )


def test_a_history_is_listed_in_pages(seeded: TestClient) -> None:
    for children in (3, 4, 5):
        seen = seeded.get(f"{PATH}/CPC-1").headers["ETag"]
        seeded.put(f"{PATH}/CPC-1", json=value("CPC-1", children=children), headers={"If-Match": seen})
    first = seeded.get(f"{PATH}/CPC-1/history?most=2").json()
    last = seeded.get(f"{PATH}/CPC-1/history?most=2&after={first['next']}").json()
    before = [item["detail"]["before"]["children"] for page in (first, last) for item in page["items"]]
    assert (before, last["next"]) == ([2, 3, 4], None)
    assert last["items"][0] | {"number": 0} == {
        "number": 0,
        "at": "2027-01-04T09:00:00Z",
        "actor": "nobody signed in",
        "event": "changed",
        "reason": None,
        "detail": {"before": {"children": 4}, "due_before": "2027-01-22"},
    }
