import datetime as dt
from typing import Any

import pytest

from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.values import Interval
from tests.builders import chair, minute_taker

TUESDAY = dt.date(2027, 3, 2)


def the_chair(**changes: Any) -> Chair:
    return Chair.model_validate(chair(**changes))


@pytest.mark.parametrize(
    ("changes", "works"),
    [
        ({}, True),
        ({"works": ["mon", "wed"]}, False),
        ({"works": []}, False),
        ({"first": "2027-03-02", "last": "2027-03-02"}, True),
        ({"first": "2027-03-03"}, False),
        ({"last": "2027-03-01"}, False),
        ({"absences": [{"first": "2027-03-01", "last": "2027-03-02"}]}, False),
        ({"absences": [{"first": "2027-03-03", "last": "2027-03-05"}]}, True),
    ],
)
def test_when_a_chair_works(changes: dict[str, Any], works: bool) -> None:
    assert the_chair(**changes).works_on(TUESDAY) == works


def test_unless_said_otherwise_people_work_monday_to_friday() -> None:
    week = [dt.date(2027, 3, day) for day in range(1, 8)]
    assert [MinuteTaker.model_validate(minute_taker()).works_on(day) for day in week] == [True] * 5 + [False] * 2


def test_they_are_busy_where_anything_touches_the_time() -> None:
    person = the_chair(busy=[{"start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}])
    times = (("12:00", "13:00"), ("11:59", "13:00"), ("10:00", "11:00"), ("07:00", "09:00"))
    intervals = [Interval.model_validate({"start": f"2027-03-02T{start}", "end": f"2027-03-02T{end}"}) for start, end in times]
    assert [person.is_busy(each) for each in intervals] == [False, True, True, False]


@pytest.mark.parametrize(
    ("fte", "cap", "expected"),
    [(1.0, 85, 85), (0.6, 85, 51), (0.7, 85, 59), (0.8, 85, 68), (0, 85, 0), (0.29, 100, 29), (1.2, 85, 102)],
)
def test_the_cap_is_rounded_down_without_rounding_errors(fte: float, cap: int, expected: int) -> None:
    assert the_chair(fte=fte).cap(cap) == expected


def test_a_reserve_has_a_cap_of_none() -> None:
    assert the_chair(reserve=True).cap(85) == 0


def test_people_are_called_by_name_or_else_by_id() -> None:
    assert (the_chair(name="Advisor 1").label, the_chair().label) == ("Advisor 1", "C1")
