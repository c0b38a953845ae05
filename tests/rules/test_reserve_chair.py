from scheduler.domain.schedule import Violation
from scheduler.rules.reserve_chair import ReserveChairRule
from tests.builders import booking, chair, conference, schedule, tiny_problem

HOLD = "HOLD-AYL-2027-03-03-1"
PROBLEM = tiny_problem(
    conferences=[conference("A"), conference("B", chair="C7")],
    chairs=[chair("C1"), chair("C7", name="Manager", reserve=True)],
    holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}],
)


def test_each_conference_that_a_reserve_chairs_is_a_unit() -> None:
    chaired = schedule(booking("A", chair="C7"), booking("B", "2027-03-02T14:00", chair="C7"))
    assert ReserveChairRule().check(PROBLEM, chaired) == [
        Violation(rule="reserve_chair", subject="A", text="A is chaired by Manager, a reserve."),
        Violation(rule="reserve_chair", subject="B", text="B is chaired by Manager, a reserve."),
    ]


def test_other_chairs_and_a_hold_cost_nothing() -> None:
    assert ReserveChairRule().check(PROBLEM, schedule(booking("A"), booking(HOLD, "2027-03-02T14:00", chair="C7"))) == []
