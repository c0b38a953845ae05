from scheduler.domain.schedule import Violation
from scheduler.rules.holiday_school import HolidaySchoolRule
from tests.builders import booking, conference, schedule, tiny_problem

CONFERENCES = [conference("A", school_age=1), conference("B")]
PROBLEM = tiny_problem(conferences=CONFERENCES)


def test_a_booking_in_the_holidays_with_children_of_school_age_is_a_unit() -> None:
    holidays = schedule(booking("A", "2027-03-30T10:00"), booking("B", "2027-03-31T10:00"))
    text = "A is on Tuesday 30 March 2027, in school holidays, with children of school age."
    assert HolidaySchoolRule().check(PROBLEM, holidays) == [Violation(rule="holiday_school", subject="A", text=text)]


def test_the_last_day_of_term_costs_nothing() -> None:
    assert HolidaySchoolRule().check(PROBLEM, schedule(booking("A", "2027-03-25T10:00"))) == []


def test_without_terms_every_day_is_term_time_and_with_none_at_all_no_day_is() -> None:
    assumed, empty = (tiny_problem(conferences=CONFERENCES, calendar=calendar) for calendar in ({}, {"terms": []}))
    assert HolidaySchoolRule().check(assumed, schedule(booking("A", "2027-03-30T10:00"))) == []
    assert [unit.subject for unit in HolidaySchoolRule().check(empty, schedule(booking("A")))] == ["A"]
