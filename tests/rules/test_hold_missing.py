from scheduler.domain.schedule import Violation
from scheduler.rules.hold_missing import HoldMissingRule
from tests.builders import booking, schedule, tiny_problem

PROBLEM = tiny_problem(
    holds=[{"site": "AYL", "week": "2027-03-03", "count": 2}, {"site": "WYC", "week": "2027-03-08", "count": 1}]
)


def test_each_hold_without_a_booking_is_a_unit() -> None:
    provided = schedule(booking("HOLD-AYL-2027-03-03-2"), booking("A", room=None))
    assert HoldMissingRule().check(PROBLEM, provided) == [
        Violation(
            rule="hold_missing",
            subject="HOLD-AYL-2027-03-03-1",
            text="HOLD-AYL-2027-03-03-1, in the week from Monday 1 March 2027, is not provided.",
        ),
        Violation(
            rule="hold_missing",
            subject="HOLD-WYC-2027-03-08-1",
            text="HOLD-WYC-2027-03-08-1, in the week from Monday 8 March 2027, is not provided.",
        ),
    ]


def test_where_all_are_provided_there_is_none() -> None:
    assert HoldMissingRule().check(PROBLEM, schedule(*(booking(slot.id) for slot in PROBLEM.held_slots))) == []
