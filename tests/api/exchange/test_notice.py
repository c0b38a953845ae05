"""Imported bookings keep the notice of bookings by hand, and an import lists the bookings that it breaks.

It is Monday 4 January 2027: families have notice of the 11th, and the next five working days are not moved.
"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from scheduler.domain.problem import Problem
from tests.api.exchange.importing import change, commit, send
from tests.api.support.builders import Clock
from tests.builders import chair, conference, tiny_problem

FRIDAY = {"conference": "A", "start": "2027-01-08T10:00", "room": "AYL-1", "chair": "C1"}
MONDAY = FRIDAY | {"start": "2027-01-11T10:00"}
THURSDAY = FRIDAY | {"start": "2027-01-14T10:00"}
NOTICE = (
    "Friday 8 January 2027 is before Monday 11 January 2027: the family has 5 working days of notice. "
    "Choose another day, or book it by hand with the waiver recorded."
)
MOVE = (
    "Friday 8 January 2027 is before Monday 11 January 2027: a booking is not moved from or to the next 5 working days. "
    "Choose another day, or book it by hand with the waiver recorded."
)
AWAY = {"first": "2027-01-14", "last": "2027-01-14"}


def january(*published: dict[str, Any], **changes: Any) -> Problem:
    whole: dict[str, Any] = {
        "horizon": {"first": "2027-01-01", "last": "2027-01-31"},
        "conferences": [a_conference()],
        "published": list(published),
    }
    return tiny_problem(**whole | changes)


def a_conference(**changes: Any) -> dict[str, Any]:
    return conference("A", trigger="2026-12-21", requested="2026-12-21", kind="transfer_in") | changes


def judged(imported: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the bookings that an import stores, and the faults of the others."""
    stored = [*imported["bookings"]["added"], *imported["bookings"]["changed"]]
    return stored, [(fault["where"], fault["message"]) for one in imported["undecided"] for fault in one["broken"]]


@pytest.mark.parametrize(
    ("booking", "conferences", "expected"),
    [
        (FRIDAY, [a_conference()], ([], [("notice", NOTICE)])),
        (FRIDAY, [a_conference(notice_waived=True)], (["A"], [])),
        (MONDAY, [a_conference()], (["A"], [])),
    ],
)
def test_a_new_booking_gives_a_family_its_notice(
    client: TestClient, booking: dict[str, Any], conferences: list[Any], expected: Any
) -> None:
    assert judged(commit(client, january(booking, conferences=conferences))) == expected


def test_a_new_booking_of_the_past_records_what_has_been(client: TestClient, clock: Clock) -> None:
    clock.forward(days=30)
    assert judged(commit(client, january(MONDAY))) == (["A"], [])


@pytest.mark.parametrize(
    ("before", "days", "after", "expected"),
    [
        (THURSDAY, 0, FRIDAY, ([], [("notice", NOTICE), ("move", MOVE)])),
        (THURSDAY, 0, THURSDAY | {"start": "2027-01-13T10:00"}, (["A"], [])),
        (THURSDAY, 0, THURSDAY | {"chair": "C2"}, (["A"], [])),
        (THURSDAY, 7, THURSDAY | {"chair": "C2"}, ([], ["move"])),
        (THURSDAY, 7, THURSDAY | {"start": "2027-01-13T10:00"}, ([], ["notice", "move"])),
        (THURSDAY, 7, THURSDAY | {"locks": ["time"]}, (["A"], [])),
    ],
)
def test_a_move_keeps_the_notice_of_moves(
    client: TestClient, clock: Clock, before: dict[str, Any], days: int, after: dict[str, Any], expected: Any
) -> None:
    commit(client, january(before))
    clock.forward(days=days)
    stored, faults = judged(commit(client, january(after)))
    assert (stored, faults if days == 0 else [where for where, _ in faults]) == expected


def test_a_booking_that_breaks_a_rule_may_change_its_chair(client: TestClient, clock: Clock) -> None:
    commit(client, january(THURSDAY))
    change(client, "chairs/C1", absences=[AWAY])
    clock.forward(days=7)
    assert judged(commit(client, january(THURSDAY | {"chair": "C2"}))) == (["A"], [])


@pytest.mark.parametrize("mode", ["preview", "commit"])
@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"conferences": [a_conference(unavailable=[{"start": "2027-01-14T09:00", "end": "2027-01-14T12:00"}])]}, ["R1"]),
        ({"chairs": [chair("C1", absences=[AWAY]), chair("C2")]}, ["R3"]),
        ({"calendar": {"closures": ["2027-01-14"]}}, ["R1"]),
        ({"calendar": {"closures": ["2027-01-15"]}}, []),
    ],
)
def test_an_import_lists_the_bookings_that_it_breaks(
    client: TestClient, mode: str, changes: dict[str, Any], rules: list[str]
) -> None:
    commit(client, january(THURSDAY))
    answer = send(client, january(**changes).model_dump_json(by_alias=True).encode(), mode=mode)
    assert answer.status_code == 200, answer.text
    found = answer.json()["broken_bookings"]
    assert [(one["conference"], one["start"], one["rule"]) for one in found] == [
        ("A", "2027-01-14T10:00", rule) for rule in rules
    ]
    conflicts = client.get("/api/v1/conflicts").json()["items"]
    assert conflicts == (found if mode == "commit" else [])
