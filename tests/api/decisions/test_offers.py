"""Offers over HTTP: the same as those of the scheduler for the present diary, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from scheduler import offer
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Schedule
from tests.api.decisions.diary import store_held
from tests.api.support.builders import Clock, book, conference

PATH = "/api/v1/offers"


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == f'"{result["version"]}"'
    return result


def slots(result: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(one["booking"]["start"], one["booking"]["room"], one["booking"]["chair"]) for one in result["offers"]]


def diary_of(client: TestClient, first: str, last: str) -> tuple[Problem, Schedule]:
    """Return the problem and the bookings that the service reports for some days."""
    problem = client.get(f"/api/v1/problem?first={first}&last={last}")
    assert problem.status_code == 200, problem.text
    items = client.get(f"/api/v1/bookings?first={first}&last={last}").json()["items"]
    names = ("conference", "start", "end", "room", "chair", "minute_taker", "held")
    rows = [{name: item[name] for name in names} for item in items]
    return nameless(Problem.model_validate(problem.json())), Schedule.model_validate({"bookings": rows})


def test_the_offers_are_those_of_the_scheduler_for_the_present_diary(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1")
    new = conference("CPC-9", site="WYC")
    result = ask(seeded, new=new, top=3)
    problem, schedule = diary_of(seeded, "2027-01-11", "2027-02-14")
    expected = offer(problem, schedule, Conference.model_validate(new), top=3).model_dump(mode="json")
    facts = {"conference": "CPC-9", "replaces": None, "numbers": {}, "first": "2027-01-11", "last": "2027-02-08"}
    facts["version"] = result["version"]
    assert result == expected | facts
    assert len(result["offers"]) == 3


def test_nothing_is_written(seeded: TestClient, store: Store) -> None:
    before = store.version()
    ask(seeded, new=conference("CPC-9"))
    assert store.version() == before
    assert seeded.get("/api/v1/conferences/CPC-9").status_code == 404


def test_a_waiting_conference_gets_its_notice_unless_that_is_waived(seeded: TestClient) -> None:
    assert slots(ask(seeded, conference="CPC-1", top=1)) == [("2027-01-11T10:00", "AYL-1", "C1")]
    assert slots(ask(seeded, conference="CPC-1", top=1, waive_notice=True)) == [("2027-01-05T10:00", "AYL-1", "C1")]


def test_a_booking_made_by_hand_can_be_rebooked_in_spite_of_its_locks(seeded: TestClient, store: Store) -> None:
    number = book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    result = ask(seeded, conference="CPC-1", top=2)
    assert result["replaces"] == number
    assert slots(result)[0] == ("2027-01-12T10:00", "AMR-1", "C1"), "another site at that time costs least"
    assert {cost["rule"]: cost["amount"] for cost in result["offers"][0]["costs"]}["stability"] == 2


def test_the_filter_and_the_number_of_offers_are_the_callers(seeded: TestClient) -> None:
    wanted = {"weekdays": ["fri"], "first_time": "14:00", "chairs": ["C3"], "sites": ["AMR"], "mode": "room"}
    result = ask(seeded, conference="CPC-1", top=9, filter=wanted)
    assert slots(result)[:2] == [("2027-01-15T14:00", "AMR-1", "C3"), ("2027-01-22T14:00", "AMR-1", "C3")]
    assert {start[11:] for start, _, _ in slots(result)} == {"14:00"}


def test_days_after_the_due_date_are_searched_if_the_filter_names_them(seeded: TestClient) -> None:
    result = ask(seeded, conference="CPC-1", filter={"first": "2027-03-01", "last": "2027-03-01"})
    assert slots(result) == [("2027-03-01T10:00", "AYL-1", "C1")]
    assert (result["in_time"], result["offers"][0]["working_days_to_spare"]) == (False, -26)
    assert result["reason"].startswith("The filter leaves out the slots in time")


def test_a_first_day_before_today_is_today(seeded: TestClient) -> None:
    result = ask(seeded, conference="CPC-1", top=1, filter={"first": "2026-12-01", "last": "2027-01-12"})
    assert slots(result) == [("2027-01-11T10:00", "AYL-1", "C1")]


def test_families_kept_apart_are_not_offered_one_site_on_one_day(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-2", "2027-01-12T10:00", minute_taker="M1")
    stored = seeded.get("/api/v1/conferences/CPC-2")
    body = stored.json()["conference"] | {"family": "F-2"}
    changed = seeded.put("/api/v1/conferences/CPC-2", json=body, headers={"If-Match": stored.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    other = conference("CPC-8", family="F-9")
    assert seeded.post("/api/v1/conferences", json=other).status_code == 201
    apart = seeded.post("/api/v1/apart", json={"pair": ["F-2", "F-9"]})
    assert apart.status_code == 201, apart.text
    new = conference("CPC-9", family="F-9")
    day = {"first": "2027-01-12", "last": "2027-01-12", "sites": ["AYL"]}
    assert slots(ask(seeded, new=new, filter=day)) == []
    assert slots(ask(seeded, new=conference("CPC-9"), filter=day)) == [("2027-01-12T14:00", "AYL-1", "C1")]


def test_a_held_slot_whose_hold_is_removed_blocks_nothing(seeded: TestClient, store: Store) -> None:
    store_held(store, "2027-01-19T10:00")
    assert seeded.delete("/api/v1/holds/H-1", headers={"If-Match": "*"}).status_code == 204
    day = {"first": "2027-01-19", "last": "2027-01-19", "last_time": "10:00", "sites": ["AYL"], "chairs": ["C1"]}
    result = ask(seeded, conference="CPC-1", filter=day)
    assert slots(result) == [("2027-01-19T10:00", "AYL-1", "C1")]
    assert result["offers"][0]["withdrawn_holds"] == []


def test_a_hold_that_the_offer_uses_is_named(seeded: TestClient, store: Store) -> None:
    store_held(store, "2027-01-19T10:00")
    day = {"first": "2027-01-19", "last": "2027-01-19", "last_time": "10:00", "sites": ["AYL"], "chairs": ["C1"]}
    (found,) = ask(seeded, conference="CPC-1", filter=day)["offers"]
    assert found["withdrawn_holds"] == ["HOLD-AYL-2027-01-18-1"]
    assert "It uses the last slot kept free at Aylesbury in the week from Monday 18 January 2027." in [
        cost["text"] for cost in found["costs"]
    ]


@pytest.mark.parametrize(
    ("changes", "accepted", "first", "last"),
    [
        ({"due": "2062-06-01"}, {}, "2027-01-12", "2027-07-12"),
        ({"due": "2028-02-01"}, {"first": "2027-03-03"}, "2027-03-01", "2027-08-30"),
        ({"due": "2028-02-01"}, {"first": "2027-12-01"}, "2027-08-09", "2028-02-01"),
        ({"due": "2028-02-01"}, {"first": "2027-12-01", "last": "2028-03-01"}, "2027-09-06", "2028-03-01"),
        ({"trigger": "2062-06-01"}, {}, "2027-01-12", "2027-07-12"),
        ({"kind": "pre_birth", "trigger": "2027-10-06"}, {}, "2027-01-12", "2027-07-12"),
    ],
)
def test_the_days_of_the_defaults_are_cut_to_half_a_year(
    seeded: TestClient, changes: dict[str, Any], accepted: dict[str, str], first: str, last: str
) -> None:
    new = conference("CPC-9", **{"requested": "2027-01-05", **changes})
    result = ask(seeded, new=new, filter=accepted, cures=False)
    assert (result["first"], result["last"]) == (first, last)


def test_a_booking_far_ahead_is_among_the_days_searched(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-5", "2027-12-01T10:00", minute_taker="M1")
    result = ask(seeded, conference="CPC-5", cures=False)
    assert (result["first"], result["last"]) == ("2027-06-07", "2027-12-01")
    for accepted in ({"first": "2027-01-12"}, {"last": "2027-01-12"}):
        answer = seeded.post(PATH, json={"conference": "CPC-5", "filter": accepted})
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["where"]) == (422, f"filter.{next(iter(accepted))}")
        assert error["message"].endswith("to Wednesday 1 December 2027 are too many. Enter days from Monday 7 June 2027.")


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        ({}, "", "it is not clear what to offer slots for. Enter either the id of a conference, or a new conference."),
        ({"conference": "CPC-9"}, "conference", "there is no conference 'CPC-9'."),
        (
            {"conference": "CPC-1", "filter": {"last": "2026-12-01"}},
            "filter.last",
            "Tuesday 1 December 2026 is over. Enter a day from today, Monday 4 January 2027, on.",
        ),
        (
            {"conference": "CPC-1", "filter": {"last": "2028-12-01"}},
            "filter.last",
            "the days from Monday 11 January 2027 to Friday 1 December 2028 are too many. Enter days until Monday 5 July 2027.",
        ),
        (
            {"conference": "CPC-1", "filter": {"sites": ["XX"]}},
            "filter.sites",
            "there is no site 'XX'. Enter an id that is listed under sites.",
        ),
        (
            {"conference": "CPC-1", "filter": {"first": "2027-01-13", "last": "2027-01-12"}},
            "filter.first",
            "2027-01-13 is after 2027-01-12. Enter a first day on or before the last.",
        ),
        ({"new": conference("CPC-9", site="XX")}, "site", "there is no site 'XX'. Enter an id that is listed under sites."),
    ],
)
def test_a_request_that_does_not_fit_is_refused(seeded: TestClient, body: dict[str, Any], where: str, message: str) -> None:
    answer = seeded.post(PATH, json=body)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"where": where, "message": message}])


def test_a_new_conference_with_a_known_id_is_refused(seeded: TestClient) -> None:
    answer = seeded.post(PATH, json={"new": conference("CPC-1")})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/id-taken")


def test_a_conference_that_is_over_is_refused(seeded: TestClient, store: Store, clock: Clock) -> None:
    stored = seeded.get("/api/v1/conferences/CPC-1").headers["ETag"]
    cancelled = seeded.post("/api/v1/conferences/CPC-1/cancel", json={"reason": "no longer needed"}, headers={"If-Match": stored})
    assert cancelled.status_code == 200
    answer = seeded.post(PATH, json={"conference": "CPC-1"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-open")
    book(store, "CPC-2", "2027-01-05T10:00", minute_taker="M1")
    clock.forward(days=3)
    answer = seeded.post(PATH, json={"conference": "CPC-2"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [
            {
                "where": "conference.id",
                "message": "CPC-2 was booked for Tuesday 5 January 2027 at 10:00, which is over. "
                "Enter a conference that is still to be held.",
            }
        ],
    )


def test_a_frozen_booking_is_refused(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-3", "2027-01-08T10:00", minute_taker="M1")
    answer = seeded.post(PATH, json={"conference": "CPC-3"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["where"] == "conference.id"
    assert error["message"].startswith("CPC-3 is booked for Friday 8 January 2027 at 10:00, too near to move it (R9).")
