from scheduler.domain.schedule import Violation
from scheduler.rules.friday import FridayRule
from tests.builders import booking, conference, schedule, tiny_problem

HOLD = "HOLD-AYL-2027-03-03-1"
PROBLEM = tiny_problem(conferences=[conference("A"), conference("B")], holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}])


def test_each_booking_on_a_friday_is_a_unit_holds_and_virtual_ones_too() -> None:
    fridays = booking("A", "2027-03-05T10:00"), booking("B", "2027-03-12T10:00", room=None), booking(HOLD, "2027-03-05T14:00")
    assert FridayRule().check(PROBLEM, schedule(*fridays)) == [
        Violation(rule="friday", subject="A", text="A is on Friday 5 March 2027."),
        Violation(rule="friday", subject="B", text="B is on Friday 12 March 2027."),
        Violation(rule="friday", subject=HOLD, text=f"{HOLD} is on Friday 5 March 2027."),
    ]


def test_thursday_and_monday_cost_nothing() -> None:
    assert FridayRule().check(PROBLEM, schedule(booking("A", "2027-03-04T10:00"), booking("B", "2027-03-08T10:00"))) == []
