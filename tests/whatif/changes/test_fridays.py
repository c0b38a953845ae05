import datetime as dt

import pytest
from pydantic import ValidationError

from scheduler.domain.problem import Problem
from scheduler.whatif.changes.chairs import ChairAbsent, ChairJoins
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.rooms import SiteCloses
from tests.whatif.change_builders import faults, scenario, service

FRIDAYS = [dt.date(2027, 3, day) for day in (5, 12, 19, 26)]  # the last is Good Friday


def fridays_of(problem: Problem, chair: str) -> list[int]:
    return [day.day for day in FRIDAYS if problem.chair_by_id[chair].works_on(day)]


def test_opened_fridays_are_worked_and_not_closed() -> None:
    problem = service(calendar={"closures": ["2027-03-05", "2027-03-08"]}, minute_takers=[{"id": "M1", "works": ["mon"]}])
    opens = FridaysOpen(dates=(FRIDAYS[0], FRIDAYS[2]))
    chairs = [chair.model_dump() for chair in problem.chairs]
    rooms = [room.model_dump() for room in problem.rooms]
    free = [{"first": day, "last": day} for day in ("2027-03-12", "2027-03-26")]
    assert opens.applied(problem) == service(
        calendar={"closures": ["2027-03-08"]},
        chairs=[chairs[0] | {"works": ["mon", "tue", "wed", "thu", "fri"], "absences": free}, *chairs[1:]],
        minute_takers=[{"id": "M1", "works": ["mon", "fri"], "absences": free}],
        rooms=[rooms[0], rooms[1] | {"closed": [{"first": "2027-03-04", "last": "2027-03-04"}]}],
    )
    assert fridays_of(problem, "C1") == []
    assert fridays_of(opens.applied(problem), "C1") == [5, 19]
    assert opens.sentence(problem) == "Everybody works on the Fridays 5 March and 19 March, and every room is open."


def test_a_friday_opens_in_a_plan_without_minute_takers() -> None:
    problem = service(minute_takers=None)
    opens = FridaysOpen(dates=(FRIDAYS[1],))
    assert opens.applied(problem).minute_takers is None
    assert fridays_of(opens.applied(problem), "C1") == [12]
    assert opens.sentence(problem) == "Everybody works on Friday 12 March, and every room is open."


def test_a_closure_around_a_friday_is_split() -> None:
    rooms = [room.model_dump() | {"closed": [{"first": "2027-03-10", "last": "2027-03-16"}]} for room in service().rooms]
    closed = FridaysOpen(dates=(FRIDAYS[1],)).applied(service(rooms=rooms)).rooms[0].closed
    days = [((period.first.day, period.last.day)) for period in closed]
    assert days == [(10, 11), (13, 16)]


def test_other_changes_apply_after_opened_fridays() -> None:
    opens = FridaysOpen(dates=(FRIDAYS[0],))
    newcomer = service().chairs[0].model_copy(update={"id": "C9"})
    closes = SiteCloses(site="WYC", first=FRIDAYS[0], last=FRIDAYS[0])
    absent = ChairAbsent(chair="C1", first=FRIDAYS[0], last=FRIDAYS[0])
    applied = scenario(ChairJoins(chair=newcomer), absent, closes, opens).applied(service())
    assert [fridays_of(applied, chair) for chair in ("C1", "C9")] == [[], []]
    assert not applied.room_by_id["WYC-1"].is_open(FRIDAYS[0])


def test_only_working_fridays_of_the_plan_can_open() -> None:
    assert faults(FridaysOpen(dates=(dt.date(2027, 3, 4), FRIDAYS[0], dt.date(2027, 4, 9), FRIDAYS[3]))) == [
        "dates[0]: 2027-03-04 is a Thursday. Enter a Friday.",
        "dates[2]: 2027-04-09 is outside the plan, 2027-03-01 to 2027-03-31. Enter a Friday in it.",
        "dates[3]: 2027-03-26 is a bank holiday. Enter another Friday.",
    ]
    with pytest.raises(ValidationError, match="at least 1 item"):
        FridaysOpen(dates=())
