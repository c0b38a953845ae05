from scheduler.domain.schedule import Violation
from scheduler.rules.unplaced import UnplacedRule
from tests.builders import booking, conference, schedule, tiny_problem

HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]


def test_each_conference_without_a_booking_is_a_unit_and_a_hold_is_none() -> None:
    problem = tiny_problem(conferences=[conference("A", children=3), conference("B"), conference("C")], holds=HOLDS)
    assert UnplacedRule().check(problem, schedule(booking("B"), booking("Z"))) == [
        Violation(rule="unplaced", subject="A", text="A has no booking."),
        Violation(rule="unplaced", subject="C", text="C has no booking."),
    ]


def test_where_all_are_booked_there_is_none() -> None:
    assert UnplacedRule().check(tiny_problem(), schedule(booking("A"))) == []
