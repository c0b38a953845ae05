import datetime as dt

import pytest

from scheduler.whatif.changes.single_days import ChairWorksOn, RoomOpenOn
from tests.whatif.change_builders import faults, service


def day(number: int) -> dt.date:
    return dt.date(2027, 3, number)


def test_a_room_opens_on_one_day_of_its_closure() -> None:
    opens = RoomOpenOn(room="WYC-1", day=day(4))
    rooms = [room.model_dump() for room in service().rooms]
    closed = [{"first": "2027-03-05", "last": "2027-03-05"}]
    assert opens.applied(service()) == service(rooms=[rooms[0], rooms[1] | {"closed": closed}])
    assert opens.sentence(service()) == "WYC-1 is open on Thursday 4 March 2027."


def test_a_room_may_be_asked_to_open_on_any_friday() -> None:
    assert RoomOpenOn(room="AYL-1", day=day(12)).applied(service()) == service()
    assert faults(RoomOpenOn(room="AYL-1", day=day(12))) == []


def test_a_chair_works_on_one_date_of_a_weekday_that_is_not_theirs() -> None:
    works = ChairWorksOn(chair="C1", day=day(12))
    chairs = [chair.model_dump() for chair in service().chairs]
    free = [{"first": date, "last": date} for date in ("2027-03-05", "2027-03-19", "2027-03-26")]
    changed = chairs[0] | {"works": ["mon", "tue", "wed", "thu", "fri"], "absences": free}
    assert works.applied(service()) == service(chairs=[changed, *chairs[1:]])
    assert works.sentence(service()) == "Advisor 1 (C1) works on Friday 12 March 2027."


def test_a_chair_works_on_one_day_of_an_absence() -> None:
    works = ChairWorksOn(chair="C2", day=day(15))
    chairs = [chair.model_dump() for chair in service().chairs]
    changed = chairs[1] | {"absences": [{"first": "2027-03-16", "last": "2027-03-16"}]}
    assert works.applied(service()) == service(chairs=[chairs[0], changed, chairs[2]])


def test_a_chair_who_works_on_two_fridays_works_on_no_other() -> None:
    both = ChairWorksOn(chair="C1", day=day(19)).applied(ChairWorksOn(chair="C1", day=day(12)).applied(service()))
    assert [n for n in (5, 12, 19, 26) if both.chair_by_id["C1"].works_on(day(n))] == [12, 19]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (13, "Saturday 13 March 2027 is not a working day. Enter one from Monday to Friday, not a bank holiday."),
        (26, "Friday 26 March 2027 is not a working day. Enter one from Monday to Friday, not a bank holiday."),
        (11, "the whole service is closed on Thursday 11 March 2027. Enter another day."),
    ],
)
def test_nothing_opens_on_a_day_on_which_nothing_can_be_held(number: int, message: str) -> None:
    closed = {"first": day(number), "last": day(number)}
    problem = service(calendar={"closures": ["2027-03-11"]}, rooms=[service().rooms[0].model_dump() | {"closed": [closed]}])
    assert faults(RoomOpenOn(room="AYL-1", day=day(number)), problem) == [f"day: {message}"]
    absent = [service().chairs[0].model_dump() | {"absences": [closed]}]
    problem = service(calendar={"closures": ["2027-03-11"]}, chairs=absent, conferences=[])
    assert faults(ChairWorksOn(chair="C1", day=day(number)), problem) == [f"day: {message}"]


def test_a_day_outside_the_plan_or_an_unknown_id_is_a_fault() -> None:
    assert faults(RoomOpenOn(room="X", day=dt.date(2027, 4, 2))) == [
        "room: there is no room 'X'. Enter an id that is listed under rooms.",
        "day: 2027-04-02 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day in it.",
    ]
    assert faults(ChairWorksOn(chair="X", day=dt.date(2027, 4, 2))) == [
        "chair: there is no chair 'X'. Enter an id that is listed under chairs.",
        "day: 2027-04-02 is outside the plan, 2027-03-01 to 2027-03-31. Enter a day in it.",
    ]


def test_a_room_that_is_open_or_out_of_use_is_a_fault() -> None:
    room = service().rooms[0].model_dump() | {"last": "2027-03-11"}
    assert faults(RoomOpenOn(room="AYL-1", day=day(4))) == [
        "day: AYL-1 is open on Thursday 4 March 2027 anyway. Remove the change."
    ]
    assert faults(RoomOpenOn(room="AYL-1", day=day(12)), service(rooms=[room])) == [
        "day: AYL-1 is not in use on Friday 12 March 2027. Enter a day on which it is."
    ]


def test_a_chair_who_works_that_day_or_is_not_in_post_is_a_fault() -> None:
    assert faults(ChairWorksOn(chair="C1", day=day(4))) == ["day: C1 works on Thursday 4 March 2027 anyway. Remove the change."]
    assert faults(ChairWorksOn(chair="C2", day=day(22))) == [
        "day: C2 is not in post on Monday 22 March 2027. Enter a day on which they are."
    ]
