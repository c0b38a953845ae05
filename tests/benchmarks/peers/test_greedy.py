"""The greedy peer: the order of conferences, and the second choices when the first is booked."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.peers.greedy import greedy
from scheduler.checker import check
from scheduler.domain.problem import Problem
from tests.builders import chair, conference, minute_taker, room, tiny_problem

Placed = tuple[str, str, str | None, str]


def placed(problem: Problem) -> list[Placed]:
    """Return each booking as conference, start, room and chair."""
    schedule = greedy(problem, 60.0).schedule
    assert schedule is not None
    assert check(problem, schedule).violations == ()
    return [(b.conference, f"{b.start:%d %H:%M}", b.room, b.chair) for b in schedule.bookings]


def only_booking(**changes: Any) -> Placed:
    """Return the booking of the tiny problem's one conference: its own chair is C1, and it is due on Friday the 19th."""
    own = {"chair": "C1", "earliest": "2027-03-02"} | changes.pop("conference", {})
    (only,) = placed(tiny_problem(**({"conferences": [conference("A", **own)]} | changes)))
    return only


ABSENT = [{"first": "2027-03-01", "last": "2027-03-31"}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("A", "02 10:00", "AYL-1", "C1")),
        ({"rooms": [room("AYL-1", closed=ABSENT), room("WYC-1")]}, ("A", "02 10:00", "WYC-1", "C1")),
        ({"rooms": [room("AYL-1", closed=ABSENT)]}, ("A", "02 10:00", None, "C1")),
        ({"chairs": [chair("C1", absences=ABSENT), chair("C2")]}, ("A", "02 10:00", "AYL-1", "C2")),
        ({"chairs": [chair("C1", absences=ABSENT), chair("C2", reserve=True)]}, ("A", "02 10:00", "AYL-1", "C2")),
        ({"conference": {"mode": "virtual"}}, ("A", "02 10:00", None, "C1")),
        ({"conference": {"due": "2027-02-26"}}, ("A", "02 10:00", "AYL-1", "C1")),
        ({"conference": {"chair": None}, "chairs": [chair("C1", caseload=9), chair("C2")]}, ("A", "02 10:00", "AYL-1", "C2")),
        ({"minute_takers": [minute_taker("M1", sites=["WYC"])]}, ("A", "02 10:00", "WYC-1", "C1")),
    ],
)
def test_the_clerk_takes_the_best_offer_that_is_free(changes: dict[str, Any], expected: Placed) -> None:
    assert only_booking(**changes) == expected


def test_conferences_go_by_due_date_and_holds_go_last() -> None:
    day = {"first": "2027-03-08", "last": "2027-03-08"}
    problem = tiny_problem(
        horizon=day,
        rooms=[room("AYL-1")],
        chairs=[chair("C1"), chair("C2")],
        policy={"virtual_fallback": False},
        holds=[{"site": "AYL", "week": "2027-03-08", "count": 2}],
        conferences=[conference("LATER", due="2027-03-10"), conference("SOONER", due="2027-03-09")],
    )
    assert [(name, start) for name, start, _, _ in placed(problem)] == [("SOONER", "08 10:00"), ("LATER", "08 14:00")]


def test_the_clerk_leaves_published_bookings_and_keeps_locks() -> None:
    published = {"conference": "A", "start": "2027-03-09T14:00", "room": "WYC-1", "chair": "C2"}
    assert only_booking(published=[published]) == ("A", "09 14:00", "WYC-1", "C2")
    closed = [room("AYL-1"), room("WYC-1", closed=ABSENT)]
    assert only_booking(published=[published], rooms=closed) == ("A", "02 10:00", "AYL-1", "C1")
    assert only_booking(published=[published | {"locks": ["time", "chair"]}], rooms=closed) == ("A", "09 14:00", "AYL-1", "C2")


def test_without_time_nothing_is_booked() -> None:
    schedule = greedy(tiny_problem(), -1.0).schedule
    assert schedule is not None
    assert schedule.bookings == ()
