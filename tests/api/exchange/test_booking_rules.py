"""Imported bookings pass the rules of bookings by hand, or are listed for somebody to decide."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.formats import Format, encode
from scheduler.domain.problem import Problem
from tests.api.exchange.importing import change, commit, put_document, send
from tests.builders import chair, conference, minute_taker, room, tiny_problem

AT_TEN = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}
AWAY = {"first": "2027-03-09", "last": "2027-03-09"}
NOTHING = {"added": [], "changed": [], "unchanged": 0}


def service(**changes: Any) -> Problem:
    whole: dict[str, Any] = {
        "calendar": {"closures": ["2027-03-11"]},
        "rooms": [room("AYL-1", closed=[{"first": "2027-03-10", "last": "2027-03-10"}], hybrid_from="2027-03-02"), room("WYC-1")],
        "chairs": [chair("C1", absences=[AWAY], works=["mon", "tue", "wed", "thu"]), chair("C2", max_per_day=1)],
        "conferences": [conference("A"), conference("B")],
    }
    return tiny_problem(**whole | changes)


CASES = [
    ({"start": "2027-03-07T10:00"}, ["R1", "R3"]),  # a Sunday
    ({"start": "2027-12-25T10:00"}, ["late", "R1", "R3"]),  # Christmas Day
    ({"start": "2027-03-02T07:15"}, ["R1"]),
    ({"start": "2027-03-09T10:00"}, ["R3"]),  # the chair is absent
    ({"start": "2027-03-10T10:00"}, ["R2"]),  # the room is closed
    ({"start": "2027-03-11T10:00"}, ["R1"]),  # a closure
    ({"start": "2027-03-12T10:00"}, ["R3"]),  # not the chair's weekday
    ({"start": "2027-03-01T10:00"}, ["R2"]),  # not hybrid yet
    ({"start": "2027-03-23T10:00"}, ["late"]),
]


@pytest.mark.parametrize(("changes", "rules"), CASES)
@pytest.mark.parametrize("is_booked", [False, True])
def test_a_booking_that_breaks_a_rule_is_not_imported(
    client: TestClient, changes: dict[str, Any], rules: list[str], *, is_booked: bool
) -> None:
    published = [AT_TEN] if is_booked else []
    commit(client, service(published=published))
    before = client.get("/api/v1/bookings").json()["items"]
    content = encode(service(published=[AT_TEN | changes]), Format.XLSX)
    result = send(client, content, Format.XLSX, mode="commit").json()
    assert (result["bookings"], result["fields"], result["conflicts"]) == (NOTHING, [], [])
    assert [(one["where"], one["conference"]) for one in result["undecided"]] == [("Published, row 2, Date", "A")]
    assert [broken["where"] for broken in result["undecided"][0]["broken"]] == rules
    assert client.get("/api/v1/bookings").json()["items"] == before


def test_lateness_is_said_in_words(client: TestClient) -> None:
    result = commit(client, service(published=[AT_TEN | {"start": "2027-03-23T10:00"}]))
    assert result["undecided"][0]["broken"] == [
        {
            "where": "late",
            "message": "A was due on Friday 19 March 2027: Tuesday 23 March 2027 is 2 working days late. Choose an earlier day, "
            "or book it by hand with the exception recorded.",
        }
    ]


@pytest.mark.parametrize(
    ("conferences", "documents", "broken"),
    [
        ([conference("A", requested="2027-03-01")], {}, [("A", ["R1"])]),  # notice
        ([conference("A", not_chairs=["C1"])], {}, [("A", ["R3"])]),
        ([conference("A", accessible=True)], {}, [("A", ["R2"])]),
        ([conference("A", unavailable=[{"start": "2027-03-02T09:00", "end": "2027-03-02T10:00"}])], {}, [("A", ["R1"])]),
        ([conference("A", social_worker="SW-1"), conference("B", social_worker="SW-1")], {}, [("B", ["R6"])]),
        ([conference("A"), conference("B", site="WYC")], {"apart": [["A", "B"]]}, [("B", ["R7"])]),
    ],
)
def test_each_kind_of_rule_counts(client: TestClient, conferences: Any, documents: dict[str, Any], broken: Any) -> None:
    start = "2027-03-02T14:00" if documents else "2027-03-02T10:00"
    place = {"start": start, "room": "AYL-1" if documents else "WYC-1", "chair": "C2"}
    published = [AT_TEN, {"conference": "B", **place}][: len(conferences)]
    result = commit(client, service(conferences=conferences, published=published, **documents))
    assert [(one["conference"], [item["where"] for item in one["broken"]]) for one in result["undecided"]] == broken
    assert result["bookings"]["added"] == [one["conference"] for one in published if one["conference"] not in dict(broken)]


def test_a_missing_minute_taker_breaks_a_rule_where_they_are_planned(client: TestClient) -> None:
    result = commit(client, service(minute_takers=[minute_taker("M1")], published=[AT_TEN]))
    assert [(one["conference"], [item["where"] for item in one["broken"]]) for one in result["undecided"]] == [("A", ["R5"])]


def test_who_is_no_longer_in_the_diary_books_nothing(client: TestClient) -> None:
    file = service(chairs=[chair("C1"), chair("C2"), chair("C3")], published=[AT_TEN | {"chair": "C3"}])
    commit(client, service(chairs=[chair("C1"), chair("C2"), chair("C3")]))
    version = client.get("/api/v1/chairs/C3").headers["etag"]
    assert client.delete("/api/v1/chairs/C3", headers={"If-Match": version}).status_code == 204
    etag = send(client, encode(file, Format.JSON)).headers["etag"]
    result = commit(client, file, if_match=etag)
    assert result["undecided"] == [
        {"where": "published[0].start", "conference": "A", "broken": [{"where": "chair", "message": "there is no chair 'C3'."}]}
    ]


def test_a_booking_that_stays_is_in_the_way_of_another(client: TestClient) -> None:
    first, second = AT_TEN, {"conference": "B", "start": "2027-03-02T14:00", "room": "AYL-1", "chair": "C1"}
    commit(client, service(published=[first, second]))
    sunday = {"conference": "B", "start": "2027-03-07T10:00", "room": "AYL-1", "chair": "C2"}
    result = commit(client, service(published=[first | {"start": "2027-03-02T14:00"}, sunday]))
    assert [(one["conference"], [item["where"] for item in one["broken"]]) for one in result["undecided"]] == [
        ("A", ["R2", "R3"]),
        ("B", ["R1", "R3"]),
    ]
    places = [(one["conference"], one["start"]) for one in client.get("/api/v1/bookings").json()["items"]]
    assert places == [("A", "2027-03-02T10:00"), ("B", "2027-03-02T14:00")]


def test_of_two_at_once_the_first_row_is_imported(client: TestClient) -> None:
    result = commit(client, service(published=[AT_TEN, AT_TEN | {"conference": "B"}]))
    assert result["bookings"]["added"] == ["A"]
    assert [(one["where"], [item["where"] for item in one["broken"]]) for one in result["undecided"]] == [
        ("published[1].start", ["R2", "R3"])
    ]


def test_a_length_that_does_not_fit_stays_as_it_was(client: TestClient) -> None:
    commit(client, service(published=[AT_TEN, {"conference": "B", "start": "2027-03-02T14:00", "room": "AYL-1", "chair": "C2"}]))
    result = commit(client, service(conferences=[conference("A", minutes=240, children=3), conference("B")]))
    assert [(one["where"], one["conference"], [item["where"] for item in one["broken"]]) for one in result["undecided"]] == [
        ("conferences[0].minutes", "A", ["R2"])
    ]
    assert [(one["item"], one["field"]) for one in result["fields"]] == [("conferences/A", "children")]
    stored = client.get("/api/v1/conferences/A").json()
    assert (stored["conference"]["minutes"], stored["conference"]["children"]) == (105, 3)
    assert stored["booking"]["end"] == "2027-03-02T11:45"


def test_what_is_booked_already_is_not_judged_again(client: TestClient) -> None:
    commit(client, service(published=[AT_TEN]))
    put_document(client, "closures", ["2027-03-02", "2027-03-11"])
    result = commit(client, service(published=[AT_TEN | {"locks": ["time"]}]))
    assert (result["bookings"]["changed"], result["undecided"]) == (["A"], [])
    assert [one["locks"] for one in client.get("/api/v1/bookings").json()["items"]] == [["time"]]


@pytest.mark.parametrize("family", ["F-A", "f\u2011a"])
def test_a_later_conference_of_a_family_is_kept_apart_in_an_import(client: TestClient, family: str) -> None:
    commit(client, service(apart=[["A", "B"]]))
    review = conference("A-R1", kind="review", trigger="2026-10-01", chair="C1", family=family)
    assert client.post("/api/v1/apart", json={"pair": ["A", "B"]}).status_code == 409
    change(client, "conferences/A", family="F-A")
    both = {"conferences": [conference("A"), conference("B"), review], "apart": []}
    first = AT_TEN | {"conference": "A-R1", "start": "2027-03-02T14:00"}
    second = AT_TEN | {"conference": "B", "chair": "C2"}
    told = commit(client, service(**both, published=[first, second]), overwrite="all")
    assert [(one["conference"], [item["where"] for item in one["broken"]]) for one in told["undecided"]] == [("B", ["R7"])]
