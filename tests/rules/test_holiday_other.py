from scheduler.domain.schedule import Violation
from scheduler.rules.holiday_other import HolidayOtherRule
from tests.builders import booking, conference, schedule, tiny_problem

HOLD = "HOLD-AYL-2027-03-29-1"
PROBLEM = tiny_problem(
    conferences=[conference("A", school_age=1), conference("B")], holds=[{"site": "AYL", "week": "2027-03-29", "count": 1}]
)


def test_any_other_booking_in_the_holidays_is_a_unit_holds_too() -> None:
    holidays = booking("A", "2027-03-30T10:00"), booking("B", "2027-03-30T14:00"), booking(HOLD, "2027-03-31T10:00")
    assert HolidayOtherRule().check(PROBLEM, schedule(*holidays)) == [
        Violation(rule="holiday_other", subject="B", text="B is on Tuesday 30 March 2027, in school holidays."),
        Violation(rule="holiday_other", subject=HOLD, text=f"{HOLD} is on Wednesday 31 March 2027, in school holidays."),
    ]


def test_term_time_costs_nothing() -> None:
    assert HolidayOtherRule().check(PROBLEM, schedule(booking("B", "2027-03-25T10:00"))) == []
