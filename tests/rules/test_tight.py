import pytest

from scheduler.domain.schedule import Violation
from scheduler.rules.tight import TightRule
from tests.builders import booking, conference, schedule, tiny_problem

PROBLEM = tiny_problem(conferences=[conference("A", due="2027-03-19")])


@pytest.mark.parametrize(
    ("start", "left"),
    [("2027-03-17T10:00", "2 working days"), ("2027-03-18T10:00", "1 working day"), ("2027-03-19T10:00", "no working days")],
)
def test_a_booking_with_few_working_days_left_is_a_unit(start: str, left: str) -> None:
    text = f"A has {left} left to its due date, Friday 19 March 2027."
    assert TightRule().check(PROBLEM, schedule(booking(start=start))) == [Violation(rule="tight", subject="A", text=text)]


@pytest.mark.parametrize("start", ["2027-03-16T10:00", "2027-03-22T10:00"])
def test_a_booking_with_enough_left_and_a_late_one_cost_nothing(start: str) -> None:
    assert TightRule().check(PROBLEM, schedule(booking(start=start))) == []


def test_how_many_are_too_few_is_a_setting() -> None:
    conferences = [conference("A", due="2027-03-19")]
    relaxed, strict = (tiny_problem(conferences=conferences, policy={"tight_days": days}) for days in (0, 14))
    assert TightRule().check(relaxed, schedule(booking(start="2027-03-19T10:00"))) == []
    assert [unit.subject for unit in TightRule().check(strict, schedule(booking(start="2027-03-02T10:00")))] == ["A"]
