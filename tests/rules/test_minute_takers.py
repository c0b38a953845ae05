from typing import Any

import pytest

from scheduler.domain.schedule import Violation
from scheduler.rules.minute_takers import MinuteTakers
from tests.builders import booking, conference, minute_taker, schedule, tiny_problem

TWO = [conference("A"), conference("B")]
HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]
HOLD = "HOLD-AYL-2027-03-03-1"


def broken(text: str, subject: str = "A") -> list[Violation]:
    return [Violation(rule="R5", subject=subject, text=text)]


def test_every_booking_has_one_holds_and_virtual_ones_too() -> None:
    problem = tiny_problem(conferences=TWO, holds=HOLDS, minute_takers=[minute_taker()])
    bookings = booking("A"), booking("B", "2027-03-03T10:00", room=None), booking(HOLD, "2027-03-04T10:00")
    assert MinuteTakers().check(problem, schedule(*bookings)) == [
        *broken("A: it has no minute taker."),
        *broken("B: it has no minute taker.", "B"),
        *broken(f"{HOLD}: it has no minute taker.", HOLD),
    ]
    recorded = (each.model_copy(update={"minute_taker": "M1"}) for each in bookings)
    assert MinuteTakers().check(problem, schedule(*recorded)) == []


def test_where_they_are_not_modelled_nobody_is_missing() -> None:
    assert MinuteTakers().check(tiny_problem(), schedule(booking(), booking(minute_taker="Z"))) == []


def test_one_is_needed_even_where_there_are_none() -> None:
    assert MinuteTakers().check(tiny_problem(minute_takers=[]), schedule(booking())) == broken("A: it has no minute taker.")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"works": ["mon"]}, "A: M1 does not work on Tuesday 2 March 2027.", id="weekday"),
        pytest.param(
            {"absences": [{"first": "2027-03-02", "last": "2027-03-02"}], "name": "Minute taker 1"},
            "A: Minute taker 1 does not work on Tuesday 2 March 2027.",
            id="absent",
        ),
        pytest.param(
            {"busy": [{"start": "2027-03-02T09:00", "end": "2027-03-02T13:00"}]},
            "A: M1 is busy at its time, Tuesday 2 March 2027 at 10:00.",
            id="busy",
        ),
        pytest.param({"sites": ["WYC"]}, "A: M1 does not serve Aylesbury.", id="another site"),
    ],
)
def test_a_minute_taker_who_is_not_there_is_broken(changes: dict[str, Any], text: str) -> None:
    problem = tiny_problem(minute_takers=[minute_taker(**changes)])
    assert MinuteTakers().check(problem, schedule(booking(minute_taker="M1"))) == broken(text)


def test_virtually_anybody_may_record() -> None:
    problem = tiny_problem(minute_takers=[minute_taker(sites=[])])
    assert MinuteTakers().check(problem, schedule(booking(room=None, minute_taker="M1"))) == []


def test_two_at_once_and_a_day_above_the_limit_are_broken() -> None:
    problem = tiny_problem(conferences=TWO, minute_takers=[minute_taker(max_per_day=1), minute_taker("M2")])
    first = booking("A", minute_taker="M1")
    assert MinuteTakers().check(problem, schedule(first, booking("B", room=None, minute_taker="M1"))) == [
        *broken("B, Tuesday 2 March 2027 at 10:00: M1 is then taken by A.", "B"),
        *broken("M1 has 2 bookings on Tuesday 2 March 2027; at most 1.", "M1"),
    ]
    assert MinuteTakers().check(problem, schedule(first, booking("B", room=None, minute_taker="M2"))) == []


def test_an_unknown_minute_taker_is_broken_each_time() -> None:
    problem = tiny_problem(minute_takers=[minute_taker()])
    ghost = booking(minute_taker="Z")
    assert MinuteTakers().check(problem, schedule(ghost, ghost)) == broken("A: Z is no minute taker of this problem.") * 2
