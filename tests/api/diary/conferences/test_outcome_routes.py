"""Outcomes on another day than booked, corrected, withdrawn, and recorded many at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.diary.conferences.test_routes import caseloads, events, get, post, set_caseload, value, view
from tests.api.support.builders import Clock, book

HELD = {"outcome": "plan made", "held_on": "2027-01-12", "children": 2, "chair": "C1", "reason": None}


@pytest.fixture
def held(seeded: TestClient, store: Store, clock: Clock) -> TestClient:
    """CPC-1 was held on the 12th by C1 with a plan for 2 children; it is the 25th."""
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=21)
    assert post(seeded, "CPC-1", "outcome", {"outcome": "plan made"}).status_code == 200
    return seeded


def place(number: int, start: str, **changes: Any) -> dict[str, Any]:
    return {"number": number, "start": start, "room": "AYL-1", "chair": "C1", "minute_taker": None} | changes


def test_a_conference_held_on_another_day_was_booked_on_that_day(seeded: TestClient, store: Store, clock: Clock) -> None:
    number = book(store, "CPC-1", "2027-02-01T10:00")
    clock.forward(days=21)
    body = post(seeded, "CPC-1", "outcome", {"outcome": "no plan", "held_on": "2027-01-13"}).json()
    booking = body["conference"]["booking"]
    assert (booking["number"], booking["start"], booking["end"]) == (number + 1, "2027-01-13T10:00", "2027-01-13T11:45")
    assert seeded.get("/api/v1/bookings?conference=CPC-1").json()["items"] == [booking]
    held = {"outcome": "no plan", "held_on": "2027-01-13", "children": 0, "chair": "C1"}
    before_after = {"before": place(number, "2027-02-01T10:00"), "booking": place(number + 1, "2027-01-13T10:00")}
    assert events(seeded, "CPC-1") == [("held", None, held | {"next": None} | before_after)]


def test_two_conferences_were_not_held_at_once(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    book(store, "CPC-2", "2027-01-13T10:00", chair="C2")
    clock.forward(days=21)
    response = post(seeded, "CPC-1", "outcome", {"outcome": "no plan", "held_on": "2027-01-13"})
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "CPC-1 is booked for Tuesday 12 January 2027, and can't have been held on Wednesday 13 January 2027 at the same time and "
        "place: AYL-1 is taken by CPC-2 at 2027-01-13T10:00. Move the booking to the time and place at which it was held, then "
        "record the outcome; if it has an outcome already, withdraw that first.",
    )
    assert get(seeded, "CPC-1")["booking"]["start"] == "2027-01-12T10:00"


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2027-01-10", "Sunday 10 January 2027"),
        ("2027-01-16", "Saturday 16 January 2027"),
        ("2027-01-01", "Friday 1 January 2027"),
    ],
)
def test_no_conference_is_held_on_a_day_that_is_not_worked(
    seeded: TestClient, store: Store, clock: Clock, day: str, name: str
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=21)
    response = post(seeded, "CPC-1", "outcome", {"outcome": "no plan", "held_on": day})
    message = f"{name} is not a working day. Enter the day on which CPC-1 was held."
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "held_on", "message": message}])


def test_a_refusal_lists_everything_that_is_wrong(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    response = post(seeded, "CPC-1", "outcome", {"outcome": "plan ended", "held_on": "2027-01-10", "children": 2})
    errors = [
        ("outcome", "'plan ended' can't be the outcome of CPC-1. Possible are 'plan made', 'no plan' and 'inquorate'."),
        ("held_on", "Sunday 10 January 2027 is still to come. Record the outcome once CPC-1 has been held."),
        ("held_on", "Sunday 10 January 2027 is not a working day. Enter the day on which CPC-1 was held."),
        ("children", "With 'plan ended', no child is on a plan. Leave the children out."),
    ]
    assert response.json() == {
        "type": "/problems/invalid",
        "title": HTTPStatus(422).phrase,
        "status": 422,
        "detail": " ".join(message for _, message in errors),
        "errors": [{"where": where, "message": message} for where, message in errors],
    }


def test_the_day_of_an_outcome_is_corrected_with_the_next_clock(held: TestClient, store: Store) -> None:
    response = post(held, "CPC-1", "correct-outcome", {"held_on": "2027-01-14", "reason": "request late"})
    review = value("CPC-1-R1", kind="first_review", chair="C1", trigger="2027-01-14", requested=None)
    following = view(review, due="2027-04-14", earliest="2027-03-15", follows="CPC-1")
    body = response.json()
    assert (response.status_code, body["next"]) == (200, following)
    after = HELD | {"held_on": "2027-01-14", "reason": "request late"}
    assert (body["conference"]["state"], body["conference"]["outcome"]) == ("held", after)
    assert body["conference"]["booking"]["start"] == "2027-01-14T10:00"
    detail = {"before": HELD, "after": after, "booking": place(2, "2027-01-14T10:00"), "next": "CPC-1-R1"}
    assert events(held, "CPC-1")[-1] == ("outcome corrected", "entered wrongly", detail)
    changed = {"before": {"trigger": "2027-01-12"}, "due_before": "2027-04-12"}
    assert events(held, "CPC-1-R1")[-1] == ("changed", None, changed)


def test_the_children_of_an_outcome_are_corrected_in_the_caseload(held: TestClient) -> None:
    assert caseloads(held)["C1"] == 2
    body = post(held, "CPC-1", "correct-outcome", {"children": 1}).json()
    assert (body["next"]["conference"]["children"], caseloads(held)["C1"]) == (1, 1)


@pytest.mark.parametrize(
    ("outcome", "following", "children"), [("no plan", None, 0), ("inquorate", "CPC-1-A2", 0), ("plan made", "CPC-1-R1", 2)]
)
def test_another_outcome_is_followed_by_something_else(
    held: TestClient, store: Store, outcome: str, following: str | None, children: int
) -> None:
    book(store, "CPC-1-R1", "2027-04-06T10:00")
    response = post(held, "CPC-1", "correct-outcome", {"outcome": outcome, "held_on": "2027-01-13"})
    body = response.json()
    assert (response.status_code, body["next"] and body["next"]["conference"]["id"]) == (200, following)
    assert (body["conference"]["outcome"]["children"], caseloads(held)["C1"]) == (children, children)
    review = get(held, "CPC-1-R1")
    if outcome == "plan made":
        assert (review["state"], review["booking"]["start"]) == ("booked", "2027-04-06T10:00")
    else:
        assert (review["state"], review["booking"], review["follows"]) == ("cancelled", None, None)
        assert body["conference"]["state"] == ("inquorate" if outcome == "inquorate" else "held")


def test_an_outcome_is_corrected_back_and_forth(held: TestClient) -> None:
    post(held, "CPC-1", "correct-outcome", {"outcome": "inquorate"})
    body = post(held, "CPC-1", "correct-outcome", {"outcome": "plan made", "children": 1}).json()
    assert (body["next"]["conference"]["id"], caseloads(held)["C1"]) == ("CPC-1-R2", 1)
    assert [get(held, name)["state"] for name in ("CPC-1-R1", "CPC-1-A2")] == ["cancelled", "cancelled"]


def test_a_birth_recorded_meanwhile_keeps_its_due_date(seeded: TestClient, store: Store, clock: Clock) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-9", kind="pre_birth", trigger="2027-04-30"))
    book(store, "CPC-9", "2027-01-12T10:00")
    clock.forward(days=40)
    post(seeded, "CPC-9", "outcome", {"outcome": "plan made"})
    post(seeded, "CPC-9", "birth", {"date": "2027-02-09"})
    following = post(seeded, "CPC-9", "correct-outcome", {"held_on": "2027-01-13"}).json()["next"]
    assert (following["conference"]["trigger"], following["due"]) == ("2027-01-13", "2027-03-09")


def test_nothing_is_corrected_once_the_next_was_held(held: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1-R1", "2027-04-06T10:00")
    clock.forward(days=90)
    post(held, "CPC-1-R1", "outcome", {"outcome": "plan continues"})
    for what, body in (("correct-outcome", {"held_on": "2027-01-13"}), ("withdraw-outcome", {})):
        response = post(held, "CPC-1", what, body)
        assert (response.status_code, response.json()["type"], response.json()["detail"]) == (
            409,
            "/problems/next-held",
            "CPC-1-R1 follows from the outcome of CPC-1, and its own outcome is recorded. "
            "Withdraw the outcome of CPC-1-R1 first.",
        )
    assert post(held, "CPC-1-R1", "withdraw-outcome", {}).status_code == 200
    assert post(held, "CPC-1", "correct-outcome", {"held_on": "2027-01-13"}).status_code == 200


def test_a_correction_passes_the_same_rules_and_changes_something(held: TestClient) -> None:
    response = post(held, "CPC-1", "correct-outcome", {"held_on": "2027-01-10"})
    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "held_on")
    response = post(held, "CPC-1", "correct-outcome", {"outcome": "plan made"})
    message = "That is already the outcome of CPC-1. Enter the correct one."
    assert (response.status_code, response.json()["detail"]) == (422, message)
    response = post(held, "CPC-2", "correct-outcome", {"outcome": "no plan"})
    message = "CPC-2 is requested. There is no outcome to correct."
    assert (response.status_code, response.json()["detail"]) == (409, message)


def test_an_outcome_is_withdrawn_with_what_follows(held: TestClient) -> None:
    body = post(held, "CPC-1", "withdraw-outcome", {}).json()
    assert (body["state"], body["outcome"], body["booking"]["start"]) == ("booked", None, "2027-01-12T10:00")
    assert (get(held, "CPC-1-R1")["state"], caseloads(held)["C1"]) == ("cancelled", 0)
    assert post(held, "CPC-1", "outcome", {"outcome": "plan made"}).json()["next"]["conference"]["id"] == "CPC-1-R2"


def test_a_review_taken_back_returns_to_its_chairs_caseload(seeded: TestClient, store: Store, clock: Clock) -> None:
    set_caseload(seeded, "C1", 2)
    book(store, "CPC-3", "2027-01-12T10:00")
    clock.forward(days=21)
    post(seeded, "CPC-3", "outcome", {"outcome": "plan ended"})
    assert caseloads(seeded)["C1"] == 0
    post(seeded, "CPC-3", "withdraw-outcome", {})
    assert caseloads(seeded)["C1"] == 2


def test_many_outcomes_are_recorded_at_once(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    book(store, "CPC-2", "2027-01-13T10:00", chair="C2")
    clock.forward(days=21)
    several = [{"conference": "CPC-1", "outcome": "plan made", "children": 1}, {"conference": "CPC-2", "outcome": "no plan"}]
    response = seeded.post("/api/v1/outcomes", json={"outcomes": several})
    shown = [(one["conference"]["state"], one["next"] and one["next"]["conference"]["id"]) for one in response.json()["items"]]
    assert (response.status_code, shown) == (201, [("held", "CPC-1-R1"), ("held", None)])
    assert response.json()["items"][0]["conference"] == get(seeded, "CPC-1")


def test_many_outcomes_are_refused_together_each_fault_by_its_position(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    book(store, "CPC-2", "2027-01-13T10:00", chair="C2")
    clock.forward(days=21)
    several = [
        {"conference": "CPC-1", "outcome": "plan made"},
        {"conference": "CPC-2", "outcome": "plan ended", "held_on": "2027-01-17"},
        {"conference": "CPC-3", "outcome": "plan ended"},
        {"conference": "CPC-1", "outcome": "no plan"},
        {"conference": "CPC-99", "outcome": "no plan"},
    ]
    response = seeded.post("/api/v1/outcomes", json={"outcomes": several})
    assert (response.status_code, response.json()["detail"], response.json()["errors"]) == (
        422,
        "No outcome is recorded: 5 faults.",
        [
            {
                "where": "outcomes[1].outcome",
                "message": "'plan ended' can't be the outcome of CPC-2. Possible are 'plan made', 'no plan' and 'inquorate'.",
            },
            {
                "where": "outcomes[1].held_on",
                "message": "Sunday 17 January 2027 is not a working day. Enter the day on which CPC-2 was held.",
            },
            {
                "where": "outcomes[2].conference",
                "message": "CPC-3 is requested. Only a booked conference can have an outcome.",
            },
            {"where": "outcomes[3].conference", "message": "CPC-1 is held. Only a booked conference can have an outcome."},
            {"where": "outcomes[4].conference", "message": "There is no conference 'CPC-99'."},
        ],
    )
    assert (get(seeded, "CPC-1")["state"], caseloads(seeded)["C1"]) == ("booked", 0)
    assert seeded.post("/api/v1/outcomes", json={"outcomes": several[:1] * 201}).status_code == 422
