import datetime as dt
from typing import Any

import pytest

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, on_day
from scheduler.domain.schedule import Schedule
from scheduler.repairs.request import request_of
from scheduler.whatif.files.changes import changes_in
from tests.builders import booking, schedule
from tests.repairs.diary_builders import ABSENT, diary, published


def fault_messages(*changes: Any, problem: Problem | None = None, old: Schedule | None = None, **options: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        request_of(problem or diary(), old or published(), changes_in(list(changes)), **options)
    return [str(fault) for fault in error.value.faults]


def day(number: int) -> dt.date:
    return dt.date(2027, 3, number)


def test_a_schedule_of_another_problem_is_refused_with_every_place() -> None:
    old = schedule(
        booking("A", room="X", chair="Y"), booking("Z"), booking("A", "2027-03-04T10:00"), booking("HOLD-AYL-2027-03-01-1")
    )
    assert fault_messages(old=old) == [
        "schedule.bookings[0].room: there is no room 'X'. Enter an id that is listed under rooms.",
        "schedule.bookings[0].chair: there is no chair 'Y'. Enter an id that is listed under chairs.",
        "schedule.bookings[1].conference: there is no conference 'Z'. Enter an id that is listed under conferences.",
        "schedule.bookings[2].conference: A has more than one booking. Keep one.",
        "schedule.bookings[3].conference: there is no held slot 'HOLD-AYL-2027-03-01-1'. Enter an id that is listed under holds.",
    ]


def test_changes_are_judged_with_the_schedule_published() -> None:
    assert fault_messages({"change": "inquorate", "conference": "X"}) == [
        "changes[0].conference: there is no conference 'X'. Enter an id that is listed under conferences."
    ]
    two = [{"change": "cancel", "conference": "A"}, {"change": "move", "conference": "A", "start": "2027-03-04T10:00"}]
    assert fault_messages(*two) == [
        "changes[1]: This contradicts or repeats changes[0]: 'A is cancelled.' Keep only one of them."
    ]


def test_a_conference_that_is_over_cannot_change() -> None:
    assert fault_messages({"change": "cancel", "conference": "A"}, problem=on_day(diary(), day(3))) == [
        "changes[0].conference: 'A' is over: it was booked for Tuesday 2 March 2027. Enter another, or remove the change."
    ]


def test_a_freeze_ends_in_the_plan() -> None:
    assert fault_messages(freeze_until=dt.date(2027, 4, 1)) == [
        "freeze_until: 2027-04-01 is outside the plan, 2027-03-01 to 2027-03-05. Enter a day in it."
    ]


def test_a_frozen_booking_does_not_move_and_nothing_moves_into_the_freeze() -> None:
    move = {"change": "move", "conference": "A", "start": "2027-03-04T10:00"}
    assert fault_messages(move, freeze_until=day(3)) == [
        "changes[0].conference: 'A' is booked for Tuesday 2 March 2027 at 10:00, and bookings before Wednesday 3 March 2027 "
        "are frozen. Remove the change, or freeze fewer days."
    ]
    into = {"change": "move", "conference": "C", "start": "2027-03-01T10:00"}
    assert fault_messages(into, freeze_until=day(3)) == [
        "changes[0].start: Monday 1 March 2027 is frozen. Enter a day from Wednesday 3 March 2027 on."
    ]


def test_a_frozen_booking_that_breaks_a_rule_may_be_moved_behind_the_freeze() -> None:
    move = {"change": "move", "conference": "A", "start": "2027-03-04T10:00"}
    request = request_of(diary(), published(), changes_in([ABSENT, move]), freeze_until=day(4))
    assert (request.requested, request.frozen) == ({"A": 1}, {"B"})


def test_only_a_booking_that_can_stay_is_kept() -> None:
    problem = diary(conferences=[*diary().model_dump()["conferences"], {**diary().model_dump()["conferences"][0], "id": "W"}])
    cancelled = {"change": "cancel", "conference": "B"}
    assert fault_messages(ABSENT, cancelled, problem=problem, keep=["A", "B", "X", "W"]) == [
        "keep: 'A' can't keep its booking: A: C1 does not work on Tuesday 2 March 2027. Leave it out.",
        "keep: 'B' can't keep its booking, because a change ends or moves it. Remove one of the two.",
        "keep: 'W' has no booking to keep. Enter a booked conference.",
        "keep: there is no conference 'X'. Enter an id that is listed under conferences.",
    ]


def test_the_changes_alone_may_not_move_more_than_is_allowed() -> None:
    move = {"change": "move", "conference": "C", "start": "2027-03-04T10:00"}
    assert fault_messages(move, max_moves=0) == [
        "max_moves: 0 is too few, because the changes alone move 1 booking. Enter a greater number."
    ]


def test_costs_that_are_too_large_for_whole_numbers_are_refused() -> None:
    assert fault_messages(
        problem=diary(policy={"stability": {"date": 1_000_000, "chair": 1_000_000}}, conferences=MANY), old=MANY_OLD
    ) == ["policy.stability: the costs of changes are too large to minimise moves before them. Enter smaller ones."]


MANY = [{**diary().model_dump(mode="json")["conferences"][0], "id": f"N{n}"} for n in range(800)]
MANY_OLD = schedule(*(booking(f"N{n}") for n in range(800)))


def test_a_locked_booking_keeps_its_lock_in_the_request() -> None:
    locked = [{"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["room"]}]
    request = request_of(diary(published=locked), published(), (), freeze_until=day(3), keep=["A"])
    assert {one.conference: one.locks for one in request.before.published} == {"A": (), "B": (), "C": ("room",)}
    assert {one.conference: one.locks for one in request.with_locks.published} == {
        "A": ("time", "chair", "room"),
        "B": ("time", "chair", "room"),
        "C": ("room",),
    }
