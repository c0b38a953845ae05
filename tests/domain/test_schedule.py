import json

import pytest

from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Interval
from tests.builders import booking
from tests.paths import EXAMPLES


def interval(start: str, end: str) -> Interval:
    return Interval.model_validate({"start": f"2027-03-02T{start}", "end": f"2027-03-02T{end}"})


def test_people_come_for_the_pre_meet_and_the_room_is_reset_after() -> None:
    assert booking().people_time(30) == interval("09:30", "11:45")
    assert booking().room_time(30, 15) == interval("09:30", "12:00")


def test_fields_that_other_tools_added_are_passed_over() -> None:
    written = booking().model_dump(mode="json")
    assert Booking.model_validate(written | {"colour": "green"}) == booking()


def test_a_booking_is_no_cover_unless_it_says_so() -> None:
    written = booking().model_dump(mode="json")
    assert Booking.model_validate({name: value for name, value in written.items() if name != "cover"}) == booking(cover=False)
    assert Booking.model_validate(written | {"cover": True}) == booking(cover=True)


@pytest.mark.parametrize("name", ["march", "march.broken", "march.replan"])
def test_a_schedule_comes_back_from_its_json(name: str) -> None:
    schedule = Schedule.model_validate(json.loads((EXAMPLES / f"{name}.schedule.json").read_text()))
    assert Schedule.model_validate(json.loads(schedule.model_dump_json())) == schedule
