import datetime as dt

import pytest

from scheduler.domain.problem import Problem, on_day
from scheduler.whatif.changes.bookings import Move
from tests.builders import chair
from tests.whatif.change_builders import faults, service

PUBLISHED = [
    {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1", "locks": ["chair"]},
    {"conference": "T", "start": "2027-03-10T10:00", "room": "AYL-1", "chair": "C1"},
]


def booked(**fields: object) -> Problem:
    return service(**{"published": PUBLISHED} | fields)


def move(conference: str = "T", start: str = "2027-03-11T14:00", **fields: object) -> Move:
    return Move.model_validate({"conference": conference, "start": start} | fields)


def test_a_moved_booking_is_published_at_its_new_start_and_locked_to_it() -> None:
    moved = PUBLISHED[0] | {"start": "2027-03-11T14:00", "locks": ["time", "chair"]}
    assert move("A").applied(booked()) == booked(published=[moved, PUBLISHED[1]])
    assert move("A").sentence(booked()) == "A moves to Thursday 11 March 2027 at 14:00."


def test_a_moved_booking_is_locked_to_a_new_room_and_chair() -> None:
    change = move(room="WYC-1", chair="C3")
    moved = PUBLISHED[1] | {"start": "2027-03-11T14:00", "room": "WYC-1", "chair": "C3", "locks": ["time", "room", "chair"]}
    assert change.applied(booked()) == booked(published=[PUBLISHED[0], moved])
    assert change.sentence(booked()) == "T moves to Thursday 11 March 2027 at 14:00, in room WYC-1, chaired by C3."


def test_a_room_of_null_means_virtual_and_none_the_same_room() -> None:
    virtual, same = move(room=None), move()
    assert virtual.applied(booked()).published[1].room is None
    assert same.applied(booked()).published[1].room == "AYL-1"
    assert virtual.sentence(booked()) == "T moves to Thursday 11 March 2027 at 14:00, held virtually."
    for change in (virtual, same):
        again = Move.model_validate_json(change.model_dump_json())
        assert again.applied(booked()) == change.applied(booked())


def test_a_move_names_what_the_problem_does_not_have() -> None:
    assert faults(move("X", "2027-03-01T10:00", room="Y", chair="Z"), booked()) == [
        "conference: there is no conference 'X'. Enter an id that is listed under conferences.",
        "room: there is no room 'Y'. Enter an id that is listed under rooms.",
        "chair: there is no chair 'Z'. Enter an id that is listed under chairs.",
    ]
    assert faults(move("B"), booked()) == ["conference: 'B' has no booking to move. Enter a booked conference."]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("2027-04-01T10:00", "2027-04-01 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day in it."),
        ("2027-03-13T10:00", "nothing can be held on Saturday 13 March 2027. Enter a working day without a closure."),
        ("2027-03-26T10:00", "nothing can be held on Friday 26 March 2027. Enter a working day without a closure."),
        ("2027-03-12T10:00", "nothing can be held on Friday 12 March 2027. Enter a working day without a closure."),
        (
            "2027-03-10T10:00",
            "'T' is booked for Wednesday 10 March 2027 at 10:00 as it is. "
            "Enter another start, room or chair, or remove the change.",
        ),
    ],
)
def test_a_booking_moves_to_another_open_day_of_the_plan(start: str, message: str) -> None:
    assert faults(move(start=start), booked(calendar={"closures": ["2027-03-12"]})) == [f"start: {message}"]


def test_a_locked_booking_does_not_move() -> None:
    assert faults(move("A", chair="C2"), booked()) == ["conference: 'A' is locked on its chair. Remove the lock first."]
    assert faults(move("A", chair="C1"), booked()) == []


def test_a_booking_that_is_over_or_frozen_does_not_move() -> None:
    assert faults(move("A"), on_day(booked(), dt.date(2027, 3, 3))) == [
        "conference: 'A' is over: it was booked for Tuesday 2 March 2027. Enter another, or remove the change."
    ]
    assert faults(move("T", "2027-03-16T10:00"), on_day(booked(minute_takers=None), dt.date(2027, 3, 8))) == [
        "conference: 'T' is booked for Wednesday 10 March 2027 at 10:00, too near to move it: "
        "before Monday 15 March 2027 published bookings stay. Remove the change."
    ]


def test_nothing_moves_into_the_frozen_days() -> None:
    today = on_day(booked(minute_takers=None), dt.date(2027, 3, 2))
    assert faults(move("T", "2027-03-08T10:00"), today) == [
        "start: Monday 8 March 2027 is too near. Enter a day from Tuesday 9 March 2027 on."
    ]
    assert faults(move("T", "2027-03-09T10:00"), today) == []


def test_a_near_booking_that_breaks_a_rule_changes_its_chair_or_moves_to_a_later_day() -> None:
    absent = chair("C1", absences=[{"first": "2027-03-10", "last": "2027-03-10"}])
    today = on_day(booked(minute_takers=None, chairs=[absent, chair("C2")]), dt.date(2027, 3, 8))
    assert faults(move("T", "2027-03-10T10:00", chair="C2"), today) == []
    assert faults(move("T", "2027-03-15T10:00"), today) == []
    assert faults(move("T", "2027-03-12T10:00"), today) == [
        "start: Friday 12 March 2027 is too near. Enter a day from Monday 15 March 2027 on."
    ]
